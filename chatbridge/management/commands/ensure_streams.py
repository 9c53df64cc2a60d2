"""`manage.py ensure_streams`: our streams as they must be, on a broker that keeps what it acknowledges."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbridge.jetstream import JetStreamError
from chatbridge.processes import make_streams
from chatbridge.safety import UnsafeBroker
from chatbridge.streams import UnsafeStream
from natslink.errors import LinkError


class Command(BaseCommand):
    help = (
        "Makes the JetStream streams of inboxes and of chunks, or updates their settings. Loses no message."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait", type=float, default=5.0, help="Seconds to wait for the broker (default 5)."
        )
        parser.add_argument(
            "--accept-loss", action="store_true", help="Also apply limits that delete messages now."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = asyncio.run(make_streams(wait=options["wait"], accept_loss=options["accept_loss"]))
        except (LinkError, UnsafeBroker, UnsafeStream, JetStreamError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(told)
