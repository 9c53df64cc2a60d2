"""Uploads while `listen` runs: sent when the connection is there, watched until the server has made files of them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kezclient.progress import NoProgress
from kezclient.sharing.delivering import Delivery, send_everything
from kezclient.sharing.uploading import Uploader, failure_of

if TYPE_CHECKING:
    from kezclient.runtime import Runtime
    from kezclient.store.uploads import Upload
    from natslink.connection import SupervisedConnection

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


@dataclass(slots=True)
class UploadLoop:
    """`say` is called with a sentence for each upload that got ready or failed. Set `wanted` when there may be more to
    do."""

    runtime: Runtime
    say: Callable[[str], None]
    wanted: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, connection: SupervisedConnection) -> None:
        pause = FIRST_PAUSE
        while True:
            getting_on = connection.state == "connected" and await self.once(connection)
            pause = FIRST_PAUSE if getting_on else min(pause * 2, LONGEST_PAUSE)
            busy = self.runtime.store.uploads.in_state("sent")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause if busy else LONGEST_PAUSE):
                    await self.wanted.wait()
                    pause = FIRST_PAUSE
            self.wanted.clear()

    async def once(self, connection: SupervisedConnection) -> bool:
        """Send what is queued and ask about what was sent; whether nothing stood in the way."""
        uploads = self.runtime.store.uploads
        before = {each.id for each in [*uploads.in_state("queued"), *uploads.in_state("sent")]}
        if not before:
            return True
        delivery, uploader = Delivery(), Uploader(self.runtime, NoProgress())
        await send_everything(self.runtime, connection, uploader, delivery)
        for upload in uploads.in_state("sent"):
            await uploader.look(upload.id)
        for upload_id in before:
            after = uploads.find(upload_id)
            if after is not None and after.state == "ready":
                self.say(_ready(after))
            elif after is not None and after.state == "failed":
                self.say(str(failure_of(after, after.cause)))
        return delivery.problem is None


def _ready(upload: Upload) -> str:
    name = upload.file.filename
    if upload.for_list:
        return f"{name} is uploaded; `kez-chat publish` or `kez-chat browse` puts it on your list."
    return f"{name} is ready for {upload.peer_handle} to fetch."
