"""Somebody who publishes from a terminal, and lists that the command makes no use of yet."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import keyring

from kezclient.invocation import GlobalOptions, Invocation
from kezclient.publishing.collection import Published
from kezclient.publishing.own_list import OwnList
from kezclient.runtime import Runtime
from kezclient.tests.keyring_in_file import KeyringInFile
from kezclient.tests.machine import Machine
from kezproto.bodies import iroh_file_body
from kezproto.keys import SigningKey
from kezproto.tickets import Ticket
from tests.browser.engine_page import aside
from tests.browser.files import png, random_file

CONTENT = "blake3:" + "c0" * 32


def change_list(machine: Machine, change: Callable[[Sequence[Published]], list[Published]]) -> None:
    """Makes the next list of whoever has this machine, commits it and hands it in."""
    before = keyring.get_keyring()
    keyring.set_keyring(KeyringInFile())
    try:
        with mock.patch.dict(os.environ, machine.environment, clear=True):
            with Runtime(Invocation(GlobalOptions(json=True))) as runtime:
                OwnList(runtime).change(change)
    finally:
        keyring.set_keyring(before)


def publish_all_kinds(machine: Machine, reader: str, folder: Path) -> dict[str, Path]:
    """For `reader`: a picture with a small one of it and a note, a text, one that has expired, and one over Iroh."""
    files = {
        "lisbon.png": folder / "lisbon.png",
        "small.png": folder / "small.png",
        "notes.txt": random_file(folder / "notes.txt", 100_000),
        "old.zip": random_file(folder / "old.zip", 10),
    }
    files["lisbon.png"].write_bytes(png(300, 300, noise=True))
    files["small.png"].write_bytes(png(64, 64))
    aside(lambda: machine.look("publish", *map(str, files.values()), "--to", reader))
    now = datetime.now(UTC)

    def change(before: Sequence[Published]) -> list[Published]:
        by_name = {each.file.filename: each for each in before}
        small, picture, old = by_name.pop("small.png"), by_name.pop("lisbon.png"), by_name.pop("old.zip")
        film = Published(film_body(), picture.readers, now - timedelta(days=2))
        return [
            replace(picture, thumbnail=small.body, note="Us, in front of the tram 😂"),
            replace(old, expires_at=now - timedelta(days=1), added_at=now - timedelta(days=31)),
            film,
            *by_name.values(),
        ]

    aside(lambda: change_list(machine, change))
    return files


def film_body() -> dict[str, object]:
    ticket = Ticket(SigningKey(bytes(32)).primary, CONTENT, bytes(range(32)))
    return iroh_file_body(
        filename="the whole film.mkv",
        mime="video/x-matroska",
        size=5_000_000_000,
        content=CONTENT,
        ticket=ticket.encode(),
    )
