"""Whether anything in the tables bears on a claim, in one statement: most claims meet nothing, and need no other."""

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from kezproto.keys import Primary
from registry.models import Handle, PendingRegistration
from registry.skeletons import skeleton

# As SQL, since every registration asks it: the ORM's way to the same answers takes a third of the whole claim.
_STATEMENT = """
    SELECT
        EXISTS (SELECT 1 FROM registry_handle WHERE local = %s),
        EXISTS (SELECT 1 FROM registry_handle WHERE primary_hex = %s),
        EXISTS (SELECT 1 FROM registry_pendingregistration WHERE state = %s AND (local = %s OR primary_hex = %s)),
        EXISTS (SELECT 1 FROM registry_reservation
                WHERE (skeleton = %s OR is_pattern) AND (expires_at IS NULL OR expires_at > %s)),
        EXISTS (SELECT 1 FROM registry_handle WHERE skeleton = %s AND well_known AND status = %s)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What there are rows of: `claims` that have or wait for the name or the key, `reservations` that may cover the
    name, a `well_known` handle that it looks like. Which rows, and what they mean, is asked only where one is True.
    """

    claims: bool
    reservations: bool
    well_known: bool


def standing_against(local: str, primary: Primary, *, now: datetime) -> Standing:
    """What a claim of this name by this key meets."""
    form = skeleton(local)
    key = primary.hex
    parameters = [
        *(local, key),
        *(PendingRegistration.State.WAITING.value, local, key),
        *(form, connection.ops.adapt_datetimefield_value(now)),
        *(form, Handle.Status.ACTIVE.value),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, parameters)
        row = cursor.fetchone()
    name, owner, waiting, reservations, well_known = map(bool, row)
    return Standing(name or owner or waiting, reservations, well_known)
