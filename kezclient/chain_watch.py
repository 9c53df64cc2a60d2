"""Watching sigchains: pinned on first sight, compared ever after, with evidence of every contradiction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.errors import ChainRewritten
from kezclient.store.chains import Evidence
from kezclient.store.messages import Notice
from kezproto.errors import PinMismatch
from kezproto.sigchain import check_pin

if TYPE_CHECKING:
    from datetime import datetime

    from kezclient.store.store import Store
    from kezproto.chain_state import ChainState, Head
    from kezproto.messages import Message


@dataclass(frozen=True, slots=True)
class ChainWatch:
    """`take` moves pins on; `compare` holds a message's view of its sender's chain against what was served."""

    store: Store

    def take(self, state: ChainState, *, whose: str, now: datetime) -> None:
        """Pin what a service serves. ChainRewritten, after keeping both versions, if it contradicts the pin."""
        pin = self.store.chains.find(state.primary)
        try:
            check_pin(pin.head if pin else None, state)
        except PinMismatch as error:
            self.store.chains.keep_evidence(
                Evidence(
                    primary=state.primary,
                    kind="chain_rewritten",
                    reason=str(error),
                    known={"events": self.store.chains.documents(state.primary)},
                    served={"events": [event.document for event in state.events]},
                ),
                now,
            )
            raise ChainRewritten(whose=whose, reason=str(error)) from error
        self.store.chains.move(state, now)

    def lacks(self, message: Message) -> bool:
        """Whether the message speaks of a longer chain than the one known, so that asking again may help."""
        pin = self.store.chains.find(message.sender)
        known = pin.head.seq if pin and pin.head else 0
        return message.chain is not None and (pin is None or message.chain.seq > known)

    def compare(self, message: Message, now: datetime) -> Notice | None:
        """A notice, with evidence kept, where sender and service tell different stories; None where they agree or
        nothing is known of the chain."""
        pin = self.store.chains.find(message.sender)
        if pin is None or message.chain is None:
            return None
        if self.store.chains.event_hash(message.sender, message.chain.seq) == message.chain.hash:
            return None
        reason = _difference(message.chain, pin.head)
        self.store.chains.keep_evidence(
            Evidence(
                primary=message.sender,
                kind="chain_differs_from_message",
                reason=reason,
                known={"events": self.store.chains.documents(message.sender)},
                served={"message": message.document},
            ),
            now,
        )
        return Notice("chain_differs", f"{reason} Both are kept as evidence.")


def _difference(claimed: Head, served: Head | None) -> str:
    served_seq = served.seq if served else 0
    if claimed.seq > served_seq:
        return f"The sender's sigchain has {claimed.seq} events by this message, but the service shows {served_seq}."
    return f"Event {claimed.seq} of the sender's sigchain is another one by this message than by the service."
