"""Fetching what a server gives browsers to run, and comparing it with a list."""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kezclient.errors import BadAnswer
from kezclient.web_list import PLACEHOLDERS, WebList, differences, parse_web_list
from kezclient.web_page import PageParts, read_page
from kezclient.web_policy import odd_headers

if TYPE_CHECKING:
    from kezclient.http_edge import HttpEdge, RawAnswer

_NAME = re.compile(r"[A-Za-z0-9./:_\[\]-]{1,255}")
LIST_PATH = "/.well-known/kez-web.json"
STATIC_PLACEHOLDER = "/static/{digest}/"
# Pages whose text differs from server to server: only what they run is compared.
PLAIN_PAGES = ("/", "/docs/cli")
MAX_LIST_BYTES = 4 * 1024 * 1024
MAX_FILE_BYTES = 4 * 1024 * 1024
# As a browser asks, so that a server cannot tell by this who is asking.
BROWSER = {
    "User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Accept-Language": "en",
}
NAVIGATE = {**BROWSER, "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
LOAD = {**BROWSER, "Accept": "*/*"}


@dataclass(frozen=True, slots=True)
class Difference:
    """`where`: an address or a path of the list; `what` in words."""

    where: str
    what: str


@dataclass(slots=True)
class WebCheck:
    """One look at a server. `list_of` first, then `run`; `found` are the differences, `files` and `pages` counts."""

    url: str
    edge: HttpEdge
    found: list[Difference] = field(default_factory=list)
    files: int = 0
    pages: int = 0

    def served_list(self) -> WebList:
        """The list that the server publishes; BadAnswer if it is none."""
        document = self.edge.get(f"{self.url}{LIST_PATH}", max_bytes=MAX_LIST_BYTES).document
        try:
            served = parse_web_list(document)
            if served.digest is None:
                raise ValueError("it has no digest")
        except ValueError as error:
            raise BadAnswer(url=self.url, reason=f"its list of web files: {error}") from error
        return served

    def run(self, served: WebList, published: WebList | None) -> None:
        """Compares the lists, then every page and file with the release's list, or with the server's own."""
        if published is not None:
            self.found += [Difference(where, what) for where, what in differences(served, published)]
        expected = published or served
        static = f"/static/{served.digest}/"
        for path in sorted({*PLAIN_PAGES, *expected.pages}):
            self._page(path, expected, static)
        for path in sorted({*expected.files, *served.files}):
            self._file(path, expected, static)

    def _file(self, path: str, expected: WebList, static: str) -> None:
        self.files += 1
        answer = self.edge.fetch(f"{self.url}{static}{path}", headers=LOAD, max_bytes=MAX_FILE_BYTES)
        if answer.status != 200:
            self._note(path, f"the server answers {answer.status}")
        elif path in expected.files and hashlib.sha256(answer.body).hexdigest() != expected.files[path]:
            self._note(path, "it is served with another content than listed")

    def _page(self, path: str, expected: WebList, static: str) -> None:
        self.pages += 1
        answer = self.edge.fetch(f"{self.url}{path}", headers=NAVIGATE, max_bytes=MAX_FILE_BYTES)
        if answer.status != 200:
            self._note(path, f"the server answers {answer.status}")
            return
        text = answer.body.decode("utf-8", errors="replace")
        parts = read_page(text)
        odd = (*parts.odd, *_odd_names(parts), *_odd_of(answer, parts))
        for each in (*odd, *_unlisted(parts, expected, static)):
            self._note(path, each)
        if path in expected.pages and _without_nonce(text, answer).replace(
            static, STATIC_PLACEHOLDER
        ) != _filled(expected.pages[path], parts):
            self._note(path, "its markup is another one than listed")

    def _note(self, where: str, what: str) -> None:
        self.found.append(Difference(where, what))


def _odd_of(answer: RawAnswer, parts: PageParts) -> Iterator[str]:
    address = urlsplit(parts.html.get("data-sigchain-url", ""))
    yield from odd_headers(answer.headers, sigchain_origin=f"{address.scheme}://{address.netloc}")


def _odd_names(parts: PageParts) -> Iterator[str]:
    """Names and addresses are filled into the listed markup, so they must not be sentences."""
    for name in PLACEHOLDERS:
        value = parts.html.get(f"data-{name.replace('_', '-')}", "")
        if not _NAME.fullmatch(value):
            yield f"{value[:80]!r} as {name}"


def _unlisted(parts: PageParts, expected: WebList, static: str) -> Iterator[str]:
    """What a page loads, or maps names to, without the list having it."""
    for address in (*parts.scripts, *parts.links):
        path = address.removeprefix(static).replace("%40", "@")
        if not address.startswith(static) or path not in expected.files:
            yield f"{address} is loaded, and not in the list"
    shown = (parts.import_map or "").replace(static, STATIC_PLACEHOLDER)
    if hashlib.sha256(shown.encode()).hexdigest() != expected.import_map:
        yield "its import map is another one than listed"


def _without_nonce(text: str, answer: RawAnswer) -> str:
    """The page with its one-time nonce taken out, as the policy names it."""
    policy = answer.headers.get("Content-Security-Policy", "")
    _, found, rest = policy.partition("'nonce-")
    nonce = rest.partition("'")[0]
    return text.replace(f'nonce="{html.escape(nonce)}"', 'nonce=""') if found and nonce else text


def _filled(markup: str, parts: PageParts) -> str:
    """The listed markup with the server's own names and addresses, which its <html> element carries."""
    for name in PLACEHOLDERS:
        value = parts.html.get(f"data-{name.replace('_', '-')}", "")
        markup = markup.replace(f"{{{name}}}", html.escape(value))
    return markup
