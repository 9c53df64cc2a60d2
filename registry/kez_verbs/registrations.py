"""Verbs about who may register: invites, and registrations that wait."""

import argparse

from django.utils import timezone

from kezproto.timestamps import format_timestamp
from registry import services, shell
from registry.invites import find_invite
from registry.models import Invite, PendingRegistration


def _invite_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--uses", type=int, default=1, help="How many keys may register with it (default 1).")
    parser.add_argument(
        "--until", metavar="WHEN", help="2027-01-31, 36h or 14d; without it: it does not expire."
    )
    parser.add_argument("--note", default="", help="For whom it is; other operators read it.")


@shell.verb("invite", "Make an invite and print its code, which is shown this once.", _invite_arguments)
def invite(options: shell.Options, out: shell.Out) -> None:
    made, code = services.make_invite(
        actor=shell.actor_of(options),
        uses=options["uses"],
        expires_at=shell.moment_of(options["until"]),
        note=options["note"],
    )
    link = services.invite_link(code)
    out.result({**_document(made), "code": code, "link": link}, f"{code}\n{link}")


@shell.verb("invites", "List the invites that are still good.")
def invites(options: shell.Options, out: shell.Out) -> None:
    now = timezone.now()
    rows = [row for row in Invite.objects.filter(revoked_at=None) if row.is_good(now=now)]
    lines = [f"{row}  {row.uses} of {row.uses_allowed} used  {row.note}".rstrip() for row in rows]
    out.result({"invites": [_document(row) for row in rows]}, "\n".join(lines) or "No invite is good.")


def _uninvite_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("code", help="The code of the invite, or the last four characters of it.")
    shell.reason_argument(parser)


@shell.verb("uninvite", "Withdraw an invite.", _uninvite_arguments)
def uninvite(options: shell.Options, out: shell.Out) -> None:
    code = options["code"].removeprefix("…")
    found = [row for row in [find_invite(code)] if row] or list(Invite.objects.filter(hint=code.lower()))
    if len(found) != 1:
        raise shell.not_found(
            "There is no such invite." if not found else "Several invites end so: give the code."
        )
    services.revoke_invite(found[0], actor=shell.actor_of(options), reason=options["reason"])
    out.result(_document(found[0]), f"{found[0]} is good no more.")


@shell.verb("waiting", "List the registrations that wait for a decision, the oldest first.")
def waiting(options: shell.Options, out: shell.Out) -> None:
    rows = PendingRegistration.objects.filter(state=PendingRegistration.State.WAITING)
    documents = [
        {
            "handle": row.local,
            "primary": f"ed25519:{row.primary_hex}",
            "asked_at": format_timestamp(row.asked_at),
        }
        for row in rows
    ]
    lines = [f"{each['asked_at']}  {each['handle']}  {each['primary']}" for each in documents]
    out.result({"waiting": documents}, "\n".join(lines) or "Nobody waits.")


def _approve_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle", help="The name that was asked for.")
    parser.add_argument("--reason", default="", help="Kept in the audit trail.")


@shell.verb("approve", "Give a handle to the key that waits for it.", _approve_arguments)
def approve(options: shell.Options, out: shell.Out) -> None:
    row = _waiting(options)
    services.approve_registration(row, actor=shell.actor_of(options), reason=options["reason"])
    out.result({"handle": row.local, "state": str(row.state)}, f"{row.local} is registered.")


@shell.verb("decline", "Refuse a registration; who asked reads the reason.", shell.handle_arguments)
def decline(options: shell.Options, out: shell.Out) -> None:
    row = _waiting(options)
    services.decline_registration(row, actor=shell.actor_of(options), reason=options["reason"])
    out.result({"handle": row.local, "state": str(row.state)}, f"{row.local} is declined.")


def _waiting(options: shell.Options) -> PendingRegistration:
    local = shell.local_of(options)
    row = PendingRegistration.objects.filter(local=local, state=PendingRegistration.State.WAITING).first()
    if row is None:
        raise shell.not_found(f"No registration of {local} waits.")
    return row


def _document(row: Invite) -> dict[str, object]:
    return {
        "hint": row.hint,
        "uses": row.uses,
        "uses_allowed": row.uses_allowed,
        "expires_at": format_timestamp(row.expires_at) if row.expires_at else None,
        "note": row.note,
    }
