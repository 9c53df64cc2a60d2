"""Where a file of somebody else may be written: one function decides, whatever name the sender gave it."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

# Room for `.<8 hex digits>.part` below the 255 bytes that file systems allow.
MAX_NAME_BYTES = 200
_MAX_ENDING_BYTES = 24
_UNNAMED = "file"

_FORBIDDEN = frozenset('/\\<>:"|?*')  # separators, and what Windows and its drives and streams do not allow
_JOINERS = frozenset("\u200c\u200d")  # some languages and emoji need them, and they hide nothing
_LEADING = re.compile(r"^[.\-~\s]+")  # hidden files, options, home folders
_RESERVED = re.compile(
    r"(con|prn|aux|nul|conin\$|conout\$|com[0-9\u00b9\u00b2\u00b3]|lpt[0-9\u00b9\u00b2\u00b3])\s*(\.|$)",
    re.IGNORECASE,
)


def safe_place(folder: Path, name: str) -> Path:
    """As `safe_destination`, for what lies inside a folder that came as a whole: there a leading dot stays, since
    nothing of the reader's own is there to be hidden or replaced. `.git` does not: programs obey what stands in it."""
    hidden = re.fullmatch(r"\.([^.\-~\s].*)", name, re.DOTALL)
    if hidden is None:
        return safe_destination(folder, name)
    plain = safe_destination(folder, hidden[1]).name
    # Some file systems see no joiners.
    is_git = "".join(each for each in plain if each not in _JOINERS).casefold() == "git"
    return folder / (f"_{plain}" if is_git else f".{plain}")


def safe_destination(folder: Path, name: str) -> Path:
    """A path directly in `folder` for a file that somebody else named: it leads nowhere else on any system.

    Separators, control and invisible characters, and those that Windows forbids become `_`; so do leading dots, dashes
    and tildes, which make hidden files and options of commands. Names of Windows devices get a `_` before them. The
    result is in Unicode's composed form (NFC) and has at most 200 bytes, the ending kept. It may exist already.
    """
    composed = unicodedata.normalize("NFC", name)
    plain = "".join("_" if _is_bad(character) else character for character in composed)
    plain = _LEADING.sub("_", plain).rstrip(". ")
    if _RESERVED.match(plain):
        plain = f"_{plain}"
    return folder / (_shortened(plain) or _UNNAMED)


def _is_bad(character: str) -> bool:
    if character in _JOINERS:
        return False
    # Cc, Cf, Cs, Co, Cn: control, format, surrogates, private, unassigned; Zl, Zp: line and paragraph separators.
    category = unicodedata.category(character)
    return character in _FORBIDDEN or category[0] == "C" or category in ("Zl", "Zp")


def _shortened(name: str) -> str:
    """At most `MAX_NAME_BYTES`, cut before the ending and between characters."""
    if len(name.encode()) <= MAX_NAME_BYTES:
        return name
    stem, dot, ending = name.rpartition(".")
    if not stem or len(ending.encode()) > _MAX_ENDING_BYTES:
        stem, dot, ending = name, "", ""
    room = MAX_NAME_BYTES - len((dot + ending).encode())
    cut = stem.encode()[:room].decode(errors="ignore")
    return cut.rstrip(". ") + dot + ending
