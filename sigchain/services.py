"""All writes of the sigchain's tables.

There is no audit table here: every row is signed by the actor and linked to the one before, so the chain is
its own audit trail.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import transaction

from httpapi.problems import TooLarge
from kezproto import errors as protocol
from kezproto.canonical import canonical_bytes
from kezproto.keys import Primary
from kezproto.sigchain import Event as SignedEvent
from kezproto.sigchain import Head, check_next
from kezproto.timestamps import check_fresh
from sigchain import lookup
from sigchain.errors import ChainFull, TimeBackwards, WrongPrev, WrongSeq, head_member
from sigchain.models import Chain, Event

MAX_CHAIN_BYTES = 15 * 1024 * 1024
"""A chain is served in one answer, which stays below the 16 MiB that clients read: events, commas and head."""


@dataclass(frozen=True, slots=True)
class Appended:
    """The stored event's place. `created` is False where the same event already stood there."""

    head: Head
    created: bool


def append_event(event: SignedEvent, *, actor: Primary, now: datetime) -> Appended:
    """Append a verified event to the chain of `actor`, the key whose chain the caller addressed.

    Atomic, and safe for any number of callers: of several different events for one place exactly one is
    stored. The same event again is answered as stored, however old it is, so a lost answer can be retried.
    Raises KeyMismatch, TooLarge, Stale, WrongSeq and WrongPrev (with the head), TimeBackwards, ChainFull.
    """
    if event.primary != actor:
        raise protocol.KeyMismatch("The event belongs to another key than the chain that it was sent to.")
    canonical = canonical_bytes(event.document)
    if len(canonical) > settings.KEZ_SIGCHAIN_MAX_EVENT_BYTES:
        raise TooLarge(
            f"The event has {len(canonical)} bytes; this server takes up to {settings.KEZ_SIGCHAIN_MAX_EVENT_BYTES}."
        )
    with transaction.atomic():
        chain = _lock_chain(actor)
        if lookup.stored_event(event.hash):
            return Appended(Head(seq=event.seq, hash=event.hash), created=False)
        check_fresh(event.created_at, now=now)
        head = lookup.head_in(chain)
        _check_place(event, head, chain.head_created_at)
        _check_room(chain, len(canonical), head)
        Event.objects.create(
            chain=chain, seq=event.seq, hash=event.hash, document=canonical.decode(), received_at=now
        )
        chain.head_seq, chain.head_hash, chain.head_created_at = event.seq, event.hash, event.created_at
        chain.stored_bytes += len(canonical)
        chain.save()
    return Appended(Head(seq=event.seq, hash=event.hash), created=True)


def _lock_chain(primary: Primary) -> Chain:
    """The chain's row, held until the transaction ends; made first where there is none.

    PostgreSQL locks the row, and an insert that meets another one waits for it. SQLite begins IMMEDIATE, so
    the transaction alone has the write lock. A refused first event rolls the new row back.
    """
    locked = Chain.objects.select_for_update()
    chain = locked.filter(primary=primary.hex).first()
    if chain is None:
        Chain.objects.bulk_create([Chain(primary=primary.hex)], ignore_conflicts=True)
        chain = locked.get(primary=primary.hex)
    return chain


def _check_place(event: SignedEvent, head: Head | None, head_time: datetime | None) -> None:
    """Raise WrongSeq, WrongPrev or TimeBackwards unless the event follows `head`."""
    try:
        check_next(head, head_time, event)
    except protocol.WrongSeq as error:
        raise WrongSeq(str(error), head=head_member(head)) from error
    except protocol.WrongPrev as error:
        raise WrongPrev(str(error), head=head_member(head)) from error
    except protocol.TimeBackwards as error:
        raise TimeBackwards(str(error)) from error


def _check_room(chain: Chain, size: int, head: Head | None) -> None:
    """Raise ChainFull unless one more event of `size` bytes fits."""
    if chain.head_seq >= settings.KEZ_SIGCHAIN_MAX_EVENTS:
        raise ChainFull(
            f"A chain on this server holds up to {settings.KEZ_SIGCHAIN_MAX_EVENTS} events.",
            head=head_member(head),
        )
    if chain.stored_bytes + size > MAX_CHAIN_BYTES:
        raise ChainFull(
            f"A chain on this server holds up to {MAX_CHAIN_BYTES} bytes of events.",
            head=head_member(head),
        )
