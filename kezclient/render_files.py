"""Files in words: in a conversation, with the command that fetches them, and in the list of `shares`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.config import DEFAULT_PROFILE
from kezclient.files import file_of_message
from kezclient.render import local_time, peer_name
from kezclient.sanitize import one_line
from kezclient.sizes import size_in_words

if TYPE_CHECKING:
    from kezclient.files import SharedFile
    from kezclient.runtime import Runtime
    from kezclient.store.messages import StoredMessage

_STATES = {
    "received": "not fetched",
    "saved": "saved",
    "queued": "waiting",
    "sent": "sent",
    "ready": "ready to be fetched",
    "delivered": "delivered",
    "read": "read",
    "failed": "FAILED",
    "fetched": "fetched",
    "unshared": "no longer shared",
}


@dataclass(frozen=True, slots=True)
class FileWords:
    """For one profile."""

    runtime: Runtime

    def of_message(self, message: StoredMessage) -> str | None:
        """What stands in a conversation for the file of a message; None if it has none that is known here."""
        shared = file_of_message(self.runtime.store, message)
        return self.in_conversation(shared) if shared is not None else None

    def in_conversation(self, shared: SharedFile) -> str:
        """Name, size, and what can be done about it: the exact command."""
        words = f"[file] {one_line(shared.file.filename)}, {size_in_words(shared.file.size)}"
        if shared.direction == "in":
            if shared.saved_to is not None:
                return f"{words}, saved as {one_line(shared.saved_to)}"
            return f"{words}: {self._fetch_command(shared)}"
        if shared.state == "failed" and shared.upload is not None:
            return f"{words}, failed: {one_line(shared.cause or '')} {self._retry_command(shared)}"
        if shared.upload is not None and shared.state != "ready":
            waits = f": {one_line(shared.cause)}" if shared.cause else ""
            return f"{words}, {_STATES[shared.state]}, not ready yet{waits}"
        if shared.state in ("fetched", "unshared"):
            return f"{words}, {_STATES[shared.state]}"
        return words

    def in_list(self, shared: SharedFile) -> str:
        """One line of `shares`."""
        who = peer_name(shared.peer_handle, shared.peer, shared.name_state, self.runtime.profile.own_server)
        if shared.upload is not None and shared.upload.for_list:
            who = "your list"
        arrow = "from" if shared.direction == "in" else "to"
        words = (
            f"{shared.short_ref}  {local_time(shared.at)}  {arrow} {one_line(who)}  {one_line(shared.file.filename)}"
            f"  {size_in_words(shared.file.size)}  {_STATES[shared.state]}"
        )
        if shared.cause:
            words += f": {one_line(shared.cause)}"
        return f"{words}  {one_line(shared.saved_to)}" if shared.saved_to else words

    def _fetch_command(self, shared: SharedFile) -> str:
        whose = ""
        if shared.peer_handle is not None and shared.name_state == "pinned":
            whose = f" {shared.peer_handle.display(self.runtime.profile.own_server)}"
        return f"{self._program} fetch{whose} {shared.short_ref}"

    def _retry_command(self, shared: SharedFile) -> str:
        return f"{self._program} shares --retry {shared.short_ref}"

    @property
    def _program(self) -> str:
        name = self.runtime.profile.name
        return "kez-chat" if name == DEFAULT_PROFILE else f"kez-chat --profile {name}"
