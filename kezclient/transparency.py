"""A server's public log: read from where one stopped, checked link by link, and held against what was seen before."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kezclient.errors import BadAnswer, LogRewritten
from kezclient.store.chains import Evidence
from kezproto.chain_state import Head
from kezproto.errors import KeyMismatch, ProtocolError, TransparencyBroken
from kezproto.transparency import TransparencyHead, follow_entries, verify_transparency_head

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from kezclient.registry_api import RegistryApi
    from kezclient.store.store import Store

MOST_PAGES = 1000


@dataclass(frozen=True, slots=True)
class LogReading:
    """`entries` are the new ones since `seen` (None: this was the first time); `head` is where the log ends now."""

    head: TransparencyHead
    seen: Head | None
    entries: list[dict[str, Any]]


def read_log(
    registry: RegistryApi, store: Store, *, server: str, from_start: bool, now: datetime
) -> LogReading:
    """The new entries, or all of them; the head is pinned then.

    LogRewritten, with both versions kept as evidence, if the log contradicts what was seen; BadAnswer if it does not
    hold together by itself.
    """
    pinned = _pinned(store, server)
    known = verify_transparency_head(pinned, server=server) if pinned else None
    served: Any = None
    try:
        start = None if from_start or known is None else known.head
        entries, served = _fetch(registry, start)
        head = verify_transparency_head(served, server=server, key=known.key if known else None)
        _check(known, head, start, entries)
    except KeyMismatch as error:
        raise _rewritten(store, known, pinned, served, str(error), now) from error
    except TransparencyBroken as error:
        # What comes after the pinned head and does not follow it contradicts the pin; all else is nonsense in itself.
        if known is None or known.head is None or error.seq > known.head.seq + 1:
            raise BadAnswer(url=registry.url, reason=str(error)) from error
        raise _rewritten(store, known, pinned, served, str(error), now) from error
    except ProtocolError as error:
        raise BadAnswer(url=registry.url, reason=str(error)) from error
    store.set_setting(_name(server), json.dumps(served))
    return LogReading(head, known.head if known else None, entries)


def _fetch(registry: RegistryApi, start: Head | None) -> tuple[list[dict[str, Any]], Any]:
    """All entries after `start`, and the head of the last answer."""
    entries: list[dict[str, Any]] = []
    since = start.seq if start else 0
    for _ in range(MOST_PAGES):
        page = registry.transparency(since=since)
        found, served = page.get("entries"), page.get("head")
        if not isinstance(found, list) or not isinstance(served, dict):
            raise BadAnswer(url=registry.url, reason="it is no public log")
        entries += found
        if page.get("more") is not True or not found:
            return entries, served
        since += len(found)
    raise BadAnswer(url=registry.url, reason="its public log has no end")


def _check(
    known: TransparencyHead | None, head: TransparencyHead, start: Head | None, entries: list[dict[str, Any]]
) -> None:
    """TransparencyBroken unless the entries follow `start`, pass by what was seen, and end at the signed head."""
    seen = known.head if known else None
    seq = head.head.seq if head.head else 0
    if seen is not None and seq < seen.seq:
        raise TransparencyBroken(
            f"The log had {seen.seq} entries when it was last seen; it has {seq}.", seq + 1
        )
    if seen is not None and start is None:
        passed = follow_entries(None, entries[: seen.seq])
        if passed != seen:
            raise TransparencyBroken(
                f"Entry {seen.seq} of the log is not the one that was seen before.", seen.seq
            )
    if follow_entries(start, entries) != head.head:
        raise TransparencyBroken("The entries do not lead to the head that is signed.", seq)


def _rewritten(
    store: Store,
    known: TransparencyHead | None,
    pinned: Mapping[str, Any] | None,
    served: Any,
    reason: str,
    now: datetime,
) -> LogRewritten:
    assert known is not None  # noqa: S101 - only what was seen can be contradicted
    evidence = Evidence(known.key, "transparency", reason, known=pinned, served=served)
    with store.write():
        store.chains.keep_evidence(evidence, now)
    return LogRewritten(server=known.server, reason=reason)


def _pinned(store: Store, server: str) -> dict[str, Any] | None:
    text = store.setting(_name(server))
    return json.loads(text) if text else None


def _name(server: str) -> str:
    return f"transparency:{server}"
