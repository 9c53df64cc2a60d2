"""The client's time and randomness: the only place that asks the system for them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

from kezproto.messages import uuid7


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)


def new_message_id(moment: datetime) -> str:
    """A UUID of version 7: sortable by time, 74 of its bits random."""
    return uuid7(moment, secrets.token_bytes(10))


def new_device_id() -> str:
    """16 hex digits that name this device on the broker."""
    return secrets.token_hex(8)


def new_delivery_id() -> str:
    """128 random bits in hex: the broker's duplicate check works with it, and nobody can guess it."""
    return secrets.token_hex(16)
