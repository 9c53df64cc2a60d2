"""Reading and extending sigchains. The service is not believed: every chain is replayed here, event by event."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kezclient.errors import BadAnswer
from kezclient.http_edge import HttpEdge
from kezproto.errors import ProtocolError
from kezproto.sigchain import replay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from kezproto.chain_state import ChainState
    from kezproto.keys import Primary

MAX_CHAIN_BYTES = 16 * 1024 * 1024


class SigchainApi:
    """Chains by the addresses that registries give for them."""

    def __init__(self, edge: HttpEdge | None = None) -> None:
        self._edge = edge or HttpEdge()

    def close(self) -> None:
        self._edge.close()

    def fetch(self, url: str, primary: Primary) -> ChainState:
        """The whole chain, replayed. BadAnswer if an event breaks a rule or the named head is another one."""
        document = self._edge.get(url, max_bytes=MAX_CHAIN_BYTES).document
        try:
            if document["primary"] != str(primary):
                raise ValueError("it is the chain of another key")
            state = replay(primary, document["events"])
            _check_head(document["head"], state)
        except (ProtocolError, KeyError, TypeError, ValueError) as error:
            raise BadAnswer(url=url, reason=str(error)) from error
        return state

    def append(self, url: str, event: Mapping[str, Any]) -> None:
        """Post a signed event; the same event again is no error. ServerRefused on a conflict, with `head`."""
        self._edge.post(f"{url}/events", event)


def _check_head(named: Any, state: ChainState) -> None:
    head = state.head
    expected = None if head is None else {"seq": head.seq, "hash": head.hash}
    if named != expected:
        raise ValueError("the head that it names is not where its events lead")
