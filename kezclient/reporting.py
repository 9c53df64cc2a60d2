"""Reports to the operators: whom, with which messages, and what became of them."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kezclient.errors import BadAnswer, MessageNotTheirs, MessageUnprovable, UsageFault
from kezproto.errors import BadReportedMessage, Malformed, ProtocolError, WrongServer
from kezproto.payloads import MAX_REPORT_BYTES, MAX_REPORTED_MESSAGES
from kezproto.report import check_reported_messages, report_payload
from kezproto.signed import sign

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from kezclient.identity import Identity
    from kezclient.registry_api import RegistryApi
    from kezclient.runtime import Runtime
    from kezclient.store.messages import StoredMessage
    from kezclient.store.store import Store
    from kezproto.handles import Handle
    from kezproto.keys import Primary

_FIELDS = ("report_id", "reported", "category", "state", "created_at", "changed_at")
# The rest of a report, beside its messages, is far smaller than this.
_ROOM_FOR_MESSAGES = MAX_REPORT_BYTES - 16 * 1024


@dataclass(frozen=True, slots=True)
class ReportState:
    """What the server says of a report: `report_id`, `reported`, `category`, `state`, `outcome` and more."""

    document: dict[str, Any]


def chosen_messages(store: Store, handle: Handle, *, ids: Sequence[str], last: int) -> list[StoredMessage]:
    """The messages of `handle` that are to be opened, in order of arrival. MessageNotTheirs, MessageUnprovable."""
    received = store.messages.received_from(handle)
    by_id = {each.id: each for each in received}
    for each in ids:
        if each not in by_id:
            raise MessageNotTheirs(id=each, handle=str(handle))
    wanted = set(ids) | {each.id for each in received[len(received) - last :]}
    found = [each for each in received if each.id in wanted]
    if len(found) > MAX_REPORTED_MESSAGES:
        raise UsageFault(sentence=f"At most {MAX_REPORTED_MESSAGES} messages go into one report.")
    if len({each.sender for each in found}) > 1:
        raise UsageFault(
            sentence=f"{handle} wrote these with different keys; report the messages of one key at a time."
        )
    for message in found:
        if message.proof is None:
            raise MessageUnprovable(id=message.id)
    return found


def holder_of(runtime: Runtime, handle: Handle) -> Primary:
    """The key of a handle: as it is known here, else as the registry says now."""
    contact = runtime.store.contacts.find(handle)
    return contact.primary if contact is not None else runtime.registry.look_up(handle).primary


def signed_object(message: StoredMessage) -> dict[str, Any]:
    """A received message as its sender signed it."""
    document: dict[str, Any] = json.loads(message.proof or "{}")
    document["payload"]["body"] = message.body
    return document


def file_report(
    registry: RegistryApi,
    identity: Identity,
    handle: Handle,
    reported: Primary,
    *,
    category: str,
    text: str,
    messages: Sequence[StoredMessage],
    now: datetime,
) -> ReportState:
    """Send a report. UsageFault for what can't be reported so; ServerRefused with the server's code."""
    documents = [signed_object(each) for each in messages]
    try:
        check_reported_messages(documents, sender=reported, reader=identity.primary)
        payload = report_payload(
            report_id=secrets.token_hex(16),
            handle=identity.profile.handle,
            primary=identity.primary,
            reported=handle,
            reported_primary=reported,
            category=category,
            text=text,
            messages=documents,
            created_at=now,
        )
        document = sign("report", payload, identity.key)
    except (BadReportedMessage, WrongServer, Malformed) as error:
        raise UsageFault(sentence=f"This can't be reported: {error}") from error
    if len(json.dumps(documents, ensure_ascii=False).encode()) > _ROOM_FOR_MESSAGES:
        raise UsageFault(sentence="These messages are too large for one report; open fewer of them.")
    return _read(registry.file_report(document), registry.url)


def own_reports(registry: RegistryApi, identity: Identity, *, now: datetime) -> list[ReportState]:
    """What the own key has reported, the newest first."""
    document = registry.own_reports(identity.profile.handle, identity.key, now=now)
    rows = document.get("reports")
    if not isinstance(rows, list):
        raise BadAnswer(url=registry.url, reason="it lists no reports")
    return [_read(row, registry.url) for row in rows]


def _read(document: Any, url: str) -> ReportState:
    try:
        if not all(isinstance(document[name], str) for name in _FIELDS):
            raise TypeError("a field is not text")
    except (KeyError, TypeError, ProtocolError) as error:
        raise BadAnswer(url=url, reason=f"what it says of a report ({error})") from error
    return ReportState(document)
