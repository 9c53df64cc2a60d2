"""Handles: `local@server`; stored and sent in full, shown short at home, mentioned with `@` in text."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kezproto.errors import BadHandle

_LOCAL = re.compile(r"[a-z0-9][a-z0-9_-]{2,31}")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SERVER = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
# A mention stands free: no letter, digit or address character before its @, none after its last letter.
_MENTION = re.compile(
    rf"(?<![\w@.+-])@(?P<local>[a-z0-9][a-z0-9_-]{{2,31}})(?![\w-])(?:@(?P<server>{_LABEL}(?:\.{_LABEL})*)(?![\w-]))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, order=True)
class Handle:
    """A name on a server; both parts are checked, lower-case ASCII."""

    local: str
    server: str

    def __post_init__(self) -> None:
        check_local(self.local)
        check_server_name(self.server)

    def __str__(self) -> str:
        return f"{self.local}@{self.server}"

    def display(self, own_server: str) -> str:
        """The short form for people of the same server, the full form for all others."""
        return self.local if self.server == own_server else str(self)


@dataclass(frozen=True, slots=True)
class Mention:
    """`text[start:end]` (code points, with the `@`) names `handle`."""

    start: int
    end: int
    handle: Handle


def check_local(text: str) -> str:
    """`text` itself if it is a handle's local part as stored; upper case is refused."""
    if not _LOCAL.fullmatch(text):
        raise BadHandle
    return text


def check_server_name(text: str) -> str:
    """`text` itself if it is a lower-case host name (no port, no address)."""
    if len(text) > 253 or not _SERVER.fullmatch(text) or text.rpartition(".")[2].isdigit():
        raise BadHandle("A server is named by its lower-case host name, for instance kez.lat.")
    return text


def parse_full_handle(text: str) -> Handle:
    """Read the wire form `local@server`, without any folding."""
    local, at, server = text.partition("@")
    if not at:
        raise BadHandle("A handle on the wire is written local@server.")
    return Handle(local, server)


def parse_handle(text: str, *, own_server: str) -> Handle:
    """Read what a person typed, `chris`, `@chris` or `Chris@Kez.lat`: case is folded, the server defaults."""
    # Folding comes after the ASCII check: some letters outside ASCII have ASCII lower-case forms.
    if not text.isascii():
        raise BadHandle
    local, at, server = text.lower().removeprefix("@").partition("@")
    return Handle(local, server if at else own_server)


def find_mentions(text: str, *, own_server: str) -> list[Mention]:
    """The mentions in a message's text, in order; a short one means a handle on `own_server`."""
    found = []
    for match in _MENTION.finditer(text):
        if not match[0].isascii():
            continue
        try:
            handle = Handle(match["local"].lower(), (match["server"] or own_server).lower())
        except BadHandle:
            continue
        found.append(Mention(match.start(), match.end(), handle))
    return found
