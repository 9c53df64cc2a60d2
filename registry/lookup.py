"""All reads of the registry. A handle that is not active looks to the public as if it had never been registered."""

from collections.abc import Collection
from typing import Any, Literal

from django.conf import settings
from django.db.models import Count, Q

from kezproto.errors import BadHandle
from kezproto.handles import parse_handle
from kezproto.keys import KEY_PREFIX, Primary
from registry.errors import HandleUnknown, OtherServer
from registry.models import Handle, PendingRegistration
from registry.names import is_reserved as is_reserved

HandleState = Literal["unknown", "active", "suspended", "released"]


def local_part(text: str) -> str:
    """The local part of the handle here that a person means by `chris`, `@chris` or `Chris@kez.lat`.

    OtherServer if it names another server, HandleUnknown for what is no handle: it cannot exist either.
    """
    try:
        name = parse_handle(text, own_server=settings.KEZ_CHAT_SERVER)
    except BadHandle as error:
        raise HandleUnknown from error
    if name.server != settings.KEZ_CHAT_SERVER:
        raise OtherServer(
            f"This server knows handles of {settings.KEZ_CHAT_SERVER} only; ask {name.server} about {name}."
        )
    return name.local


def active_handle(text: str) -> Handle:
    """The active handle that a person means, as `local_part` has it. OtherServer, HandleUnknown."""
    handle = Handle.objects.filter(local=local_part(text), status=Handle.Status.ACTIVE).first()
    if handle is None:
        raise HandleUnknown
    return handle


def active_handles(local_parts: Collection[str]) -> dict[str, Handle]:
    """Those of these names that are active handles, by name, with what look-ups show of them.

    As SQL, since this is what is asked most: Django's way to the same statement takes five times as long as the answer.
    """
    if not local_parts:
        return {}
    places = ", ".join(["%s"] * len(local_parts))
    rows = Handle.objects.raw(
        f"SELECT id, local, primary_hex, registered_at FROM registry_handle WHERE local IN ({places}) AND status = %s",  # noqa: S608 - places only
        [*local_parts, Handle.Status.ACTIVE.value],
    )
    return {row.local: row for row in rows}


def active_handle_by_primary(primary: Primary) -> Handle | None:
    """The active handle of a key, if it has one."""
    return Handle.objects.filter(primary_hex=primary.hex, status=Handle.Status.ACTIVE).first()


def handle_of_key(primary: Primary) -> Handle | None:
    """The handle of a key, of any status."""
    return Handle.objects.filter(primary_hex=primary.hex).first()


def locked_handle(primary: Primary) -> Handle | None:
    """The handle of a key, of any status, which nobody else changes until this transaction ends."""
    return Handle.objects.select_for_update().filter(primary_hex=primary.hex).first()


def handle_state(primary: Primary) -> HandleState:
    """What the registry knows of a key. For the key's owner and for operators, not for the public."""
    handle = Handle.objects.filter(primary_hex=primary.hex).only("status").first()
    match handle and handle.status:
        case "active":
            return "active"
        case "suspended":
            return "suspended"
        case "released":
            return "released"
    return "unknown"


def active_among(primary_hexes: Collection[str]) -> set[str]:
    """Those of these keys that have an active handle."""
    rows = Handle.objects.filter(primary_hex__in=primary_hexes, status=Handle.Status.ACTIVE)
    return set(rows.values_list("primary_hex", flat=True))


def rivals(local: str, primary: Primary) -> tuple[Handle | None, Handle | None]:
    """Who holds the name, and what the key holds, of any status."""
    rows = list(Handle.objects.filter(Q(local=local) | Q(primary_hex=primary.hex)))
    by_local = next((row for row in rows if row.local == local), None)
    by_primary = next((row for row in rows if row.primary_hex == primary.hex), None)
    return by_local, by_primary


def waiting_rivals(
    local: str, primary: Primary
) -> tuple[PendingRegistration | None, PendingRegistration | None]:
    """Which registration waits for the name, and which of the key's does."""
    waiting = PendingRegistration.objects.filter(state=PendingRegistration.State.WAITING)
    rows = list(waiting.filter(Q(local=local) | Q(primary_hex=primary.hex)))
    by_local = next((row for row in rows if row.local == local), None)
    by_primary = next((row for row in rows if row.primary_hex == primary.hex), None)
    return by_local, by_primary


def declined(local: str, primary: Primary) -> PendingRegistration | None:
    """The refusal of this name to this key, if the operators refused it."""
    refused = PendingRegistration.objects.filter(state=PendingRegistration.State.DECLINED)
    return refused.filter(local=local, primary_hex=primary.hex).order_by("-decided_at").first()


def latest_pending(primary: Primary) -> PendingRegistration | None:
    """What the key last asked operators for, in any state."""
    return PendingRegistration.objects.filter(primary_hex=primary.hex).order_by("-asked_at", "-pk").first()


def is_known_claim(payload: Any) -> bool:
    """Whether an unverified registration says what a row says: that this name is this key's, or waits for it."""
    local, primary = (
        (payload.get("handle"), payload.get("primary")) if isinstance(payload, dict) else ("", "")
    )
    if not isinstance(local, str) or not isinstance(primary, str):
        return False
    claim = {"local": local[:64], "primary_hex": primary.removeprefix(KEY_PREFIX)[:64]}
    return Handle.objects.filter(**claim).exists() or PendingRegistration.objects.filter(**claim).exists()


def count_waiting_registrations() -> int:
    """How many operators have to decide on."""
    return PendingRegistration.objects.filter(state=PendingRegistration.State.WAITING).count()


def count_by_status() -> dict[str, int]:
    """How many handles there are of each status; statuses without any are there with 0."""
    counts = dict.fromkeys(Handle.Status.values, 0)
    counts.update(Handle.objects.order_by().values_list("status").annotate(Count("pk")))
    return counts
