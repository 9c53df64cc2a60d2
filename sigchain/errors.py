"""Why the sigchain service refuses, beyond what the protocol's own errors and the HTTP edge say."""

from httpapi.problems import Problem
from kezproto.sigchain import Head


def head_member(head: Head | None) -> dict[str, object] | None:
    """A head as the API shows it: `{"seq", "hash"}`, or null before the first event."""
    return None if head is None else {"seq": head.seq, "hash": head.hash}


class WrongSeq(Problem):
    """The event does not carry the next sequence number: follow the head given here, and sign again."""

    status, code, title = 409, "chain_wrong_seq", "Not the next event"


class WrongPrev(Problem):
    """The event does not link to the head: follow the head given here, and sign again."""

    status, code, title = 409, "chain_wrong_prev", "Does not link to the head"


class ChainFull(Problem):
    """The chain has reached this server's limit; trying again does not help."""

    status, code, title = 409, "chain_full", "Chain full"


class TimeBackwards(Problem):
    """The event says that it is more than 300 seconds older than the head."""

    status, code, title = 422, "chain_time_backwards", "Time runs backwards"
