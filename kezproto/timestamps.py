"""Timestamps: RFC 3339 in UTC with `Z`, and up to 6 digits of a second's fraction."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from kezproto.errors import Malformed, Stale

MAX_CLOCK_SKEW = timedelta(seconds=300)
FIRST_YEAR = 2000
LAST_YEAR = 2999

_PATTERN = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.([0-9]{1,6}))?Z")


def format_timestamp(moment: datetime) -> str:
    """The wire form of an aware moment; the fraction is left out where it is zero."""
    if moment.tzinfo is None:
        raise Malformed("A moment without its time zone has no wire form.")
    utc = moment.astimezone(UTC)
    if not FIRST_YEAR <= utc.year <= LAST_YEAR:
        raise Malformed(f"The year must lie between {FIRST_YEAR} and {LAST_YEAR}.")
    return f"{utc.replace(tzinfo=None).isoformat()}Z"  # with six digits of a second, or none


def parse_timestamp(text: str) -> datetime:
    """The moment in UTC. Malformed for offsets, lower case, leap seconds, and years outside 2000 to 2999."""
    match = _PATTERN.fullmatch(text)
    if match is None:
        raise Malformed("A timestamp looks like 2026-05-25T03:00:00Z.")
    try:
        moment = datetime.strptime(match[1], "%Y-%m-%dT%H:%M:%S").replace(tzinfo=UTC)
    except ValueError as error:
        raise Malformed("The timestamp names a moment that does not exist.") from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise Malformed("The timestamp names a moment that does not exist.")
    return moment.replace(microsecond=int((match[2] or "0").ljust(6, "0")))


def check_fresh(moment: datetime, *, now: datetime, within: timedelta = MAX_CLOCK_SKEW) -> None:
    """Stale unless `moment` lies within so much time of `now`, on either side."""
    if abs(moment - now) > within:
        raise Stale(
            f"created_at is {format_timestamp(moment)}, more than {within.seconds} seconds away from "
            "this server's clock; check the clock and sign again."
        )
