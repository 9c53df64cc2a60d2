"""`manage.py run_janitor`: keeps cursors, space, floods and suspended keys in check. One is enough; more do no harm."""

import asyncio
import contextlib
import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError

from chatbridge.broker import backend_connection, system_connection
from chatbridge.consumers.tasks import ended
from chatbridge.floods import FloodGuard
from chatbridge.janitor import sweep
from chatbridge.jetstream import JetStreamError
from chatbridge.kick_on_notice import KickOnNotice
from chatbridge.metrics_server import serve_metrics
from chatbridge.processes import check_before_start, run_process
from chatbridge.threads import in_thread
from httpapi import pulse
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = (
        "Copies read positions, makes room in full inboxes, cuts off floods, every KEZ_JANITOR_SECONDS; "
        "cuts off suspended keys at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="Do one round and end.")
        parser.add_argument(
            "--wait", type=float, default=30.0, help="Seconds to wait for the broker (default 30)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = asyncio.Event()

        async def work() -> None:
            await check_before_start(wait=options["wait"])
            backend, system = backend_connection(), system_connection()
            try:
                await backend.start()
                await system.start()
                if options["once"]:
                    self.stdout.write(str(await sweep(backend)))
                else:
                    logger.info("Janitor ready.")
                    await _run(backend, system, stopping)
            finally:
                await backend.close()
                await system.close()

        if not options["once"]:
            serve_metrics(settings.KEZ_JANITOR_METRICS_BIND, setting="KEZ_JANITOR_METRICS_BIND")
        run_process(work, on_stop=stopping.set)


async def _run(backend: SupervisedConnection, system: SupervisedConnection, stopping: asyncio.Event) -> None:
    guard = FloodGuard()
    kicking = asyncio.create_task(KickOnNotice(system).run())
    while not stopping.is_set():
        try:
            swept = await sweep(backend)
            floods = await guard.look(system)
            logger.info("Janitor: %s, floods=%d", swept, len(floods))
            await in_thread(pulse.tell, "janitor", every=settings.KEZ_JANITOR_SECONDS)
        except (LinkError, JetStreamError, DatabaseError) as error:
            logger.warning("This round failed, the next one does its work: %s", error)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(settings.KEZ_JANITOR_SECONDS):
                await stopping.wait()
        if kicking.done():
            kicking.result()  # a defect: better that the process ends and is started anew
    await ended([kicking])
