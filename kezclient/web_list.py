"""The list of what a server gives browsers to run: as the server publishes it, or as a release did (docs/web.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

PLACEHOLDERS = ("server", "public_url", "sigchain_url", "registration")
_HASH = re.compile(r"[0-9a-f]{64}")
_PATH = re.compile(r"(?:[A-Za-z0-9_@-][A-Za-z0-9._@-]*/)*[A-Za-z0-9_@-][A-Za-z0-9._@-]*")
_PAGE = re.compile(r"/[a-z]+")
_DIGEST = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class WebList:
    """`files`: SHA-256 by path below the static folder; `pages`: markup by address, with placeholders. `digest` names
    the static folder; a release's list has none."""

    version: str
    files: dict[str, str]
    import_map: str
    pages: dict[str, str]
    digest: str | None = None


def parse_web_list(document: dict[str, Any]) -> WebList:
    """ValueError for anything that is not a list."""
    files = _texts(document, "files", _PATH)
    if any(not _HASH.fullmatch(each) for each in files.values()):
        raise ValueError("a hash in its files is none")
    digest = document.get("digest")
    if digest is not None and (not isinstance(digest, str) or not _DIGEST.fullmatch(digest)):
        raise ValueError("its digest is none")
    import_map = document.get("import_map")
    if not isinstance(import_map, str) or not _HASH.fullmatch(import_map):
        raise ValueError("its import_map is no hash")
    version = document.get("version")
    if not isinstance(version, str):
        raise ValueError("it has no version")
    pages = _texts(document, "pages", _PAGE)
    return WebList(version=version, files=files, import_map=import_map, pages=pages, digest=digest)


def differences(served: WebList, published: WebList) -> Iterator[tuple[str, str]]:
    """Where the server's own list is another one than that of a release: what, and how."""
    for what, here, there in (
        ("file", served.files, published.files),
        ("page", served.pages, published.pages),
    ):
        for name in sorted({*here, *there}):
            if name not in there:
                yield name, f"this {what} is not in the release"
            elif name not in here:
                yield name, f"this {what} of the release is not in the server's list"
            elif here[name] != there[name]:
                yield name, f"the server's list has another {what} than the release"
    if served.import_map != published.import_map:
        yield "import map", "the server's list has another import map than the release"


def _texts(document: dict[str, Any], name: str, keys: re.Pattern[str]) -> dict[str, str]:
    found = document.get(name)
    if not isinstance(found, dict) or not found:
        raise ValueError(f"it has no {name}")
    for key, value in found.items():
        if not isinstance(value, str) or not keys.fullmatch(key):
            raise ValueError(f"{key[:80]!r} in its {name} is not in its form")
    return found
