"""Serving from a command: until a signal comes, or until those for whom it was shared have it."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.console import remark_console
from kezclient.file_errors import AlreadyServing, IrohUnavailable
from kezclient.iroh.faults import CannotBind
from kezclient.iroh.node_keys import settle_node_key
from kezclient.iroh.serve_screen import HumanScreen, JsonScreen, Names, bars_on
from kezclient.iroh.service import serve
from kezclient.iroh.standing import serving_lock
from kezclient.sanitize import one_line

if TYPE_CHECKING:
    from kezclient.iroh.iroh_node import IrohNode
    from kezclient.iroh.transfers import Watcher
    from kezclient.runtime import Runtime
    from kezclient.store.shares import Share
    from kezproto.keys import SigningKey

LOOK_SECONDS = 0.2


def serve_until_stopped(runtime: Runtime, ready: Callable[[IrohNode], None]) -> None:
    """Serve everything that is shared, until a signal comes. AlreadyServing where another process does."""
    if not _serve(runtime, (), ready, _result_screen(runtime)):
        raise AlreadyServing(profile=runtime.profile.name)


def serve_until_fetched(runtime: Runtime, shares: Sequence[Share]) -> bool:
    """Serve until every reader of these has them, or a signal comes; False where another process serves already."""
    return _serve(runtime, shares, lambda _node: None, _remark_screen(runtime))


def are_fetched(runtime: Runtime, shares: Sequence[Share]) -> bool:
    """Whether every reader has what was shared, or may no longer have it."""
    table = runtime.store.shares
    found = [table.find(each.id) for each in shares]
    open_ones = [each for each in found if each is not None and each.unshared_at is None]
    return all(reader.fetched_at for share in open_ones for reader in table.readers(share.id))


def _serve(
    runtime: Runtime,
    shares: Sequence[Share],
    ready: Callable[[IrohNode], None],
    screen: AbstractContextManager[Watcher],
) -> bool:
    key = settle_node_key(runtime)
    with serving_lock(runtime.folders.serve_lock) as held:
        if held:
            with screen as watcher:
                try:
                    asyncio.run(_Serving(runtime, watcher, shares, ready).run(key))
                except CannotBind as error:
                    raise IrohUnavailable(reason=str(error)) from error
        return held


@dataclass(frozen=True, slots=True)
class _Serving:
    runtime: Runtime
    watcher: Watcher
    shares: Sequence[Share]
    ready: Callable[[IrohNode], None]

    async def run(self, key: SigningKey) -> None:
        until = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, until.set)
            except NotImplementedError:  # Windows
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(until.set))
        watching = asyncio.create_task(self._set_when_fetched(until)) if self.shares else None
        try:
            await serve(self.runtime, key, self.watcher, until, self.ready)
        finally:
            if watching is not None:
                watching.cancel()

    async def _set_when_fetched(self, until: asyncio.Event) -> None:
        """Looks into the store: another process may take a share back meanwhile."""
        while True:
            if are_fetched(self.runtime, self.shares):
                until.set()
                return
            await asyncio.sleep(LOOK_SECONDS)


@contextlib.contextmanager
def _result_screen(runtime: Runtime) -> Iterator[Watcher]:
    """Where what is fetched is the result of the command."""
    run, names = runtime.run, Names(runtime)
    if run.options.json:
        yield JsonScreen(names, run.json_line)
    elif run.in_terminal:
        with bars_on(run.console) as bars:
            yield HumanScreen(names, lambda line: run.console.print(one_line(line)), bars)
    else:
        yield HumanScreen(names, lambda line: run.console.print(one_line(line)))


@contextlib.contextmanager
def _remark_screen(runtime: Runtime) -> Iterator[Watcher]:
    """Where the result comes at the end, and what is fetched meanwhile is a remark."""
    run, names = runtime.run, Names(runtime)
    if run.options.json or not sys.stderr.isatty():
        yield HumanScreen(names, run.note)
        return
    console = remark_console()
    with bars_on(console) as bars:
        yield HumanScreen(names, lambda line: console.print(one_line(line)), bars)
