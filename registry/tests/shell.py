"""`manage.py kez` within a test: what it prints, and the exit code it would end with."""

import io
import json
from dataclasses import dataclass
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass(frozen=True, slots=True)
class Ended:
    exit_code: int
    text: str

    @property
    def document(self) -> dict[str, Any]:
        """What it printed with --json."""
        return dict(json.loads(self.text))


def kez(*arguments: str) -> Ended:
    out = io.StringIO()
    try:
        call_command("kez", *arguments, stdout=out)
    except CommandError as error:
        return Ended(error.returncode, out.getvalue() or str(error))
    return Ended(0, out.getvalue())
