"""Keys out of the database: the same few again and again, and checking a point of the curve costs time."""

from functools import lru_cache

from kezproto.keys import Primary


@lru_cache(maxsize=1024)
def stored_key(text: str) -> Primary:
    """The primary of 64 hex digits."""
    return Primary.from_hex(text)
