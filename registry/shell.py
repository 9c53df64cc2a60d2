"""The frame of `manage.py kez`: rooms add their verbs in a module `kez_verbs`; here is what the verbs share.

A verb is a function `run(options, out)`. It prints through `out` only, and raises ShellError or ModerationRefused.
"""

import argparse
import getpass
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import IO, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AbstractBaseUser
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules

from kezproto.errors import ProtocolError
from kezproto.timestamps import parse_timestamp
from registry.models import Handle


class ExitCode(IntEnum):
    """The exit codes, fixed for good: scripts depend on them."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    NOT_FOUND = 3
    FAULT = 4


class ShellError(Exception):
    """What ends a verb badly; the message is the sentence to show."""

    def __init__(self, sentence: str, *, code: str, exit_code: ExitCode) -> None:
        super().__init__(sentence)
        self.code, self.exit_code = code, exit_code


def not_found(sentence: str) -> ShellError:
    return ShellError(sentence, code="not_found", exit_code=ExitCode.NOT_FOUND)


def usage(sentence: str) -> ShellError:
    return ShellError(sentence, code="usage", exit_code=ExitCode.USAGE)


@dataclass(frozen=True, slots=True)
class Out:
    """Where results go: one JSON document on one line with --json, else text."""

    stream: IO[str]
    as_json: bool

    def result(self, document: Mapping[str, Any], text: str) -> None:
        self.stream.write((json.dumps(document) if self.as_json else text) + "\n")

    def raw(self, text: str) -> None:
        """Lines of a format of their own, such as CSV."""
        self.stream.write(text)


Options = Mapping[str, Any]
Run = Callable[[Options, Out], None]
Arguments = Callable[[argparse.ArgumentParser], None]


@dataclass(frozen=True, slots=True)
class Verb:
    """`name` is one word, or two as in `audit verify`; `help` one sentence."""

    name: str
    help: str
    arguments: Arguments
    run: Run


_verbs: dict[str, Verb] = {}


def verb(name: str, help: str, arguments: Arguments = lambda parser: None) -> Callable[[Run], Run]:
    """Makes a function a verb of `manage.py kez`."""

    def add(run: Run) -> Run:
        _verbs[name] = Verb(name, help, arguments, run)
        return run

    return add


def all_verbs() -> dict[str, Verb]:
    """The verbs of all rooms, by name."""
    autodiscover_modules("kez_verbs")
    return dict(sorted(_verbs.items()))


# What verbs read from their options -----------------------------------------------------------------


def reason_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", required=True, help="Why; kept in the audit trail.")


def handle_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("handle", help="The part before the @.")
    reason_argument(parser)


def actor_of(options: Options) -> str | AbstractBaseUser:
    """Who acts: the operator that --by names, else the person at this shell. ShellError for an unknown one."""
    name = options["by"]
    if name is None:
        person = os.environ.get("SUDO_USER") or getpass.getuser()
        return f"shell:{person}"
    operator = get_user_model().objects.filter(username=name, is_staff=True, is_active=True).first()
    if operator is None:
        raise not_found(f"There is no operator named {name}.")
    return operator


def handle_of(options: Options) -> Handle:
    """The handle that an option names, of any status. ShellError if there is none."""
    local = local_of(options)
    handle = Handle.objects.filter(local=local).first()
    if handle is None:
        raise not_found(f"There is no handle {local} on this server.")
    return handle


def local_of(options: Options) -> str:
    """The local part of a handle as people write it: `Chris`, `@chris`, `chris@kez.lat`."""
    return str(options["handle"]).strip().lower().removeprefix("@").partition("@")[0]


def moment_of(text: str | None) -> datetime | None:
    """`2027-01-31T12:00:00Z`, `2027-01-31`, or how long from now: `36h`, `14d`. ShellError for anything else."""
    if text is None:
        return None
    try:
        if text[-1:] in ("h", "d") and text[:-1].isdigit():
            number = int(text[:-1])
            return timezone.now() + (timedelta(hours=number) if text[-1] == "h" else timedelta(days=number))
        return parse_timestamp(text if "T" in text else f"{text}T00:00:00Z")
    except (ProtocolError, OverflowError) as error:
        raise usage(f"{text!r} is no moment: write 2027-01-31, 2027-01-31T12:00:00Z, 36h or 14d.") from error
