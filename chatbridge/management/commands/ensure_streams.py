"""`manage.py ensure_streams`: our streams as they must be, on a broker that keeps what it acknowledges."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbridge.broker import backend_connection, system_connection
from chatbridge.jetstream import JetStreamError
from chatbridge.safety import UnsafeBroker, check_broker
from chatbridge.streams import UnsafeStream, ensure_streams
from natslink.errors import LinkError


class Command(BaseCommand):
    help = (
        "Makes the JetStream streams of inboxes and of chunks, or updates their settings. Loses no message."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait", type=float, default=5.0, help="Seconds to wait for the broker (default 5)."
        )
        parser.add_argument("--replicas", type=int, help="Copies in a cluster (3 for three nodes).")
        parser.add_argument(
            "--accept-loss", action="store_true", help="Also apply limits that delete messages now."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            told = asyncio.run(_ensure(options["wait"], options["replicas"], options["accept_loss"]))
        except (LinkError, UnsafeBroker, UnsafeStream, JetStreamError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(told)


async def _ensure(wait: float, replicas: int | None, accept_loss: bool) -> str:
    system, backend = system_connection(), backend_connection()
    try:
        await system.start(timeout=wait)
        safe = await check_broker(system)
        await backend.start(timeout=wait)
        done = await ensure_streams(backend, replicas=replicas, accept_loss=accept_loss)
    finally:
        await system.close()
        await backend.close()
    return f"{done}; {safe}."
