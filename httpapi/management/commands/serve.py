"""`manage.py serve`: wait until what this process needs is there, then serve, in this very process.

Another process would read in all of Django a second time: that is half of the time it takes to start.
"""

import importlib
import resource
import socket
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from httpapi.readiness import Result, run_checks

RETRY_SECONDS = 0.5
OPEN_FILES = 65_536  # ten times what a process with 5,000 websockets needs


class Command(BaseCommand):
    help = "Waits for the database, Valkey and what else is needed, then serves HTTP (KEZ_WEB_SERVER)."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait", type=float, default=30.0, help="Seconds to wait for what is needed (default 30)."
        )
        parser.add_argument(
            "--bind", default=settings.KEZ_CHAT_BIND, help="host:port (default KEZ_CHAT_BIND)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = _host_and_port(options["bind"])
        _refuse_taken_port(host, port)
        try:
            _wait_until_ready(options["wait"])
        except KeyboardInterrupt:
            raise SystemExit(130) from None
        connections.close_all()
        _allow_many_sockets()
        module, _, name = settings.ASGI_APPLICATION.rpartition(".")
        _serve(host, port, f"{module}:{name}")


def _serve(host: str, port: int, application: str) -> None:
    """Until it is told to stop. Only the chosen server is read in; daphne's takes the process's event loop."""
    server = importlib.import_module(f"httpapi.{settings.KEZ_WEB_SERVER}_server")
    server.serve(host, port, application)


def _allow_many_sockets() -> None:
    """Each websocket is an open file, and many systems give a process 1,024 of them unless it asks for more."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if most == resource.RLIM_INFINITY else min(most, OPEN_FILES)
    if now != resource.RLIM_INFINITY:
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(now, wanted), most))


def _host_and_port(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal():
        raise CommandError(f"{bind!r} is not an address to serve on: write it as host:port.")
    return host.strip("[]"), int(port)


def _refuse_taken_port(host: str, port: int) -> None:
    """One clear sentence now instead of a server's traceback later."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Cannot serve on {host}:{port}: {error.strerror}. Stop what is there, "
                "or choose another address (KEZ_CHAT_BIND, or KEZ_SIGCHAIN_BIND for the sigchain service)."
            ) from error


def _wait_until_ready(seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while missing := _missing():
        if time.monotonic() >= deadline:
            told = " ".join(f"{name}: {result.detail}" for name, result in missing.items())
            raise CommandError(f"Not started, because something that is needed is not ready. {told}")
        time.sleep(RETRY_SECONDS)


def _missing() -> dict[str, Result]:
    return {name: result for name, result in run_checks(only_needed_to_start=True).items() if not result.ok}
