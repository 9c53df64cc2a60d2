"""Files as a sender has them, and what the store of chunks holds of them."""

import asyncio
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from chatbridge.consumers.limits import CHUNK_WINDOW
from chatbridge.jetstream import api
from chatbridge.tests.sockets import Browser, Chatter, new_id
from devstack.stack import Stack
from kezproto.file_chunks import MAX_SEALED_CHUNK_BYTES, chunk_frame
from kezproto.keys import Primary
from kezproto.nkeys import decode_seed
from kezproto.subjects import FILES_STREAM, chunk_subject, chunk_subjects
from natslink.connection import SupervisedConnection

TEMPORARY = {"broker_unreachable", "not_stored", "rate_limited"}


@dataclass
class Upload:
    """A file of `total` sealed chunks, the last one short; nobody here can open it, nor needs to."""

    total: int
    file_id: str = field(default_factory=lambda: secrets.token_hex(16))
    ids: list[bytes] = field(init=False)

    def __post_init__(self) -> None:
        self.ids = [new_id() for _ in range(self.total)]

    def frame(self, index: int) -> bytes:
        size = 17 if index == self.total - 1 else MAX_SEALED_CHUNK_BYTES
        return chunk_frame(self.file_id, index, self.total, bytes([index]) * size)

    async def send(
        self, browser: Browser, indices: Iterable[int] | None = None, *, first_ref: int = 0
    ) -> None:
        """All chunks, or some; chunk i has the ref `first_ref` + i."""
        for index in range(self.total) if indices is None else indices:
            await browser.send_chunk(first_ref + index, self.ids[index], self.frame(index))

    async def send_until_stored(self, browser: Browser, stored: asyncio.Queue[int] | None = None) -> None:
        """Every chunk, again while the server says that this may help, always under the same id. `stored` hears."""
        missing = list(range(self.total))
        while missing:
            some = missing[:CHUNK_WINDOW]
            await self.send(browser, some)
            codes = set()
            for _ in some:
                index, code = await browser.answer()
                codes.add(code)
                if code == "stored":
                    missing.remove(index)
                    if stored is not None:
                        stored.put_nowait(index)
            assert codes <= {"stored", *TEMPORARY}
            if codes != {"stored"}:
                await asyncio.sleep(0.1)  # as every client must: who only hammers is cut off


@dataclass(frozen=True)
class Store:
    """The store of chunks of a running server, as the backend sees it."""

    conn: SupervisedConnection

    @classmethod
    def of(cls, stack: Stack) -> "Store":
        _, seed = decode_seed(Path(stack.environment["KEZ_NATS_BACKEND_SEED_FILE"]).read_text().strip())
        return cls(SupervisedConnection(urls=[stack.nats_url], seed=seed, name="tests"))

    async def __aenter__(self) -> "Store":
        await self.conn.start()
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        await self.conn.close()

    async def count(self, primary: Primary, file_id: str) -> int:
        """How many chunks of this file there are."""
        body = {"subjects_filter": chunk_subjects(primary, file_id)}
        info = await api(self.conn, f"STREAM.INFO.{FILES_STREAM}", body)
        return sum((info["state"].get("subjects") or {}).values())

    async def chunk(self, primary: Primary, file_id: str, index: int) -> bytes:
        subject = f"$JS.API.DIRECT.GET.{FILES_STREAM}.{chunk_subject(primary, file_id, index)}"
        return (await self.conn.request(subject)).data

    async def holds(self, chatter: Chatter, upload: Upload) -> bool:
        """Whether exactly the chunks of this upload are there."""
        primary = chatter.key.primary
        if await self.count(primary, upload.file_id) != upload.total:
            return False
        chunks = [await self.chunk(primary, upload.file_id, index) for index in range(upload.total)]
        return chunks == [upload.frame(index) for index in range(upload.total)]
