"""Verbs of `manage.py kez` about the people at the desk."""

import argparse
import getpass
import io
import sys

import segno
from django.contrib.auth.models import AbstractUser

from console import lookup, second_factor, services
from console.models import Operator
from console.roles import Role
from registry import shell

NONE = "none"


def _add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?", help="What they log in with; asked for if it is left out.")
    parser.add_argument("--role", choices=[*Role], default=Role.OPERATOR.value, help="Default: operator.")
    parser.add_argument(
        "--password-stdin", action="store_true", help="Read the password from standard input, without asking."
    )


@shell.verb("operator add", "Let somebody log in at /admin/, and set up their second factor.", _add_arguments)
def add(options: shell.Options, out: shell.Out) -> None:
    name = options["name"] or input("Name: ")
    password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else _asked_password()
    operator = services.add_operator(
        name, password=password, role=Role(options["role"]), actor=shell.actor_of(options)
    )
    device = second_factor.begin_enrolment(operator)
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    codes = second_factor.make_recovery_codes(operator)
    document = {
        "operator": operator.username,
        "role": options["role"],
        "otpauth_url": device.config_url,
        "recovery_codes": codes,
    }
    text = [
        f"{operator.username} is at the desk as {options['role']}. Scan this with an authenticator app:",
        "",
        _drawn(device.config_url),
        device.config_url,
        "",
        "Recovery codes; each gets in once if the authenticator is lost. They are not shown again:",
        "",
        *(f"  {code}" for code in codes),
    ]
    out.result(document, "\n".join(text))


def _role_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="Whose.")
    parser.add_argument("role", choices=[*Role, NONE], help="none: they can no longer log in.")
    parser.add_argument("--reason", default="", help="Why; kept in the audit trail.")


@shell.verb("role", "Give an operator another role, or none.", _role_arguments)
def role(options: shell.Options, out: shell.Out) -> None:
    operator = _operator_of(options)
    chosen = None if options["role"] == NONE else Role(options["role"])
    services.set_role(operator, role=chosen, actor=shell.actor_of(options), reason=options["reason"])
    out.result(
        {"operator": operator.username, "role": options["role"]},
        f"{operator.username} has the role {options['role']}.",
    )


def _reset_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", help="Whose.")
    shell.reason_argument(parser)


@shell.verb(
    "operator reset", "Forget a lost authenticator: the next log-in sets up a new one.", _reset_arguments
)
def reset(options: shell.Options, out: shell.Out) -> None:
    operator = _operator_of(options)
    services.reset_second_factor(operator, actor=shell.actor_of(options), reason=options["reason"])
    out.result(
        {"operator": operator.username, "second_factor": False},
        f"{operator.username} sets up a new second factor at the next log-in.",
    )


@shell.verb("operator list", "Who may log in, with which role, and who has no second factor.")
def listed(options: shell.Options, out: shell.Out) -> None:
    rows = [
        {
            "operator": operator.username,
            "role": lookup.role_of(operator),
            "second_factor": second_factor.has_second_factor(operator),
        }
        for operator in lookup.operators().prefetch_related("groups")
    ]
    lines = [
        f"{row['operator']}: {row['role']}{'' if row['second_factor'] else ', no second factor yet'}"
        for row in rows
    ]
    out.result({"operators": rows}, "\n".join(lines) or "Nobody. `kez operator add` lets somebody in.")


def _operator_of(options: shell.Options) -> AbstractUser:
    operator = Operator.objects.filter(username=options["name"]).first()
    if operator is None:
        raise shell.not_found(f"There is no operator named {options['name']}.")
    return operator


def _asked_password() -> str:
    password = getpass.getpass("Password: ")
    if getpass.getpass("Password again: ") != password:
        raise shell.usage("The passwords differ; start again.")
    return password


def _drawn(text: str) -> str:
    """A QR code made of half blocks, for terminals."""
    drawn = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(drawn, compact=True)
    return drawn.getvalue()
