"""`manage.py run_auth_callout`: decides who may log in at the broker. Run two or more; they share the work."""

import asyncio
import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from chatbridge.callout_process import FROZEN_AFTER_SECONDS, CalloutProcess
from chatbridge.metrics_server import serve_metrics
from chatbridge.processes import check_before_start, make_streams, run_process

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Answers the broker's login requests from the registry until it is stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait", type=float, default=30.0, help="Seconds to wait for the broker (default 30)."
        )
        parser.add_argument(
            "--make-streams",
            action="store_true",
            help="First do what `ensure_streams` does; it loses no message.",
        )
        parser.add_argument(
            "--frozen-after",
            type=float,
            default=FROZEN_AFTER_SECONDS,
            help="Leave with exit code 70 when nothing moved for so many seconds (default 10).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = asyncio.Event()
        process: CalloutProcess | None = None

        def stop() -> None:
            stopping.set()
            if process is not None:
                process.stop()

        async def work() -> None:
            nonlocal process
            if options["make_streams"]:
                logger.info("Streams: %s", await make_streams(wait=options["wait"]))
            logger.info("Auth callout: %s.", await check_before_start(wait=options["wait"]))
            if stopping.is_set():
                return
            process = CalloutProcess(frozen_after=options["frozen_after"])
            await process.run()

        serve_metrics(settings.KEZ_CALLOUT_METRICS_BIND, setting="KEZ_CALLOUT_METRICS_BIND")
        run_process(work, on_stop=stop)
