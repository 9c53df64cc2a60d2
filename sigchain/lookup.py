"""All reads of the sigchain's tables."""

from collections.abc import Sequence

from kezproto.keys import Primary
from kezproto.sigchain import Head
from sigchain.models import Chain, Event


def head_of(primary: Primary) -> Head | None:
    """The head of the chain of `primary`; None for a chain that this server has never seen."""
    return head_in(Chain.objects.filter(primary=primary.hex).first())


def head_in(row: Chain | None) -> Head | None:
    """The head that a chain's row holds; None before the first event."""
    if row is None or row.head_seq == 0:
        return None
    return Head(seq=row.head_seq, hash=row.head_hash)


def documents(primary: Primary, *, after: int, up_to: int) -> Sequence[str]:
    """The canonical JSON of the events with `after` < seq <= `up_to`, in order.

    Readers take `up_to` from a head that they read first: a chain only grows, so the two always agree.
    """
    events = Event.objects.filter(chain=primary.hex, seq__gt=after, seq__lte=up_to)
    return list(events.order_by("seq").values_list("document", flat=True))


def stored_event(event_hash: str) -> Event | None:
    """The event of that hash, in whichever chain it stands."""
    return Event.objects.filter(hash=event_hash).first()
