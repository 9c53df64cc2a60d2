"""`manage.py ensure_streams`: our streams as they must be, on a broker that keeps what it acknowledges."""

import asyncio
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from chatbridge.broker import backend_connection, system_connection
from chatbridge.jetstream import NOT_YET, JetStreamError
from chatbridge.processes import RETRY_SECONDS
from chatbridge.safety import UnsafeBroker, check_broker
from chatbridge.streams import UnsafeStream, ensure_streams
from natslink.errors import LinkError, NoResponders, RequestTimedOut


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
            told = asyncio.run(_ensure(options["wait"], accept_loss=options["accept_loss"]))
        except (LinkError, UnsafeBroker, UnsafeStream, JetStreamError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(told)


async def _ensure(wait: float, *, accept_loss: bool) -> str:
    """A cluster that has just started has no leader yet, or not all of its nodes: that is waited for as well."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + wait
    system, backend = system_connection(), backend_connection()
    try:
        await system.start(timeout=wait)
        safe = await check_broker(system)
        await backend.start(timeout=wait)
        while True:
            try:
                done = await ensure_streams(backend, accept_loss=accept_loss)
                break
            except (RequestTimedOut, NoResponders, JetStreamError) as error:
                for_good = isinstance(error, JetStreamError) and error.err_code not in NOT_YET
                if for_good or loop.time() + RETRY_SECONDS > deadline:
                    raise
            await asyncio.sleep(RETRY_SECONDS)
    finally:
        await system.close()
        await backend.close()
    return f"{done}; {safe}."
