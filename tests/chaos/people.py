"""Pairs who write to each other without a pause: over the websocket, as a client of the broker, and with files.

Each sender does what our clients do: it keeps what it wrote until it is confirmed, and tries again under the same id.
"""

import asyncio
import contextlib
import json
import secrets
from collections.abc import AsyncGenerator, AsyncIterator

import httpx
from websockets.exceptions import WebSocketException

from chatbridge.tests.sockets import Browser, Chatter, online
from devstack.stack import Stack
from files.tests.cast import SentFile, some_bytes
from files.tests.client import FileClient
from kezproto.keys import SigningKey
from natslink.client import client_connection, inbox_messages, publish_envelope
from natslink.connection import SupervisedConnection
from natslink.errors import (
    AccessRefused,
    BrokerUnreachable,
    InboxFull,
    LinkError,
    MessageTooLarge,
    PublishRefused,
)
from tests.chaos.ledger import Ledger

REFUSALS = {"inbox_full", "too_large", "publish_refused", "bad_recipient"}
PATIENCE = 60.0
PAUSE = 0.3
ANSWER_SECONDS = 8.0


def envelope(item: str) -> bytes:
    """What the broker sees is opaque; here it tells its id."""
    return json.dumps({"id": item, "padding": "." * 200}).encode()


class Talkers:
    """What the pairs of both kinds share: a rhythm, a ledger, an end.

    `every`: seconds between two messages of one sender.
    """

    way = ""

    def __init__(self, stack: Stack, ledger: Ledger, *, every: float) -> None:
        self.stack, self.ledger, self.every = stack, ledger, every
        self.sender, self.reader = Chatter(), Chatter()
        self.quiet = asyncio.Event()  # set: nothing new is written
        self.listening = asyncio.Event()

    async def register(self) -> None:
        for person in (self.sender, self.reader):
            await asyncio.to_thread(person.register, self.stack)

    async def write(self) -> None:
        """Returns some time after `quiet` was set, when each message has an answer."""
        await self.listening.wait()
        async with contextlib.aclosing(self._rhythm()) as rhythm:
            async for item in rhythm:
                self.ledger.begin(item, self.way)
                await self._write_one(item)

    async def _rhythm(self) -> AsyncGenerator[str, None]:
        await asyncio.sleep(self.every * secrets.randbelow(1000) / 1000)  # not all in the same moment
        while not self.quiet.is_set():
            yield secrets.token_hex(16)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self.every):
                    await self.quiet.wait()

    async def _write_one(self, item: str) -> None:
        raise NotImplementedError

    async def read(self) -> None:
        """Until cancelled."""
        raise NotImplementedError


class WebsocketPair(Talkers):
    way = "websocket"

    async def write(self) -> None:
        self._socket: Browser | None = None
        async with contextlib.AsyncExitStack() as self._sockets:
            await super().write()

    async def _write_one(self, item: str) -> None:
        async with asyncio.timeout(PATIENCE * 3):
            while True:
                try:
                    answer = await self._try(item)
                except (OSError, WebSocketException, AssertionError, TimeoutError):
                    await self._sockets.aclose()
                    self._socket = None
                    await asyncio.sleep(PAUSE)
                    continue
                if answer == "stored":
                    self.ledger.accept(item)
                    return
                if answer in REFUSALS:
                    self.ledger.report(item, answer)
                    return
                await asyncio.sleep(PAUSE)
                await self._resume()

    async def _resume(self) -> None:
        """The bridge takes nothing more after a failure until it is told that the client knows."""
        with contextlib.suppress(OSError, WebSocketException):
            if self._socket is not None:
                await self._socket.say("resume")

    async def _try(self, item: str) -> str:
        if self._socket is None:
            self._socket = await self._sockets.enter_async_context(online(self.stack, self.sender))
        await self._socket.publish((1, self.reader.raw, bytes.fromhex(item), envelope(item)))
        async with asyncio.timeout(ANSWER_SECONDS):
            answer = asyncio.ensure_future(self._socket.answers.get())
            closed = asyncio.ensure_future(self._socket.closed.wait())
            try:
                await asyncio.wait({answer, closed}, return_when=asyncio.FIRST_COMPLETED)
                if not answer.done():
                    raise ConnectionError("the socket was closed")
                return answer.result()[1]
            finally:
                answer.cancel()
                closed.cancel()

    async def read(self) -> None:
        while True:
            with contextlib.suppress(OSError, WebSocketException, AssertionError, TimeoutError):
                async with online(self.stack, self.reader) as browser:
                    self.listening.set()
                    await self._take(browser)
            await asyncio.sleep(PAUSE)

    async def _take(self, browser: Browser) -> None:
        closed = asyncio.ensure_future(browser.closed.wait())
        try:
            while not closed.done():
                coming = asyncio.ensure_future(browser.deliveries.get())
                await asyncio.wait({coming, closed}, return_when=asyncio.FIRST_COMPLETED)
                if not coming.done():
                    coming.cancel()
                    return
                delivery = coming.result()
                self.ledger.deliver(json.loads(delivery.envelope)["id"], delivery.seq)
                await browser.ack([delivery.seq])
        finally:
            closed.cancel()


