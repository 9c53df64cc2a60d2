"""Showing who fetches what: lines and bars for people, JSON lines for programs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kezclient.render import short_key
from kezclient.sanitize import one_line
from kezclient.sizes import size_in_words

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console
    from rich.progress import Progress, TaskID

    from kezclient.iroh.transfers import Transfer
    from kezclient.runtime import Runtime
    from kezclient.store.shares import Share
    from kezproto.blob_wire import Status
    from kezproto.keys import Primary


@dataclass(frozen=True, slots=True)
class Names:
    """Names of readers, as this profile knows them."""

    runtime: Runtime

    def of(self, reader: Primary) -> str:
        if reader == self.runtime.profile.primary:
            return "your other device"
        handle = self.runtime.store.shares.all_readers().get(reader)
        return handle.display(self.runtime.profile.own_server) if handle is not None else short_key(reader)


@dataclass(slots=True)
class HumanScreen:
    """`say` prints a line. A folder is one line however many files are in it. `bars` is None where no terminal is."""

    names: Names
    say: Callable[[str], None]
    bars: Progress | None = None
    _tasks: dict[int, TaskID] = field(default_factory=dict)
    _folders: set[tuple[int, Primary]] = field(default_factory=set)

    def began(self, transfer: Transfer) -> None:
        share, reader = transfer.blob.share, self.names.of(transfer.reader)
        way = _way(transfer)
        if self.bars is not None:
            what = one_line(f"{reader}: {_name(transfer)}")
            self._tasks[id(transfer)] = self.bars.add_task(what, total=transfer.size, completed=transfer.done)
        if share.kind == "folder":
            if (share.id, transfer.reader) in self._folders:
                return
            self._folders.add((share.id, transfer.reader))
        self.say(f"→ {reader} fetches {share.name} ({size_in_words(share.size)}, {way}).")

    def moved(self, transfer: Transfer) -> None:
        task = self._tasks.get(id(transfer))
        if self.bars is not None and task is not None:
            self.bars.update(task, completed=transfer.done)

    def ended(self, transfer: Transfer, problem: str | None) -> None:
        task = self._tasks.pop(id(transfer), None)
        if self.bars is not None and task is not None:
            self.bars.remove_task(task)
        name, reader = _name(transfer), self.names.of(transfer.reader)
        rate = f"{size_in_words(int(transfer.rate))} a second, {_way(transfer)}"
        if problem is not None:
            self.say(f"✗ {name} to {reader} broke off at {size_in_words(transfer.done)}: {problem}.")
        elif transfer.blob.share.kind == "file":
            self.say(f"✓ {name} to {reader}: {size_in_words(transfer.sent)} sent, {rate}.")

    def refused(self, node: Primary, reader: Primary | None, status: Status) -> None:
        who = self.names.of(reader) if reader is not None else f"a stranger ({short_key(node)})"
        self.say(f"✗ {who} was refused: {_reason(status)}.")

    def fetched(self, share: Share, reader: Primary) -> None:
        self._folders.discard((share.id, reader))
        self.say(f"✓ {self.names.of(reader)} has all of {share.name}.")


@dataclass(slots=True)
class JsonScreen:
    """`write` takes one document for a line."""

    names: Names
    write: Callable[[dict[str, Any]], None]

    def began(self, transfer: Transfer) -> None:
        self.write({"type": "transfer", "event": "began", **_document(self.names, transfer)})

    def moved(self, transfer: Transfer) -> None:
        """Too often for lines."""

    def ended(self, transfer: Transfer, problem: str | None) -> None:
        event = "sent" if problem is None else "broken"
        document = _document(self.names, transfer)
        self.write({"type": "transfer", "event": event, **document, "problem": problem})

    def refused(self, node: Primary, reader: Primary | None, status: Status) -> None:
        self.write(
            {
                "type": "refused",
                "node": node.hex,
                "reader": self.names.of(reader) if reader is not None else None,
                "code": status.name.lower(),
            }
        )

    def fetched(self, share: Share, reader: Primary) -> None:
        self.write({"type": "fetched", "reader": self.names.of(reader), "id": share.ref, "name": share.name})


def _document(names: Names, transfer: Transfer) -> dict[str, Any]:
    share = transfer.blob.share
    return {
        "reader": names.of(transfer.reader),
        "reader_key": str(transfer.reader),
        "id": share.ref,
        "name": share.name,
        "path": transfer.blob.path or None,
        "size": transfer.size,
        "done": transfer.done,
        "bytes": transfer.sent,
        "seconds": round(transfer.seconds, 3),
        "way": _way(transfer),
    }


def _name(transfer: Transfer) -> str:
    share, path = transfer.blob.share, transfer.blob.path
    return f"{share.name}/{path}" if path else share.name


def _way(transfer: Transfer) -> str:
    return "relayed" if transfer.is_relayed() else "direct"


def _reason(status: Status) -> str:
    return {
        "NOT_YOURS": "that is not shared with them",
        "GONE": "that is no longer shared",
        "BUSY": "they have too many transfers at once",
        "BAD_REQUEST": "the request was none",
    }.get(status.name, status.name.lower())


def bars_on(console: Console) -> Progress:
    """Bars below the lines that are printed on the same console; use it as a context manager."""
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn
    from rich.progress import TransferSpeedColumn as Rate

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        DownloadColumn(binary_units=True),
        Rate(),
        TimeRemainingColumn(),
    )
    return Progress(*columns, console=console, transient=True)
