"""Verbs about reserved names."""

import argparse
import sys
from pathlib import Path

from kezproto.errors import BadKey
from kezproto.keys import KEY_PREFIX, Primary
from kezproto.timestamps import format_timestamp
from registry import services, shell
from registry.errors import ModerationRefused
from registry.models import Reservation


def _reserve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="A name, or a pattern with * in it.")
    parser.add_argument("--reason", default="", help="For other operators; never shown in public.")
    parser.add_argument("--for", dest="key", metavar="KEY", help="ed25519:…: only this key can claim it.")
    parser.add_argument("--until", metavar="WHEN", help="2027-01-31, 36h or 14d; without it: for good.")


@shell.verb("reserve", "Keep a name, or all that fit a pattern, from being registered.", _reserve_arguments)
def reserve(options: shell.Options, out: shell.Out) -> None:
    reservation = Reservation.objects.filter(name=options["name"]).first() or Reservation(
        name=options["name"]
    )
    reservation.primary_hex = _key_hex(options["key"])
    reservation.reason = options["reason"]
    reservation.expires_at = shell.moment_of(options["until"])
    services.reserve_name(reservation, actor=shell.actor_of(options))
    document = {
        "name": reservation.name,
        "primary": KEY_PREFIX + reservation.primary_hex if reservation.primary_hex else None,
        "reason": reservation.reason,
        "expires_at": format_timestamp(reservation.expires_at) if reservation.expires_at else None,
    }
    out.result(document, f"{reservation.name} is reserved.")


def _unreserve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="The name or pattern as it was reserved.")
    parser.add_argument("--reason", default="", help="Why; kept in the audit trail.")


@shell.verb("unreserve", "Remove a reservation.", _unreserve_arguments)
def unreserve(options: shell.Options, out: shell.Out) -> None:
    reservation = Reservation.objects.filter(name=options["name"]).first()
    if reservation is None:
        raise shell.not_found(f"There is no reservation {options['name']}.")
    services.unreserve_name(reservation, actor=shell.actor_of(options), reason=options["reason"])
    out.result({"name": options["name"]}, f"{options['name']} is free again, unless it ships reserved.")


@shell.verb("reservations export", "Print all reservations as CSV.")
def export(options: shell.Options, out: shell.Out) -> None:
    for line in services.export_reservations():
        out.raw(line)


def _import_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", help="CSV with the columns name,primary,reason,expires_at; - reads stdin.")


@shell.verb(
    "reservations import", "Add and change reservations by a CSV file; removes none.", _import_arguments
)
def import_file(options: shell.Options, out: shell.Out) -> None:
    try:
        text = sys.stdin.read() if options["file"] == "-" else Path(options["file"]).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise shell.usage(f"The file can't be read: {error}.") from error
    done = services.import_reservations(text, actor=shell.actor_of(options))
    if done.faults:
        lines = "\n".join(f"line {line}: {sentence}" for line, sentence in done.faults)
        raise ModerationRefused(f"Nothing was imported.\n{lines}")
    document = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    out.result(document, f"{done.added} added, {done.changed} changed, {done.unchanged} as they were.")


def _key_hex(text: str | None) -> str:
    if text is None:
        return ""
    try:
        return Primary.parse(text).hex
    except BadKey as error:
        raise shell.usage(f"--for: {error}") from error
