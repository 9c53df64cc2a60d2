"""Who is at the other end: the answer to the challenge verified, the device admitted, its consumer made."""

import hmac
import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from django.conf import settings
from django.db import DatabaseError

from chatbridge.consumers.codes import Code, Refused
from chatbridge.consumers.frames import SessionAnswer
from chatbridge.cooldown import is_cooling_down
from chatbridge.device_consumers import delete_device_consumer, reopen_device_consumer
from chatbridge.jetstream import JetStreamError
from chatbridge.services import admit_device
from chatbridge.threads import in_thread
from kezproto.errors import BadSubject, ProtocolError
from kezproto.handles import Handle
from kezproto.keys import Primary
from kezproto.session import Session, verify_session
from kezproto.subjects import check_device
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError
from registry.lookup import active_handle_by_primary, handle_state

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A device of the key that holds `handle`; `cursor` is as far as it has read, or further back."""

    handle: Handle
    primary: Primary
    device: str
    cursor: int
    forgotten: list[str]


def verified(answer: SessionAnswer, *, challenge: str, now: datetime) -> Session:
    """The session that answers this challenge. Raises Refused: bad_device, bad_session."""
    try:
        check_device(answer.device)
    except BadSubject as error:
        raise Refused(Code.BAD_DEVICE) from error
    payload = answer.document.get("payload")
    claimed = payload.get("challenge") if isinstance(payload, dict) else None
    if not isinstance(claimed, str) or not hmac.compare_digest(claimed.encode(), challenge.encode()):
        sentence = "This does not answer the challenge of this connection."
        raise Refused(Code.BAD_SESSION, sentence, cause="challenge_unknown")
    try:
        return verify_session(answer.document, server=settings.KEZ_CHAT_SERVER, challenge=challenge, now=now)
    except ProtocolError as error:
        raise Refused(Code.BAD_SESSION, str(error), cause=error.code) from error


async def admit(session: Session, device: str) -> Admitted:
    """The device's row. Raises Refused: not_registered, suspended, cooling_down, not_ready."""
    try:
        return await in_thread(_admit, session, device, datetime.now(UTC))
    except DatabaseError as error:
        logger.warning("A device could not be admitted: %s", error)
        raise Refused(Code.NOT_READY) from error


def _admit(session: Session, device: str, now: datetime) -> Admitted:
    row = active_handle_by_primary(session.primary)
    if row is None and handle_state(session.primary) == "suspended":
        raise Refused(Code.SUSPENDED)
    if row is None or row.local != session.handle.local:
        raise Refused(Code.NOT_REGISTERED)
    if is_cooling_down(session.primary):
        raise Refused(Code.COOLING_DOWN)
    known, forgotten = admit_device(session.primary, device, now=now)
    return Admitted(session.handle, session.primary, device, known.cursor, forgotten)


async def open_inbox(backend: SupervisedConnection, admitted: Admitted) -> int:
    """Makes the device's consumer ready; answers how many messages wait. Raises Refused: not_ready."""
    try:
        for device in admitted.forgotten:
            await delete_device_consumer(backend, admitted.primary, device)
        return await reopen_device_consumer(
            backend, admitted.primary, admitted.device, cursor=admitted.cursor
        )
    except (JetStreamError, LinkError) as error:
        logger.info("An inbox could not be opened: %s", error)
        raise Refused(Code.NOT_READY) from error
