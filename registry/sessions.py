"""Challenges, and the sessions that answer them: how the holder of a key shows that it is theirs."""

import re
import secrets
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache

from kezproto.canonical import parse_json
from kezproto.errors import Malformed
from kezproto.keys import Primary
from kezproto.session import Session, verify_session
from registry import errors
from registry.models import Handle

CHALLENGE_SECONDS = 60


def issue_challenge(primary: Primary, *, now: datetime) -> tuple[str, datetime]:
    """A fresh challenge (64 hex digits) for a key, and when it ends. Any key gets one: it tells nothing."""
    challenge = secrets.token_hex(32)
    cache.set(_challenge_key(challenge), primary.hex, timeout=CHALLENGE_SECONDS)
    return challenge, now + timedelta(seconds=CHALLENGE_SECONDS)


def prove_key(document: Any, *, now: datetime) -> Session:
    """Verify a `session` object against a live challenge, spend the challenge, and return the session.

    It proves the key; whether the key has the handle that the session names is not looked at. The document is bytes,
    or a JSON value that was parsed by the strict rules. Raises what `verify_session` raises, and ChallengeUnknown.
    """
    if isinstance(document, bytes):
        document = parse_json(document)
    challenge = _claimed_challenge(document)
    given_to = cache.get(_challenge_key(challenge))
    session = verify_session(document, server=settings.KEZ_CHAT_SERVER, challenge=challenge, now=now)
    # Only the caller whose delete removed the key has spent it: Valkey answers how many keys a delete removed.
    if given_to != session.primary.hex or not cache.delete(_challenge_key(challenge)):
        raise errors.ChallengeUnknown
    return session


def consume_session(document: Any, *, now: datetime) -> Session:
    """`prove_key`, and the key has the active handle that it names. Raises also NotRegistered, HandleSuspended."""
    session = prove_key(document, now=now)
    handle = Handle.objects.filter(primary_hex=session.primary.hex, local=session.handle.local).first()
    if handle is not None and handle.status == Handle.Status.SUSPENDED:
        raise errors.HandleSuspended
    if handle is None or handle.status != Handle.Status.ACTIVE:
        raise errors.NotRegistered
    return session


def _claimed_challenge(document: Any) -> str:
    """The challenge that a document says it answers, before anything about it is verified."""
    payload = document.get("payload") if isinstance(document, dict) else None
    challenge = payload.get("challenge") if isinstance(payload, dict) else None
    if not isinstance(challenge, str) or not re.fullmatch(r"[0-9a-f]{64}", challenge):
        raise Malformed("A session names its challenge: 64 hex digits.")
    return challenge


def _challenge_key(challenge: str) -> str:
    return f"challenge:{challenge}"