class BrokerPair(Talkers):
    """As clients of the broker, like the command."""

    way = "NATS"

    async def write(self) -> None:
        async with self._connected(self.sender) as self._conn:
            await super().write()

    @contextlib.asynccontextmanager
    async def _connected(self, person: Chatter) -> AsyncIterator[SupervisedConnection]:
        conn = client_connection(urls=self.stack.nats_urls, key=person.key, device=person.device)
        await conn.start(timeout=None)
        try:
            yield conn
        finally:
            await conn.close()

    async def _write_one(self, item: str) -> None:
        async with asyncio.timeout(PATIENCE * 3):
            while True:
                try:
                    await publish_envelope(self._conn, self.reader.key.primary, envelope(item), msg_id=item)
                except (InboxFull, MessageTooLarge, PublishRefused) as error:
                    self.ledger.report(item, type(error).__name__)
                except LinkError:
                    continue  # it has waited already
                else:
                    self.ledger.accept(item)
                return

    async def read(self) -> None:
        async with self._connected(self.reader) as conn:
            await conn.wait_connected(PATIENCE * 3)
            self.listening.set()
            async for message in inbox_messages(conn, self.reader.key.primary, self.reader.device):
                self.ledger.deliver(json.loads(message.data)["id"], message.stream_seq)
                await message.ack()


class FileSender(Talkers):
    """Files: announced, sent in chunks, fetched when they are ready and compared.

    The next one begins whether the one before has come through or not: what waits for a server that is away must not
    hide when it takes new ones again.
    """

    way = "file"
    CHUNKS = 4

    async def register(self) -> None:
        self._key = SigningKey(secrets.token_bytes(32))
        self.listening.set()

    async def write(self) -> None:
        local = f"f-{secrets.token_hex(8)}"
        async with contextlib.AsyncExitStack() as stack:
            self._client = await self._patiently(
                lambda: stack.enter_async_context(FileClient(self.stack, self._key, local))
            )
            async with asyncio.TaskGroup() as self._under_way:
                await super().write()

    async def _write_one(self, item: str) -> None:
        self._under_way.create_task(self._send(item))

    async def _send(self, item: str) -> None:
        sent = SentFile(self._key, some_bytes(self.CHUNKS), file_id=item)
        async with asyncio.timeout(PATIENCE * 3):
            await self._patiently(lambda: self._client.announce(sent))
            self.ledger.accept(item)
            await self._client.publish(sent)
            body = await self._patiently(lambda: self._client.settled(sent))
            if body["state"] == "failed":
                self.ledger.report(item, body.get("reason", "failed"))
            elif await self._patiently(lambda: self._client.content(sent)) == sent.content:
                self.ledger.deliver(item)

    async def _patiently(self, ask):
        """Again while the server is away or says that it cannot at the moment."""
        while True:
            try:
                return await ask()
            except (httpx.TransportError, AssertionError, LinkError):
                await asyncio.sleep(PAUSE)

    async def read(self) -> None:
        await asyncio.Event().wait()


async def log_in_once(stack: Stack, person: Chatter) -> None:
    """A new login at the broker; raises what stands in its way."""
    conn = client_connection(urls=stack.nats_urls, key=person.key, device=person.device)
    try:
        await conn.start(timeout=5)
    finally:
        await conn.close()


LOGIN_TROUBLE = (AccessRefused, BrokerUnreachable)
