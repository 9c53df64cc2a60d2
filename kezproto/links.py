"""Links between messages: whether a new one follows what was already received, so that a drop is seen.

The key of a sequence is (sender, device, recipient); a client keeps the highest (seq, hash) that it has seen of each.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from kezproto.chain_state import Head
from kezproto.messages import Message


class LinkKind(Enum):
    IN_ORDER = "in_order"
    """The next one; it names its predecessor rightly."""
    GAP = "gap"
    """Later than the next one: the numbers in `missing` have not arrived (yet)."""
    LATE = "late"
    """Earlier than the last one, and nothing is known of its number: it may close a gap."""
    REPLAY = "replay"
    """The very message that is known already."""
    FORK = "fork"
    """Another message than the known one carries this number, or the predecessor that it names is another one."""


@dataclass(frozen=True, slots=True)
class Link:
    kind: LinkKind
    missing: range = range(0)


def check_link(last: Head | None, message: Message, *, known_hash: str | None = None) -> Link:
    """How `message` follows `last`, the highest (seq, hash) seen of its sequence (None: nothing seen yet).

    `known_hash` is the hash of the message already known under `message.seq`, if there is one; it tells a replay
    from a fork below `last`. The caller moves `last` on for IN_ORDER and GAP only.
    """
    if last is not None and message.seq == last.seq:
        known_hash = last.hash
    if known_hash is not None:
        return Link(LinkKind.REPLAY if message.hash == known_hash else LinkKind.FORK)
    next_seq = last.seq + 1 if last else 1
    if message.seq < next_seq:
        return Link(LinkKind.LATE)
    if message.seq > next_seq:
        return Link(LinkKind.GAP, missing=range(next_seq, message.seq))
    if message.prev != (last.hash if last else None):
        return Link(LinkKind.FORK)
    return Link(LinkKind.IN_ORDER)
