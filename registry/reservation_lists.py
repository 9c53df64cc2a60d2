"""Reservations as CSV: `name,primary,reason,expires_at`, with a line of headings. What is exported can be imported."""

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kezproto.errors import ProtocolError
from kezproto.keys import KEY_PREFIX
from kezproto.timestamps import format_timestamp, parse_timestamp
from registry import audit, log_writing, transparency
from registry.audit import Actor
from registry.errors import ModerationRefused
from registry.models import AuditEntry, Reservation, TransparencyEntry
from registry.patterns import is_pattern
from registry.reserving import MAX_PATTERNS, check_reservation

COLUMNS = ("name", "primary", "reason", "expires_at")
MAX_LINES = 10_000
MAX_FAULTS = 50
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did. With `faults` (line number, sentence) it did nothing at all."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    faults: tuple[tuple[int, str], ...] = ()


def export_reservations() -> Iterator[str]:
    """The lines of the file, the headings first."""
    yield _line(COLUMNS)
    for row in Reservation.objects.order_by("name").iterator(chunk_size=_AT_ONCE):
        primary = KEY_PREFIX + row.primary_hex if row.primary_hex else ""
        expires_at = format_timestamp(row.expires_at) if row.expires_at else ""
        yield _line((row.name, primary, row.reason, expires_at))


def import_reservations(text: str, *, actor: Actor) -> Imported:
    """Add the names of a list, and change those that are there already; nothing is removed.

    All or nothing: with a fault in any line the answer names the lines, and nothing was stored.
    """
    rows, faults = _read(text)
    if faults:
        return Imported(faults=tuple(faults[:MAX_FAULTS]))
    with transaction.atomic():
        log_writing.hold_logs()
        known = _known(rows)
        new = [row for name, row in rows.items() if name not in known]
        changed = [known[name] for name, row in rows.items() if name in known and _take(known[name], row)]
        Reservation.objects.bulk_create(new, batch_size=_AT_ONCE)
        Reservation.objects.bulk_update(changed, ("primary_hex", "reason", "expires_at"), batch_size=_AT_ONCE)
        if Reservation.objects.filter(is_pattern=True).count() > MAX_PATTERNS:
            raise ModerationRefused(f"That would be more than {MAX_PATTERNS} patterns; nothing was stored.")
        audit.add_entries(
            actor, AuditEntry.Action.RESERVED, [(row.name, row.reason) for row in [*new, *changed]]
        )
        if new:
            transparency.add_entry(TransparencyEntry.Action.RESERVED, count=len(new))
    return Imported(len(new), len(changed), len(rows) - len(new) - len(changed))


def _read(text: str) -> tuple[dict[str, Reservation], list[tuple[int, str]]]:
    """The rows by name, and what is wrong with lines, by their numbers in the file."""
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    rows: dict[str, Reservation] = {}
    faults: list[tuple[int, str]] = []
    try:
        if reader.fieldnames is None or "name" not in reader.fieldnames:
            return {}, [(1, f"The first line names the columns: {','.join(COLUMNS)}.")]
        unknown = [name for name in reader.fieldnames if name not in COLUMNS]
        if unknown:
            return {}, [
                (1, f"There is no column {str(unknown[0])[:40]!r}; the columns are {','.join(COLUMNS)}.")
            ]
        for fields in reader:
            try:
                row = _reservation(fields)
                if row.name in rows:
                    raise ModerationRefused(f"{row.name} stands here twice.")
                rows[row.name] = row
            except (ModerationRefused, ProtocolError) as error:
                faults.append((reader.line_num, str(error)))
            if len(rows) > MAX_LINES or len(faults) >= MAX_FAULTS:
                break
    except csv.Error as error:
        faults.append((reader.reader.line_num, f"This is not CSV: {error}."))
    if len(rows) > MAX_LINES:
        faults.append((reader.line_num, f"A list has at most {MAX_LINES} names; import it in parts."))
    return rows, faults


def _reservation(fields: Mapping[str | None, str | list[str] | None]) -> Reservation:
    if None in fields:
        raise ModerationRefused("There are more values than columns.")
    values = {name: str(value or "").strip() for name, value in fields.items()}
    expires_at: datetime | None = None
    if values.get("expires_at"):
        expires_at = parse_timestamp(values["expires_at"])
    reservation = Reservation(
        name=values["name"].lower(),
        is_pattern=is_pattern(values["name"]),
        primary_hex=values.get("primary", "").removeprefix(KEY_PREFIX),
        reason=values.get("reason", ""),
        expires_at=expires_at,
    )
    check_reservation(reservation, unique=False)
    return reservation


def _known(rows: Mapping[str, Reservation]) -> dict[str, Reservation]:
    names = list(rows)
    parts = (names[at : at + _AT_ONCE] for at in range(0, len(names), _AT_ONCE))
    return {row.name: row for part in parts for row in Reservation.objects.filter(name__in=part)}


def _take(old: Reservation, new: Reservation) -> bool:
    """Give the old row the values of the new one; whether any was another."""
    before = (old.primary_hex, old.reason, old.expires_at)
    old.primary_hex, old.reason, old.expires_at = new.primary_hex, new.reason, new.expires_at
    return before != (new.primary_hex, new.reason, new.expires_at)


def _line(values: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(values)
    return out.getvalue()
