"""The decision on one login at the broker. nats-server does not check the signature of a key that it does not know:
it is checked here, and nowhere else.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from chatbridge import cooldown
from chatbridge.nats_jwt import LEEWAY, AuthRequest
from chatbridge.reasons import Reason
from kezproto.errors import ProtocolError
from kezproto.keys import Primary, verify_signature
from kezproto.nkeys import primary_of_nkey
from kezproto.subjects import parse_connect_name
from registry.lookup import handle_state


@dataclass(frozen=True, slots=True)
class Allowed:
    """The owner of `primary` is logging in on `device`; `token` makes its reply subjects unguessable."""

    primary: Primary
    device: str
    token: str


@dataclass(frozen=True, slots=True)
class Refused:
    """`primary` is the key that was named; `proven`: the login was signed by it, so its owner may be told."""

    reason: Reason
    primary: Primary | None = None
    proven: bool = False


Decision = Allowed | Refused


def decide(request: AuthRequest, now: datetime) -> Decision:
    """Reads the registry, writes nothing. `now` is the moment of the decision.

    The order matters: nothing about a key is looked up before its signature verifies.
    """
    if request.expires_at + LEEWAY < now:
        return Refused(Reason.EXPIRED)
    if not request.client_nkey:
        return Refused(Reason.NO_NKEY)
    try:
        primary = primary_of_nkey(request.client_nkey)
    except ProtocolError:
        return Refused(Reason.BAD_NKEY)
    if not request.signature or not request.nonce:
        return Refused(Reason.NO_SIGNATURE, primary)
    try:
        verify_signature(primary, request.nonce.encode(), _signature_bytes(request.signature))
    except (ProtocolError, binascii.Error, ValueError):
        return Refused(Reason.BAD_SIGNATURE, primary)
    try:
        token, device = parse_connect_name(request.name)
    except ProtocolError:
        return Refused(Reason.BAD_NAME, primary, proven=True)
    match handle_state(primary):
        case "active":
            pass
        case "suspended":
            return Refused(Reason.SUSPENDED, primary, proven=True)
        case "released":
            return Refused(Reason.RELEASED, primary, proven=True)
        case _:
            return Refused(Reason.UNKNOWN_KEY, primary, proven=True)
    if cooldown.is_cooling_down(primary):
        return Refused(Reason.COOLING_DOWN, primary, proven=True)
    return Allowed(primary, device, token)


def _signature_bytes(text: str) -> bytes:
    """Base64 in either alphabet, padded or not: clients differ. Raises ValueError for anything else."""
    plain = text.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
