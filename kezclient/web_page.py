"""Reading a web page for what a browser would run, load or obey in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlsplit

# Elements that run, frame or restyle something and that no page of ours has.
FOREIGN = frozenset(
    (
        "applet",
        "base",
        "embed",
        "fencedframe",
        "frame",
        "frameset",
        "iframe",
        "object",
        "plaintext",
        "portal",
        "style",
    )
)
LINKS = frozenset(("icon", "modulepreload", "stylesheet"))
_ADDRESSES = frozenset(
    ("action", "background", "data", "formaction", "href", "ping", "poster", "src", "xlink:href")
)


@dataclass(slots=True)
class PageParts:
    """`import_map` is the map's text; `scripts` and `links` are addresses as written; `odd` says in words what has no
    business in a page of ours."""

    import_map: str | None = None
    scripts: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    odd: list[str] = field(default_factory=list)
    html: dict[str, str] = field(default_factory=dict)


def read_page(text: str) -> PageParts:
    """The parts of a page of a kez-chat server."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    parts = reader.parts
    # A browser may see an element where this parser sees text; then the count differs.
    written = len(re.findall(r"<\s*script", text, re.IGNORECASE))
    if written != reader.script_elements:
        parts.odd.append("a script element where none should be")
    return parts


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts = PageParts()
        self.script_elements = 0
        self._inline: list[str] | None = None
        self._is_map = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.parts.odd.extend(_odd_attributes(tag, given))
        if tag in FOREIGN:
            self.parts.odd.append(f"a <{tag}> element")
        elif tag == "meta" and "http-equiv" in given:
            self.parts.odd.append(f'<meta http-equiv="{given["http-equiv"]}">')
        elif tag == "html":
            self.parts.html = given
        elif tag == "link":
            self._link(given)
        elif tag == "script":
            self._script(given)

    def handle_data(self, data: str) -> None:
        if self._inline is not None:
            self._inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag != "script" or self._inline is None:
            return
        text = "".join(self._inline)
        self._inline = None
        if self._is_map and self.parts.import_map is None:
            self.parts.import_map = text
        elif self._is_map:
            self.parts.odd.append("a second import map")
        elif text.strip():
            self.parts.odd.append(f"an inline script: {text.strip()[:80]!r}")

    def _link(self, given: dict[str, str]) -> None:
        if given.get("rel") in LINKS:
            self.parts.links.append(given.get("href", ""))
        else:
            self.parts.odd.append(f'<link rel="{given.get("rel", "")}">')

    def _script(self, given: dict[str, str]) -> None:
        self.script_elements += 1
        self._inline = []
        self._is_map = given.get("type") == "importmap" and "src" not in given
        if "src" in given:
            self.parts.scripts.append(given["src"])
            if given.get("type") != "module":
                self.parts.odd.append(f"a script that is no module: {given['src']}")


def _odd_attributes(tag: str, given: dict[str, str]) -> Iterator[str]:
    for name, value in given.items():
        if name.startswith("on") or name in ("style", "srcdoc"):
            yield f"the attribute {name} of a <{tag}>"
        if name in _ADDRESSES:
            scheme = urlsplit(re.sub(r"[\x00-\x20]", "", value)).scheme.lower()
            if scheme not in ("", "http", "https"):
                yield f"an address that begins with {scheme}: in a <{tag}>"
