"""`manage.py kez VERB`: what operators do at their desk, from a shell."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from registry.errors import ModerationRefused
from registry.shell import ExitCode, Out, ShellError, Verb, all_verbs


class Command(BaseCommand):
    help = "What operators do at their desk, from a shell. Each deed is written into the audit trail."
    suppressed_base_arguments = {
        "--version",
        "--verbosity",
        "--settings",
        "--pythonpath",
        "--traceback",
        "--no-color",
        "--force-color",
    }
    requires_system_checks = []  # they are the server's; a shell need not wait for them

    def add_arguments(self, parser: CommandParser) -> None:
        groups: dict[str, Any] = {"": parser.add_subparsers(dest="verb", metavar="VERB", required=True)}
        for verb in all_verbs().values():
            group, _, last = verb.name.rpartition(" ")
            if group not in groups:
                outer = groups[""].add_parser(group, help=f"{group.capitalize()}: verbs of their own.")
                groups[group] = outer.add_subparsers(dest="verb2", metavar="VERB", required=True)
            self._add_verb(groups[group], last, verb)

    def _add_verb(self, group: Any, name: str, verb: Verb) -> None:
        parser: argparse.ArgumentParser = group.add_parser(name, help=verb.help, description=verb.help)
        verb.arguments(parser)
        parser.add_argument("--json", action="store_true", help="Print one JSON document.")
        parser.add_argument(
            "--by", metavar="OPERATOR", help="Act as this operator, instead of as the person at the shell."
        )
        parser.set_defaults(run=verb.run)

    def handle(self, *args: Any, **options: Any) -> None:
        # The stream that Django wraps adds line ends of its own.
        stream: Any = getattr(self.stdout, "_out", self.stdout)
        out = Out(stream, options["json"])
        try:
            options["run"](options, out)
        except ModerationRefused as error:
            self._fail(str(error), error.code, ExitCode.REFUSED, options)
        except ShellError as error:
            self._fail(str(error), error.code, error.exit_code, options)
        except DatabaseError as error:
            sentence = f"The database cannot be used ({error}): is DATABASE_URL right, and was manage.py migrate run?"
            self._fail(sentence, "database", ExitCode.FAULT, options)

    def _fail(self, sentence: str, code: str, exit_code: ExitCode, options: dict[str, Any]) -> None:
        if options["json"]:
            problem = {"error": {"code": code, "message": sentence, "exit_code": int(exit_code)}}
            self.stdout.write(json.dumps(problem))
        raise CommandError(sentence, returncode=int(exit_code))
