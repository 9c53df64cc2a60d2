"""The public log of what operators did to handles. Written with the audit trail; it names neither who nor why."""

from registry import log_writing
from registry.models import TransparencyEntry


def add_entry(action: TransparencyEntry.Action, *, handle: str = "", count: int = 1) -> TransparencyEntry:
    """Tell the public of a deed, inside its transaction. Where the names are nobody's business, only their `count`."""
    return log_writing.append(TransparencyEntry(action=action, handle=handle, count=count))
