"""Getting what was shared out: messages, chunks, pointers; and trying what waits from before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from kezclient.errors import BrokerDown, BrokerRefused, ClientError
from kezclient.file_errors import UploadWaits
from kezclient.sending import flush_patiently
from kezclient.sharing.uploading import CONSEQUENCE, Uploader
from kezclient.transport import connect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from kezclient.outbox import FlushReport
    from kezclient.progress import Progress
    from kezclient.runtime import Runtime
    from natslink.connection import SupervisedConnection
    from natslink.errors import LinkError


@dataclass(slots=True)
class Delivery:
    """`uploads`: why single uploads (by id) did not get out. `problem`: why nothing more did. `blocked`: why an inbox
    (by hex key) takes no more."""

    uploads: dict[int, ClientError] = field(default_factory=dict)
    problem: ClientError | None = None
    blocked: dict[str, LinkError] = field(default_factory=dict)

    def note(self, report: FlushReport) -> None:
        self.blocked |= report.blocked
        if report.broken is not None:
            self.problem = BrokerDown(reason=str(report.broken).rstrip("."), consequence=CONSEQUENCE)


async def deliver(runtime: Runtime, progress: Progress, *, wait_for: Sequence[int] = ()) -> Delivery:
    """Send everything that waits, messages and uploads; then wait until these uploads are ready or failed."""
    delivery = Delivery()
    try:
        connection = await connect(runtime, consequence=CONSEQUENCE)
    except (BrokerDown, BrokerRefused) as error:
        delivery.problem = error
        return delivery
    try:
        uploader = Uploader(runtime, progress)
        await send_everything(runtime, connection, uploader, delivery)
        if delivery.problem is None:
            delivery.problem = await uploader.wait_ready(connection, wait_for)
            for upload in runtime.store.uploads.in_state("sent"):
                await uploader.look(upload.id)
    finally:
        await connection.close()
    return delivery


async def send_everything(
    runtime: Runtime, connection: SupervisedConnection, uploader: Uploader, delivery: Delivery
) -> None:
    """Empty the outbox and send every queued upload, each followed by its pointer."""
    delivery.note(await flush_patiently(runtime, connection))
    for upload in runtime.store.uploads.in_state("queued"):
        if delivery.problem is not None:
            return
        problem = await uploader.send(connection, upload.id)
        if isinstance(problem, UploadWaits | BrokerDown):
            # What holds this one up holds up those behind it.
            delivery.problem = problem
        elif problem is not None:
            delivery.uploads[upload.id] = problem
        else:
            delivery.note(await flush_patiently(runtime, connection))
