"""The names that ship reserved, and those whose look-alikes nobody can register.

A file each: one name a line, `#` begins a comment.
"""

from functools import cache
from pathlib import Path

from registry.skeletons import skeleton

_HERE = Path(__file__).parent


@cache
def shipped_skeletons() -> frozenset[str]:
    """Skeletons of the reserved names (reserved_handles.txt)."""
    return frozenset(skeleton(name) for name in names_in("reserved_handles.txt"))


@cache
def well_known_names() -> frozenset[str]:
    """The names that are known from elsewhere (well_known_handles.txt)."""
    return frozenset(names_in("well_known_handles.txt"))


@cache
def well_known_skeletons() -> frozenset[str]:
    return frozenset(skeleton(name) for name in well_known_names())


def names_in(file: str) -> list[str]:
    """The names of a list that ships, in its order."""
    lines = (_HERE / file).read_text(encoding="ascii").splitlines()
    names = (line.partition("#")[0].strip() for line in lines)
    return [name for name in names if name]
