"""Waiting for a machine that is away or busy, and saying so once."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.file_errors import SenderBusy, SenderOffline
from kezclient.iroh.faults import Refused
from kezclient.iroh.people import ASK_EVERY
from kezproto.blob_wire import Status

if TYPE_CHECKING:
    from kezclient.fetching.request import FetchRequest
    from kezclient.iroh.faults import IrohFault

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


@dataclass(slots=True)
class Waiting:
    """`by_other_key`: this node's key is not the primary, so the other side may first have to read our sigchain."""

    request: FetchRequest
    by_other_key: bool
    _pause: float = FIRST_PAUSE
    _told: bool = False
    _hoped: bool = False

    def may_hope(self, fault: IrohFault) -> bool:
        """Whether a refusal is worth another try: the other side asks for sigchains only so often."""
        hopeful = isinstance(fault, Refused) and fault.status is Status.NOT_YOURS and self.by_other_key
        if not hopeful or self._hoped or not self.request.wait:
            return False
        self._hoped = True
        self._pause = ASK_EVERY.total_seconds()
        return True

    async def pause(self, fault: IrohFault, *, got_on: bool) -> None:
        """Returns when it is time for another try. SenderOffline or SenderBusy where nobody wants to wait."""
        name, owner = self.request.shared.file.filename, self.request.owner
        if got_on:
            # It was there until just now.
            self._pause = FIRST_PAUSE
        elif not self.request.wait:
            if isinstance(fault, Refused):
                raise SenderBusy(name=name, handle=owner) from fault
            raise SenderOffline(name=name, handle=owner, reason=str(fault)) from fault
        elif not self._told:
            self._told = True
            what = "has time for it" if isinstance(fault, Refused) else "is back online"
            self.request.runtime.run.note(
                f"{name} downloads as soon as {owner} {what} ({fault}). Ctrl-C ends the waiting; what has come is kept."
            )
        self.request.progress.say(f"{name}: waiting for {owner}")
        await asyncio.sleep(self._pause)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
