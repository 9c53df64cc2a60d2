"""Proof of work before registration: when it is asked for, and whether it was done. Nothing is stored per challenge.

A challenge is `<expiry>.<bits>.<random>.<mac>`: made with the server's secret, so that it can be checked by itself.
"""

import hmac
import logging
import math
import secrets
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from httpapi.throttles import Rate, count_recent
from kezproto.errors import BadKey, Malformed
from kezproto.keys import Primary
from kezproto.timestamps import format_timestamp
from kezproto.work import parse_proof, work_is_done
from registry.errors import ProofOfWorkNeeded

logger = logging.getLogger(__name__)

HEADER = "Kez-Proof-Of-Work"
CHALLENGE_SECONDS = 600
# With each doubling of the load it takes twice the work, up to so many bits more.
MOST_BITS_MORE = 6
_SCOPE = "register-load"


@dataclass(frozen=True, slots=True)
class WorkChallenge:
    """What is to be solved, and until when."""

    challenge: str
    bits: int
    expires_at: datetime

    def document(self) -> dict[str, Any]:
        return {
            "challenge": self.challenge,
            "bits": self.bits,
            "expires_at": format_timestamp(self.expires_at),
        }


def work_now(*, counting: bool) -> WorkChallenge | None:
    """A fresh challenge if work is asked for at present. `counting`: this is a try, so it adds to the load."""
    mode: str = settings.KEZ_REGISTRATION_WORK
    if mode == "never":
        return None
    more = _bits_more(Rate.parse(settings.KEZ_REGISTRATION_WORK_ABOVE), counting=counting)
    if more is None and mode != "always":
        return None
    return _new_challenge(settings.KEZ_REGISTRATION_WORK_BITS + (more or 0), now=time.time())


def check_work(header: str, payload: Any, *, needed: WorkChallenge) -> None:
    """ProofOfWorkNeeded, which shows `needed`, unless the header solves a challenge of ours for the payload's key.

    The payload is not verified yet. One that names no key is left to those who will refuse it for that.
    """
    try:
        primary = Primary.parse(payload["primary"])
    except (BadKey, TypeError, KeyError, AttributeError):
        return
    # Who began to work a moment ago must not begin anew because of one who came meanwhile.
    if fault := _fault(header, primary, at_least=needed.bits - 1):
        raise ProofOfWorkNeeded(fault, proof_of_work=needed.document())


def _fault(header: str, primary: Primary, *, at_least: int) -> str:
    """What is wrong with a proof, as a sentence; "" if nothing is."""
    if not header:
        return (
            "Many are registering at present: solve the challenge in this answer and send the solution along."
        )
    try:
        challenge, nonce = parse_proof(header)
        expiry, bits, _, _ = challenge.split(".")
        known = hmac.compare_digest(challenge.encode(), _sealed(challenge.rpartition(".")[0]).encode())
    except (Malformed, ValueError):
        return "The proof of work is not in its form: a challenge of this server, a space, and a nonce."
    if not known:
        return "The proof of work answers no challenge of this server; solve the one in this answer."
    if int(expiry) < time.time():
        return "The challenge has expired; solve the one in this answer."
    if int(bits) < at_least or not work_is_done(challenge, primary, nonce, bits=int(bits)):
        return "The proof of work does not hold for this key; solve the challenge in this answer."
    return ""


def _new_challenge(bits: int, *, now: float) -> WorkChallenge:
    expiry = int(now) + CHALLENGE_SECONDS
    challenge = _sealed(f"{expiry}.{bits}.{secrets.token_hex(16)}")
    return WorkChallenge(challenge, bits, datetime.fromtimestamp(expiry, UTC))


def _sealed(text: str) -> str:
    mac = salted_hmac("kez.registry.work", text, algorithm="sha256").hexdigest()[:32]
    return f"{text}.{mac}"


def _bits_more(rate: Rate, *, counting: bool) -> int | None:
    """How many bits the load asks for beyond the usual; None: it is below the rate."""
    load = count_recent(_SCOPE, rate, now=time.time(), add=int(counting))
    if load <= rate.limit:
        return None
    return min(MOST_BITS_MORE, int(math.log2(load / rate.limit)))
