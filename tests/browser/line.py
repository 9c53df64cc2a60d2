"""The line between a browser and the server, as a test wants it: chunks get lost or bent, downloads break off."""

from typing import Any

from tests.browser.visitor import Visitor

# Put into every page before its own modules run. `line.chunks` counts what went out, from `line.limit` on chunks get
# lost, `line.bend` changes one bit in the next chunk; `line.cut` breaks downloads off after so many bytes.
_SCRIPT = """
window.line = { chunks: 0, limit: Infinity, bend: false, cut: Infinity };
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  if (typeof data === "string" || data[0] !== 0x04) return send.call(this, data);
  if (line.chunks >= line.limit) return undefined;
  line.chunks += 1;
  if (!line.bend) return send.call(this, data);
  line.bend = false;
  const bent = data.slice();
  bent[bent.length - 1] ^= 1;
  return send.call(this, bent);
};
const ask = window.fetch;
window.fetch = async (url, options) => {
  const answer = await ask(url, options);
  if (!String(url).endsWith("/content") || line.cut === Infinity || !answer.ok) return answer;
  let left = line.cut;
  const cut = new TransformStream({
    transform(part, stream) {
      stream.enqueue(part.subarray(0, left));
      left -= part.length;
      if (left <= 0) stream.error(new TypeError("the line is cut"));
    },
  });
  return new Response(answer.body.pipeThrough(cut), { status: answer.status, headers: answer.headers });
};
"""


def control_line(person: Visitor) -> None:
    """Call it before the person opens a page."""
    person.altered.add_init_script(_SCRIPT)


def set_line(person: Visitor, **how: Any) -> None:
    """`chunks`, `limit`, `bend`, `cut`, for the page that is open; a new page begins without any."""
    person.page.evaluate("(how) => Object.assign(window.line, how)", how)


def wait_chunks(person: Visitor, count: int) -> None:
    """Until so many chunks have left the browser."""
    person.page.wait_for_function("(count) => window.line.chunks >= count", arg=count)
