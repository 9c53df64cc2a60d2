"""The names that ship reserved, and those whose look-alikes nobody can register."""

from functools import cache
from pathlib import Path

from registry.skeletons import skeleton

_SHIPPED = Path(__file__).with_name("reserved_handles.txt")


@cache
def shipped_skeletons() -> frozenset[str]:
    """Skeletons of the shipped names (reserved_handles.txt: one a line, `#` begins a comment)."""
    lines = (line.partition("#")[0].strip() for line in _SHIPPED.read_text(encoding="ascii").splitlines())
    return frozenset(skeleton(line) for line in lines if line)
