"""A sender and a reader against a running stack: HTTP, and the broker as a client of it."""

import asyncio
import time
from types import TracebackType
from typing import Any

import httpx

from devstack.stack import Stack
from files.tests.cast import SentFile
from kezproto.keys import SigningKey
from natslink.client import client_connection
from natslink.publishing import PublishWindow
from registry.tests.cast import registration

PATIENCE = 150.0  # of a busy machine
DEVICE = "00000000000000aa"


class FileClient:
    """The owner of `key`, registered as `local`, on the stack."""

    def __init__(self, stack: Stack, key: SigningKey, local: str) -> None:
        self.key = key
        self._local = local
        self.conn = client_connection(urls=stack.nats_urls, key=key, device=DEVICE)
        self.http = httpx.AsyncClient(base_url=stack.base_url, timeout=60)

    async def __aenter__(self) -> "FileClient":
        answer = await self.http.post("/v1/register", json=registration(self.key, self._local))
        assert answer.status_code in (200, 201), answer.text
        await self.conn.start(timeout=60)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.conn.close()
        await self.http.aclose()

    async def announce(self, sent: SentFile) -> dict[str, Any]:
        answer = await self.http.post("/v1/files", json=sent.announcement())
        assert answer.status_code in (200, 201), answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def publish(self, sent: SentFile, indices: list[int] | None = None) -> None:
        """All chunks, many at once; those without an acknowledgement again, under the same ids, until all have one."""
        left = set(range(sent.chunks) if indices is None else indices)
        deadline = time.monotonic() + PATIENCE
        while left:
            assert time.monotonic() < deadline, f"{len(left)} chunks were not taken"
            session = await self.conn.session()
            assert session is not None
            async with PublishWindow(session) as window:
                for index in sorted(left):
                    await window.submit(
                        index, sent.upload.subject(index), sent.frame(index), msg_id=sent.ids[index]
                    )
                for _ in list(left):
                    outcome = await window.outcomes.get()
                    if outcome.error is None:
                        left.discard(outcome.key)

    async def state(self, sent: SentFile, *, wait: int = 20) -> dict[str, Any]:
        answer = await self.http.get(f"/v1/files/{sent.file_id}", params={"wait": wait}, headers=sent.bearer)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def settled(self, sent: SentFile) -> dict[str, Any]:
        """The state when it is no longer pending."""
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                body = await self.state(sent)
            except httpx.TransportError:
                await asyncio.sleep(0.2)
                continue
            if body["state"] != "pending":
                return body
            assert time.monotonic() < deadline, body

    async def content(self, sent: SentFile) -> bytes:
        answer = await self.http.get(f"/v1/files/{sent.file_id}/content", headers=sent.bearer)
        assert answer.status_code == 200, answer.text
        return answer.content
