"""`manage.py web_manifest`: the list that a release publishes for `kez-chat verify-web --release`."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from pages.web_list import web_list


class Command(BaseCommand):
    help = "Prints the hashes of everything that browsers run, or writes them to a file."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--output", type=Path, help="Write to this file instead.")

    def handle(self, *args: Any, **options: Any) -> None:
        text = json.dumps(web_list(), indent=1, sort_keys=True, ensure_ascii=False)
        if options["output"]:
            options["output"].write_text(text + "\n", encoding="utf-8")
        else:
            self.stdout.write(text)
