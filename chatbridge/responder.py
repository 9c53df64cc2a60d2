"""From a login request to its answer, whichever way it comes: over NATS to the callout process, or over HTTP."""

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

from django.conf import settings

from chatbridge import refusals, services
from chatbridge.callout import Allowed, Decision, Refused, decide
from chatbridge.jetstream import JetStreamError
from chatbridge.metrics import DECISION_SECONDS, DECISIONS
from chatbridge.models import Device
from chatbridge.nats_jwt import AuthRequest, BadToken, decode_request, encode_response, encode_user
from chatbridge.reasons import Reason
from chatbridge.threads import in_thread
from chatbridge.xkey import CannotUnseal, XKey
from kezproto.keys import SigningKey
from kezproto.subjects import CLIENT_ACCOUNT, client_permissions
from natslink.errors import LinkError

logger = logging.getLogger(__name__)

# nats-server gives a login 3 s, ours is less: an answer that comes too late is a consumer made for nothing.
ANSWER_SECONDS = 2.5

PrepareDevice = Callable[[Allowed, int, list[str]], Awaitable[None]]


class Responder:
    """`prepare_device(allowed, cursor, forgotten)` makes the device's consumer and removes those of forgotten ones;
    it raises JetStreamError or LinkError.
    """

    def __init__(self, *, issuer: SigningKey, xkey: XKey, prepare_device: PrepareDevice) -> None:
        self._issuer = issuer
        self._xkey = xkey
        self._prepare_device = prepare_device

    async def answer(self, body: bytes, *, server_xkey: str = "") -> bytes:
        """The signed answer, sealed if the request was (`server_xkey`: the header Nats-Server-Xkey).

        Raises BadToken or CannotUnseal for what is no request of a NATS server; nobody is to be answered then.
        """
        began = time.perf_counter()
        now = datetime.now(UTC)
        try:
            if server_xkey:
                body = self._xkey.open(body, sender=server_xkey)
            request = decode_request(body, now=now)
            if server_xkey and request.server_xkey != server_xkey:
                raise BadToken("The request is sealed by another xkey than the one that it names.")
        except (BadToken, CannotUnseal) as error:
            code = getattr(error, "code", Reason.BAD_REQUEST.value)
            DECISIONS.labels(code).inc()
            logger.warning("Login refused: %s: %s", code, error)
            raise
        decision = await self._decide(request, now)
        answer = self._encode(request, decision, now)
        DECISION_SECONDS.observe(time.perf_counter() - began)
        return self._xkey.seal(answer, recipient=server_xkey) if server_xkey else answer

    async def _decide(self, request: AuthRequest, now: datetime) -> Decision:
        """Never raises: whatever goes wrong is a refusal."""
        decision: Decision
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                decision, device, forgotten = await in_thread(_decide_and_admit, request, now)
                if isinstance(decision, Allowed) and device is not None:
                    decision = await self._prepare(decision, device, forgotten)
                if isinstance(decision, Refused):
                    await in_thread(refusals.remember_refusal, decision, at=now)
        except TimeoutError:
            decision = Refused(Reason.NOT_READY)
        except Exception:
            logger.exception("A login could not be decided")
            decision = Refused(Reason.INTERNAL_ERROR)
        _report(decision)
        return decision

    async def _prepare(self, allowed: Allowed, device: Device, forgotten: list[str]) -> Decision:
        try:
            await self._prepare_device(allowed, device.cursor, forgotten)
        except (JetStreamError, LinkError) as error:
            logger.warning("The consumer of a device could not be made: %s", error)
            return Refused(Reason.NOT_READY, allowed.primary, proven=True)
        return allowed

    def _encode(self, request: AuthRequest, decision: Decision, now: datetime) -> bytes:
        if isinstance(decision, Refused):
            return encode_response(request, issuer=self._issuer, now=now, error=decision.reason.value)
        seconds = settings.KEZ_NATS_CREDENTIAL_SECONDS
        # All clients log in at once after a broker's restart; they should not all come back in the same second.
        seconds -= random.uniform(0, seconds / 10)  # noqa: S311 - spreads load, guards nothing
        token = encode_user(
            request,
            issuer=self._issuer,
            account=CLIENT_ACCOUNT,
            name=decision.primary.hex,
            permissions=client_permissions(decision.primary, decision.device, decision.token),
            now=now,
            expires_at=now + timedelta(seconds=max(seconds, 1)),
        )
        return encode_response(request, issuer=self._issuer, now=now, user_token=token)


def _decide_and_admit(request: AuthRequest, now: datetime) -> tuple[Decision, Device | None, list[str]]:
    decision = decide(request, now)
    if isinstance(decision, Refused):
        return decision, None, []
    device, forgotten = services.admit_device(decision.primary, decision.device, now=now)
    return decision, device, forgotten


def _report(decision: Decision) -> None:
    key = decision.primary.hex[:16] if decision.primary else "-"
    if isinstance(decision, Refused):
        DECISIONS.labels(decision.reason.value).inc()
        logger.warning("Login refused: %s key=%s", decision.reason.value, key)
    else:
        DECISIONS.labels("allowed").inc()
        logger.info("Login allowed: key=%s device=%s", key, decision.device)
