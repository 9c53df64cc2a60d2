"""Streams with all that they hold, by JetStream's own snapshot and restore: sequence numbers stay as they are.

Consumers are not taken along: each device's is made from its row at its next login, the ingest makes its own.
"""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from nats.aio.msg import Msg

from backups.errors import BackupFailed, RestoreFailed
from chatbridge.broker import backend_connection
from chatbridge.jetstream import STREAM_NOT_FOUND, JetStreamError, api
from natslink.connection import SupervisedConnection
from natslink.errors import LinkError, NoResponders, PublishRefused, RequestTimedOut

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 30.0
CHUNK_BYTES = 128 * 1024  # below the broker's max_payload
WINDOW_BYTES = 1024 * 1024  # sent ahead of what we have written down
FINISH_SECONDS = 600.0  # the broker reads a restored stream once before it answers
CALLOUT_PING = "kez.callout.ping"


async def copy_stream(name: str, write: Callable[[bytes], None]) -> dict[str, Any]:
    """Hands the snapshot over piece by piece; answers {"config", "state"}. Raises BackupFailed."""
    try:
        async with _backend() as conn:
            return await _Copying(conn, name, write).run()
    except (LinkError, JetStreamError, TimeoutError) as error:
        why = str(error) or "the broker fell silent"
        raise BackupFailed(f"The stream {name} cannot be copied: {why}") from error


class _Copying:
    def __init__(self, conn: SupervisedConnection, name: str, write: Callable[[bytes], None]) -> None:
        self._conn, self._name, self._write = conn, name, write
        self._heard = asyncio.Event()
        self._end: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def run(self) -> dict[str, Any]:
        session = self._conn.live
        subject = f"_INBOX.backup.{secrets.token_hex(16)}"
        await self._conn.subscribe(subject, self._on_piece)
        question = {
            "deliver_subject": subject,
            "no_consumers": True,
            "chunk_size": CHUNK_BYTES,
            "window_size": WINDOW_BYTES,
        }
        answer = await api(self._conn, f"STREAM.SNAPSHOT.{self._name}", question, seconds=SILENCE_SECONDS)
        while not self._end.done():
            self._heard.clear()
            async with asyncio.timeout(SILENCE_SECONDS):
                await self._heard.wait()
        self._end.result()
        if self._conn.live is not session:  # a piece may have been sent into the gap
            raise BackupFailed(f"The stream {self._name} cannot be copied: the broker was lost meanwhile.")
        return {"config": answer["config"], "state": answer["state"]}

    async def _on_piece(self, msg: Msg) -> None:
        try:
            await self._take(msg)
        finally:
            self._heard.set()

    async def _take(self, msg: Msg) -> None:
        if self._end.done():
            return
        if msg.data:
            try:
                self._write(msg.data)
            except OSError as error:
                self._end.set_exception(error)
                return
            await self._conn.send(msg.reply, b"")
            return
        status = (msg.headers or {}).get("Status", "204")
        if status == "204":
            self._end.set_result(None)
        else:
            why = (msg.headers or {}).get("Description", status)
            self._end.set_exception(
                BackupFailed(f"The stream {self._name} cannot be copied: the broker gave up ({why}).")
            )


class StreamPutting:
    """A snapshot on its way into the broker: `take` its bytes, then `finish`. A stream of that name goes before."""

    def __init__(self, name: str, document: dict[str, Any], *, replicas: int | None) -> None:
        self._name = name
        self._config = {**document["config"], **({"num_replicas": replicas} if replicas else {})}
        self._state = document["state"]
        self._runner = asyncio.Runner()
        self._conn = self._run(self._begin())

    def take(self, data: bytes) -> None:
        self._run(self._send(data))

    def finish(self) -> None:
        try:
            state = self._run(self._end())
        finally:
            self.abandon()
        if state["last_seq"] != self._state["last_seq"] and self._state["messages"]:
            raise RestoreFailed(
                f"The stream {self._name} ends at {state['last_seq']}, not at {self._state['last_seq']}."
            )

    def abandon(self) -> None:
        self._runner.run(self._conn.close())
        self._runner.close()

    async def _begin(self) -> SupervisedConnection:
        conn = await _backend().__aenter__()
        try:
            await api(conn, f"STREAM.DELETE.{self._name}", seconds=SILENCE_SECONDS)
        except JetStreamError as error:
            if error.err_code != STREAM_NOT_FOUND:
                raise
        answer = await api(
            conn, f"STREAM.RESTORE.{self._name}", {"config": self._config, "state": self._state}
        )
        self._subject = str(answer["deliver_subject"])
        return conn

    async def _send(self, data: bytes) -> None:
        for start in range(0, len(data), CHUNK_BYTES):
            piece = data[start : start + CHUNK_BYTES]
            answer = await self._conn.request(self._subject, piece, timeout=SILENCE_SECONDS)
            if answer.data:
                raise RestoreFailed(f"The broker refuses the stream {self._name}: {_reason(answer.data)}.")

    async def _end(self) -> dict[str, Any]:
        answer = await self._conn.request(self._subject, b"", timeout=FINISH_SECONDS)
        document = json.loads(answer.data)
        if "error" in document:
            raise RestoreFailed(f"The broker refuses the stream {self._name}: {_reason(answer.data)}.")
        state: dict[str, Any] = document["state"]
        return state

    def _run(self, work: Any) -> Any:
        try:
            return self._runner.run(work)
        except (LinkError, JetStreamError) as error:
            raise RestoreFailed(f"The stream {self._name} cannot be put back: {error}") from error


async def held(name: str) -> int:
    """How many messages a stream has ever taken; 0 if there is none. Raises LinkError, JetStreamError."""
    async with _backend() as conn:
        try:
            return int((await api(conn, f"STREAM.INFO.{name}"))["state"]["last_seq"])
        except JetStreamError as error:
            if error.err_code != STREAM_NOT_FOUND:
                raise
            return 0


async def somebody_lets_clients_in() -> bool:
    """Whether an auth callout is at work, which means that this server is up. Raises BrokerUnreachable."""
    async with _backend() as conn:
        try:
            await conn.request(CALLOUT_PING, timeout=2.0)
        except (NoResponders, RequestTimedOut, PublishRefused):
            return False
        return True


class _backend:  # noqa: N801 - reads as a function where it is used
    """A connection in account KEZ that is there, or BrokerUnreachable soon."""

    def __init__(self) -> None:
        self._conn = backend_connection()

    async def __aenter__(self) -> SupervisedConnection:
        await self._conn.start(timeout=CONNECT_SECONDS)
        return self._conn

    async def __aexit__(self, *_: object) -> None:
        await self._conn.close()


def _reason(data: bytes) -> str:
    error = json.loads(data).get("error", {})
    return str(error.get("description", "no reason given"))
