"""daphne that stops in order, on uvloop.

By itself daphne ends every request and every websocket in the moment of a SIGTERM.
"""

import asyncio
import signal
from functools import partial
from typing import Any

import uvloop
from django.conf import settings
from twisted.internet import asyncioreactor

# Must come before daphne is imported, which else takes asyncio's own loop: messages take a tenth longer on that.
asyncioreactor.install(uvloop.new_event_loop())  # type: ignore[no-untyped-call]

import daphne.server  # noqa: E402
from daphne.cli import CommandLineInterface  # noqa: E402
from daphne.http_protocol import HTTPFactory, WebRequest  # noqa: E402
from twisted.internet import reactor as installed_reactor  # noqa: E402

from httpapi.draining import draining  # noqa: E402

reactor: Any = installed_reactor


class PlainFactory(HTTPFactory):  # type: ignore[misc] # daphne has no types
    """HTTP without what Twisted does besides, and nobody asked for."""

    def buildProtocol(self, addr: Any) -> Any:  # noqa: N802 - Twisted's name
        # The fields of a form are Django's business. Twisted looks for them in the body of every POST, of any size.
        protocol = super().buildProtocol(addr)
        protocol.requestFactory = partial(WebRequest, parsePOSTFormSubmission=False)
        return protocol

    def log(self, request: Any) -> None:
        """No access log: it would tell who looked whom up, and takes a tenth of the time of a look-up."""


daphne.server.HTTPFactory = PlainFactory  # there is no other way to give it one


class DrainingServer(daphne.server.Server):  # type: ignore[misc] # daphne has no types
    """A first SIGTERM or SIGINT drains, a second one ends it at once."""

    def run(self) -> None:
        self._ports: list[Any] = []
        self._draining: asyncio.Task[None] | None = None
        reactor.callWhenRunning(self._hear_signals)
        super().run()

    def listen_success(self, port: Any) -> None:
        self._ports.append(port)
        super().listen_success(port)

    def kill_all_applications(self) -> Any:
        # daphne expects an application behind every connection, and stumbles over one that has ended.
        self.connections: dict[Any, Any] = {
            protocol: details
            for protocol, details in self.connections.items()
            if "application_instance" in details
        }
        return super().kill_all_applications()

    def _hear_signals(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: reactor.callFromThread(self._stop))

    def _stop(self) -> None:
        if self._draining is not None:
            self.stop()
            return
        draining.begin()
        self._draining = asyncio.get_event_loop().create_task(self._drain())

    async def _drain(self) -> None:
        await asyncio.sleep(settings.KEZ_STOP_DELAY_SECONDS)
        for port in self._ports:
            port.stopListening()
        await draining.finish(seconds=settings.KEZ_STOP_SECONDS)
        self.stop()


class Interface(CommandLineInterface):  # type: ignore[misc]
    server_class = DrainingServer


def serve(host: str, port: int, application: str) -> None:
    """Serves `module:name` until a signal ends it."""
    Interface().run(["--verbosity", "0", "-b", host, "-p", str(port), application])
