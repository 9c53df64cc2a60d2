"""Patterns of names: `*` stands for any characters, everything else for itself. Bounded, so that matching is cheap."""

import re

from kezproto.errors import BadHandle
from kezproto.handles import check_local

MAX_PATTERN = 40
MAX_STARS = 4
MIN_LETTERS = 2

_PATTERN = re.compile(r"[a-z0-9_*-]+")


def is_pattern(text: str) -> bool:
    return "*" in text


def check_name_or_pattern(text: str) -> None:
    """ValueError with a sentence unless `text` could be a handle, or is a pattern of handles."""
    if not is_pattern(text):
        try:
            check_local(text)
        except BadHandle as error:
            raise ValueError(str(error)) from error
        return
    if len(text) > MAX_PATTERN or not _PATTERN.fullmatch(text):
        raise ValueError(f"A pattern is at most {MAX_PATTERN} of a-z, 0-9, _, - and *.")
    if text.count("*") > MAX_STARS or "**" in text:
        raise ValueError(f"A pattern has at most {MAX_STARS} stars, not side by side.")
    if len(text.replace("*", "")) < MIN_LETTERS:
        raise ValueError(f"A pattern needs at least {MIN_LETTERS} characters besides its stars.")


def matches(pattern: str, name: str) -> bool:
    """Whether the whole name fits the pattern. Takes time in proportion to the lengths; no backtracking."""
    first, *middle, last = pattern.split("*") if is_pattern(pattern) else (pattern, pattern)
    if not is_pattern(pattern):
        return name == pattern
    if len(name) < len(first) + len(last) or not name.startswith(first) or not name.endswith(last):
        return False
    place, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True
