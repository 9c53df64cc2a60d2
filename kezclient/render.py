"""What people see: lines of plain text with a little colour. All text of others passes `sanitize` first."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from kezclient.sanitize import neutralise, one_line
from kezproto.bodies import FILE, TEXT
from kezproto.handles import Handle, find_mentions

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from kezclient.files import SharedFile
    from kezclient.receipts import ReceiptNews
    from kezclient.store.messages import StoredMessage, Unopened
    from kezproto.keys import Primary

EXCERPT = 60

_STATES = {
    "queued": ("waiting", "yellow"),
    "sent": ("sent", "dim"),
    "delivered": ("delivered", "green"),
    "read": ("read", "green"),
    "failed": ("failed", "red"),
}


def local_time(moment: datetime) -> str:
    """In the time zone of this machine, to the minute."""
    return moment.astimezone().strftime("%Y-%m-%d %H:%M")


def short_key(primary: Primary) -> str:
    return f"ed25519:{primary.hex[:12]}…"


def peer_name(handle: Handle | None, primary: Primary, name_state: str, own_server: str) -> str:
    """The handle where it is known to belong to the key; else the key first, and the name only as a claim."""
    if handle is None:
        return short_key(primary)
    shown = handle.display(own_server)
    if name_state == "pinned":
        return shown
    if name_state == "unchecked":
        return f"{shown} (name not checked yet)"
    return f"{short_key(primary)} (unverified name: {shown})"


class MessagePrinter:
    """Prints messages and placeholders of one profile.

    On a terminal the text has a column of its own: however long it is, it never reaches the columns for time and
    name, so it cannot pass for another message. Elsewhere further lines of a message are indented.
    """

    def __init__(
        self,
        console: Console,
        own_server: str,
        *,
        in_terminal: bool,
        describe_file: Callable[[StoredMessage], str | None] = lambda _message: None,
    ) -> None:
        """`describe_file` says what stands for the file of a message, None if it has none that is known here."""
        self._describe_file = describe_file
        self._console = console
        self._own_server = own_server
        self._in_terminal = in_terminal

    def message(self, message: StoredMessage) -> None:
        name = peer_name(message.peer_handle, message.peer, message.name_state, self._own_server)
        style = "bold" if message.name_state == "pinned" else "bold yellow"
        who = Text(f"you → {name}" if message.direction == "out" else name, style=style)
        what = self.text_of(message)
        if message.direction == "out":
            word, colour = _STATES[message.state]
            what.append(f"  ({word}{': ' + one_line(message.cause) if message.cause else ''})", style=colour)
        self._line(message.created_at, who, what)
        for notice in message.notices:
            self._line(
                message.created_at, Text("!", style="yellow"), Text(one_line(notice.text), style="yellow")
            )

    def upload(self, shared: SharedFile, text: str) -> None:
        """A file whose message is not made yet: it still waits, or it failed."""
        name = peer_name(shared.peer_handle, shared.peer, shared.name_state, self._own_server)
        style = "red" if shared.state == "failed" else "yellow"
        self._line(shared.at, Text(f"you → {name}", style="bold"), Text(text, style=style))

    def unopened(self, unopened: Unopened) -> None:
        what = Text(
            f"A message could not be opened: {one_line(unopened.cause)} ({unopened.code})", style="yellow"
        )
        self._line(unopened.stored_at, Text("?", style="yellow"), what)

    def receipt(self, news: ReceiptNews, name: str, text: str) -> None:
        """`text` is what the message said."""
        verb = "has read" if news.status == "read" else "has received"
        shown = one_line(text)
        if len(shown) > EXCERPT:
            shown = f"{shown[: EXCERPT - 1]}…"
        self._console.print(Text(f"✓ {name} {verb}: {shown}", style="dim"))

    def text_of(self, message: StoredMessage) -> Text:
        """The text with its mentions marked, or what stands in for a body that cannot be shown."""
        if message.body_type == TEXT:
            return highlighted(message.text, self._own_server)
        file = self._describe_file(message) if message.body_type == FILE else None
        if file is not None:
            return Text(file)
        return Text(f"[a newer client is needed to show this: {one_line(message.body_type)}]", style="italic")

    def _line(self, moment: datetime, who: Text, what: Text) -> None:
        time = Text(local_time(moment), style="dim")
        if self._in_terminal:
            grid = Table.grid(padding=(0, 1))
            grid.add_column(no_wrap=True)
            grid.add_column(overflow="fold", max_width=max(self._console.width // 3, 12))
            grid.add_column(overflow="fold")
            grid.add_row(time, Text.assemble(who, ":"), what)
            self._console.print(grid, soft_wrap=False)
            return
        lines = what.split("\n", allow_blank=True)
        self._console.print(Text.assemble(time, "  ", who, ": ", lines[0]))
        for line in lines[1:]:
            self._console.print(Text.assemble("    ", line))


def highlighted(text: str, own_server: str) -> Text:
    """Safe text; mentions are found in what was written, and marked in what is shown."""
    result = Text()
    position = 0
    for mention in find_mentions(text, own_server=own_server):
        result.append(neutralise(text[position : mention.start]))
        result.append(neutralise(text[mention.start : mention.end]), style="bold cyan")
        position = mention.end
    result.append(neutralise(text[position:]))
    return result
