"""The checks of `kez-chat doctor`, each by itself: what was looked at, what was found, and what to do about it."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient import clock
from kezclient.chain_watch import ChainWatch
from kezclient.errors import BrokerDown, BrokerRefused, ClientError
from kezclient.transport import backlog, connect
from kezproto.subjects import inbox_subject
from kezproto.timestamps import MAX_CLOCK_SKEW
from natslink.errors import LinkError

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.runtime import Runtime

# Well below the 300 s at which servers refuse, so that there is time to set the clock.
SKEW_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Finding:
    """`name` is stable; `detail` is a sentence."""

    name: str
    ok: bool
    detail: str


def local_checks(runtime: Runtime) -> Iterator[Finding]:
    """What needs no network."""
    yield _checked("files", lambda: _files(runtime))
    yield _checked("key_store", lambda: _key_store(runtime))
    yield _checked("outbox", lambda: _outbox(runtime))
    yield _checked("evidence", lambda: _evidence(runtime))


def server_checks(runtime: Runtime) -> Iterator[Finding]:
    """Registry and sigchain service."""
    yield _checked("registry", lambda: _registry(runtime))
    yield _checked("clock", lambda: _clock(runtime))
    yield _checked("handle", lambda: _handle(runtime))
    yield _checked("sigchain", lambda: _sigchain(runtime))


async def broker_checks(runtime: Runtime) -> list[Finding]:
    """Login at the broker, with its reason where it refuses, and the own inbox."""
    try:
        connection = await connect(runtime, consequence="")
    except (BrokerDown, BrokerRefused, ClientError) as error:
        return [Finding("broker", False, str(error).strip())]
    found = [Finding("broker", True, "The broker accepts your key.")]
    try:
        waiting = await backlog(connection, runtime)
        found.append(Finding("inbox", True, f"Your inbox answers; {waiting} messages wait for this device."))
    except LinkError as error:
        found.append(Finding("inbox", False, f"Your inbox does not answer: {error}"))
    finally:
        await connection.close()
    return found


class _Problem(Exception):  # noqa: N818 - a finding, not an error
    """What a check found to be wrong."""


def _checked(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, True, check())
    except (ClientError, _Problem) as error:
        return Finding(name, False, str(error))


def _files(runtime: Runtime) -> str:
    folders = runtime.folders
    runtime.store.setting("")
    for path in (folders.config, folders.data, folders.state, *_files_in(folders.config, folders.data)):
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise _Problem(f"Others may read {path}; run `chmod go-rwx` on it.")
    return "Files and folders are private."


def _files_in(*folders: Path) -> Iterator[Path]:
    for folder in folders:
        yield from (path for path in folder.iterdir() if path.is_file())


def _key_store(runtime: Runtime) -> str:
    _ = runtime.identity
    place = "system key store" if runtime.profile.keystore == "keyring" else "key file"
    return f"The {place} gives the key."


def _outbox(runtime: Runtime) -> str:
    queued, failed = runtime.store.outbox.count("queued"), runtime.store.outbox.count("failed")
    if failed:
        raise _Problem(f"{failed} messages failed; `kez-chat outbox` says why.")
    return f"{queued} messages wait to be sent." if queued else "Nothing waits to be sent."


def _evidence(runtime: Runtime) -> str:
    found = runtime.store.chains.evidence()
    if found:
        raise _Problem(f"{len(found)} contradictions were seen; the last one: {found[-1].reason}")
    return "No sigchain and no message has contradicted itself."


def _registry(runtime: Runtime) -> str:
    status = runtime.registry.status()
    if status.server != runtime.profile.own_server:
        raise _Problem(f"{runtime.registry.url} is now the server of @{status.server} handles.")
    return f"{runtime.registry.url} answers for @{status.server}, version {status.version}."


def _clock(runtime: Runtime) -> str:
    time = runtime.registry.status().time
    if time is None or time.tzinfo is None:
        return "The server does not tell its time."
    skew = abs((clock.now() - time).total_seconds())
    if skew > SKEW_SECONDS:
        raise _Problem(
            f"The clock of this machine is {skew:.0f} s off the server's; {MAX_CLOCK_SKEW.seconds} s are tolerated."
        )
    return "The clock agrees with the server's."


def _handle(runtime: Runtime) -> str:
    entry = runtime.registry.look_up(runtime.profile.handle)
    if entry.primary != runtime.profile.primary:
        raise _Problem(
            f"The registry gives another key than yours for {entry.handle}! Tell people that you talk to."
        )
    return f"The registry gives your key for {entry.handle}."


def _sigchain(runtime: Runtime) -> str:
    profile = runtime.profile
    entry = runtime.registry.look_up(profile.handle)
    state = runtime.sigchains.fetch(entry.sigchain_url, profile.primary)
    ChainWatch(runtime.store).take(state, whose="your own handle", now=clock.now())
    inbox = inbox_subject(profile.primary)
    if not any(endpoint.inbox == inbox for endpoint in state.endpoints):
        raise _Problem(
            f"Your sigchain does not name your inbox; `kez-chat register {profile.handle}` adds it."
        )
    return f"Your sigchain holds {len(state.events)} events and names your inbox."
