"""Archives sealed in the age format (age-encryption.org/v1) by pyrage: readable with the program `age` as well.

A server needs only the public half of the key: what it has sealed it cannot open. pyrage pulls what it seals and
pushes what it opens, so a pipe and a thread stand between; nothing is held in memory or put on the disk in clear.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyrage

from backups.errors import ArchiveRefused

_MAGIC = b"age-encryption.org/"
_FAULTS = (OSError, ValueError, pyrage.DecryptError, pyrage.EncryptError)


def make_key() -> tuple[str, str]:
    """A new key: its public half (`age1…`), and the text of its file."""
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    return public, f"# public key: {public}\n{identity}\n"


def read_recipients(texts: Sequence[str]) -> list[Any]:
    """Public keys from their texts. Raises ValueError with the one that is none."""
    recipients = []
    for text in texts:
        try:
            recipients.append(pyrage.x25519.Recipient.from_str(text.strip()))
        except pyrage.RecipientError as error:
            raise ValueError(text) from error
    return recipients


def read_identities(file: Path) -> list[Any]:
    """The keys of a key file. Raises OSError, and ValueError if there is none in it."""
    lines = [line.strip() for line in file.read_text(errors="replace").splitlines()]
    try:
        keys = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except pyrage.IdentityError as error:
        raise ValueError(str(file)) from error
    if not keys:
        raise ValueError(str(file))
    return keys


class _Thread(threading.Thread):
    """Work beside us whose failure is ours."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.failure: Exception | None = None

    def run(self) -> None:
        try:
            self._work()
        except _FAULTS as error:
            self.failure = error


@contextmanager
def sealing(target: IO[bytes], recipients: Sequence[Any]) -> Iterator[IO[bytes]]:
    """What is written to the stream ends up in `target`, sealed if there are recipients. Raises OSError."""
    if not recipients:
        yield target
        return
    read_end, write_end = os.pipe()

    def seal() -> None:
        with os.fdopen(read_end, "rb") as clear:
            pyrage.encrypt_io(clear, target, list(recipients))

    thread = _Thread(seal)
    thread.start()
    try:
        with os.fdopen(write_end, "wb") as stream:
            yield stream
    except BrokenPipeError:
        thread.join()
        if thread.failure is None:
            raise
    thread.join()
    if thread.failure is not None:
        raise OSError(f"sealing failed: {thread.failure}") from thread.failure


@contextmanager
def opening(file: Path, identities: Sequence[Any]) -> Iterator[IO[bytes]]:
    """The bytes of an archive, opened if it is sealed; read them to the end. Raises OSError, ArchiveRefused."""
    with file.open("rb") as raw:
        sealed = raw.read(len(_MAGIC)) == _MAGIC
        raw.seek(0)
        if not sealed:
            yield raw
            return
        if not identities:
            raise ArchiveRefused("The archive is sealed: name the file of its key with --identity.")
        yield from _opened(raw, identities)


def _opened(raw: IO[bytes], identities: Sequence[Any]) -> Iterator[IO[bytes]]:
    read_end, write_end = os.pipe()

    def unseal() -> None:
        with os.fdopen(write_end, "wb") as clear:
            pyrage.decrypt_io(raw, clear, list(identities))

    thread = _Thread(unseal)
    thread.start()
    failed: Exception | None = None
    with os.fdopen(read_end, "rb") as stream:
        try:
            yield stream
        except ArchiveRefused as error:
            failed = error
    thread.join()
    # Whoever stops reading early breaks the pipe: that is no failure of the seal.
    if thread.failure is not None and not isinstance(thread.failure, BrokenPipeError):
        raise ArchiveRefused(_why(thread.failure)) from thread.failure
    if failed is not None:
        raise failed


def _why(failure: Exception) -> str:
    if "matching keys" in str(failure).lower():
        return "The archive is sealed for another key than the one of --identity."
    return "The archive is damaged: its seal does not hold. Nothing of it can be relied on."
