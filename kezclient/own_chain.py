"""Saying something on the own sigchain: where its owner is reached, what they share; every step may be repeated."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from kezclient import clock
from kezclient.chain_watch import ChainWatch
from kezclient.errors import ServerRefused, ServerUnreachable
from kezproto.chain_operations import ADD_ENDPOINT, Endpoint, endpoint_body
from kezproto.sigchain import event_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from kezclient.runtime import Runtime
    from kezclient.sigchain_api import SigchainApi
    from kezproto.chain_state import ChainState
    from kezproto.keys import SigningKey

TRIES = 4
PAUSE_SECONDS = 0.5


def put_endpoint(
    runtime: Runtime, url: str, key: SigningKey, choose: Callable[[ChainState], Endpoint]
) -> tuple[ChainState, Endpoint]:
    """Append the endpoint that `choose` makes of the chain, unless it is there; the chain after it, and the endpoint.

    `choose` is asked again where another device appended at the same moment. Errors: ServerUnreachable,
    ServerRefused, BadAnswer, ChainRewritten.
    """
    for attempt in range(1, TRIES + 1):
        try:
            state = runtime.sigchains.fetch(url, key.primary)
            endpoint = choose(state)
            if endpoint not in state.endpoints:
                append_event(runtime.sigchains, url, state, key, ADD_ENDPOINT, endpoint_body(endpoint))
                state = runtime.sigchains.fetch(url, key.primary)
            ChainWatch(runtime.store).take(state, whose="your own handle", now=clock.now())
            return state, endpoint
        except ServerUnreachable:
            if attempt == TRIES:
                raise
            time.sleep(PAUSE_SECONDS * attempt)
        except ServerRefused as error:
            # Another device of ours appended at the same moment: look again.
            if error.details["status"] != 409 or attempt == TRIES:
                raise
    raise AssertionError("the last try returns or raises")


def append_event(
    sigchains: SigchainApi, url: str, state: ChainState, key: SigningKey, op: str, body: Mapping[str, Any]
) -> None:
    """Sign the event that follows `state`, and hand it in. ServerRefused on a conflict."""
    now = clock.now()
    # A clock that was set back must not make the chain run backwards.
    created_at = max(now, state.head_time) if state.head_time else now
    event = event_document(key=key, head=state.head, op=op, body=body, created_at=created_at)
    sigchains.append(url, event)
