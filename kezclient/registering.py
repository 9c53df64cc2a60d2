"""Claiming a handle, and finishing a claim that was begun: every step may be repeated."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.errors import BadAnswer, HandleUnknown, ServerRefused, ServerUnreachable
from kezclient.own_chain import PAUSE_SECONDS, TRIES, put_endpoint
from kezclient.registering_errors import HandleTaken, RegistrationClosed
from kezclient.work import solve
from kezproto.chain_operations import Endpoint
from kezproto.subjects import inbox_subject

if TYPE_CHECKING:
    from kezclient.prompts import Prompter
    from kezclient.registry_api import RegistryApi, RegistryEntry
    from kezclient.runtime import Runtime
    from kezproto.chain_state import ChainState
    from kezproto.handles import Handle
    from kezproto.keys import Primary, SigningKey


def refuse_if_taken(registry: RegistryApi, handle: Handle, primary: Primary | None) -> bool:
    """HandleTaken if the handle belongs to another key, so that nobody writes down 24 words in vain; whether it belongs
    to this one."""
    try:
        entry = registry.look_up(handle)
    except HandleUnknown:
        return False
    if entry.primary != primary:
        raise HandleTaken(handle=str(handle))
    return True


def refuse_if_closed(registry: RegistryApi, *, invite: str | None, prompter: Prompter) -> str | None:
    """The invite to register with, asked for where one is needed. RegistrationClosed, or ServerRefused for an invite
    that is not good, before any words are written."""
    mode = registry.registration_mode(invite=invite)
    if mode == "closed":
        raise RegistrationClosed(url=registry.url)
    if mode == "invite" and not invite:
        question = "This server takes people by invitation. Your code:"
        invite = prompter.ask(question, what="An invite", instead="Give the code with `--invite CODE`.")
        registry.registration_mode(invite=invite)
    return invite


def claim(
    registry: RegistryApi,
    handle: Handle,
    key: SigningKey,
    *,
    invite: str | None = None,
    note: Callable[[str], None],
) -> RegistryEntry:
    """Register; a lost answer is no harm, since the registry confirms the same claim again.

    A proof of work is done where it is asked for. Raises HandleTaken, WaitingForApproval, ServerRefused and more.
    """
    proof: str | None = None
    for attempt in range(1, TRIES + 1):
        try:
            return registry.register(handle, key, now=clock.now(), invite=invite, proof_of_work=proof)
        except ServerUnreachable:
            if attempt == TRIES:
                raise
            time.sleep(PAUSE_SECONDS * attempt)
        except ServerRefused as error:
            if error.code == "handle_taken":
                raise HandleTaken(handle=str(handle)) from error
            if error.code != "proof_of_work_needed" or attempt == TRIES:
                raise
            proof = solve(error.details.get("proof_of_work"), key.primary, url=registry.url, note=note)
    raise AssertionError("the last try returns or raises")


def open_sigchain(runtime: Runtime, entry: RegistryEntry, key: SigningKey) -> ChainState:
    """Say on the own sigchain where messages are received, unless it says so already; the chain after it."""
    if not entry.nats_urls:
        raise BadAnswer(url=runtime.registry.url, reason="it names no NATS server for your handle")
    endpoint = Endpoint(protocol="nats", url=entry.nats_urls[0], inbox=inbox_subject(key.primary))
    return put_endpoint(runtime, entry.sigchain_url, key, lambda _state: endpoint)[0]
