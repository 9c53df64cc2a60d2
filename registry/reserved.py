"""The names that ship reserved, and how look-alikes of a reserved name are told."""

from functools import cache
from pathlib import Path

_SHIPPED = Path(__file__).with_name("reserved_handles.txt")


def skeleton(name: str) -> str:
    """What look-alikes of a name share: `sup-port`, `support_` and `Support` have one skeleton."""
    return name.lower().replace("-", "").replace("_", "")


@cache
def shipped_skeletons() -> frozenset[str]:
    """Skeletons of the shipped names (reserved_handles.txt: one a line, `#` begins a comment)."""
    lines = (line.partition("#")[0].strip() for line in _SHIPPED.read_text(encoding="ascii").splitlines())
    return frozenset(skeleton(line) for line in lines if line)
