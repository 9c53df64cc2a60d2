"""Files for tests of the browser: made here, told apart by their digests."""

import hashlib
import json
import os
import random
import struct
import zlib
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

MIB = 1024 * 1024


def png(width: int, height: int, *, noise: bool = False, seed: int = 0) -> bytes:
    """A picture: bands of colour, or noise, which does not get smaller."""
    bytes_of = random.Random(seed).randbytes if noise else _bands(seed)
    lines = b"".join(b"\0" + bytes_of(3 * width) for _ in range(height))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines, 0 if noise else 6)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def _bands(seed: int):
    row = iter(range(1_000_000))

    def line(length: int) -> bytes:
        at = next(row)
        colour = bytes([(at + seed) % 256, (at * 2 // 3 + 90 + seed) % 256, (200 - at // 3) % 256])
        return colour * (length // 3)

    return line


def random_file(path: Path, size: int) -> Path:
    path.write_bytes(os.urandom(size))
    return path


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def attach(person: Visitor, *files: Path) -> None:
    """Picks files with the paperclip and sends them; returns when they are stored."""
    person.page.locator("[data-part='picker']").set_input_files([str(file) for file in files])
    tray = person.page.get_by_role("list", name="Files to send")
    expect(tray.get_by_role("listitem")).to_have_count(len(files))
    person.page.get_by_role("button", name="Send", exact=True).click()
    expect(tray).to_be_hidden(timeout=120_000)


def file_row(person: Visitor, name: str) -> Locator:
    """The newest row of the open conversation with a file of this name."""
    # The attribute's value is compared as it is, whatever is in it.
    named = person.page.locator(f".file[data-name={json.dumps(name)}]")
    return person.page.locator("li.message").filter(has=named).last


def save(person: Visitor, name: str, to: Path) -> Path:
    """Saves a file by the menu of its row."""
    row = file_row(person, name)
    row.hover()
    row.get_by_role("button", name="More for this message").click()
    with person.page.expect_download() as found:
        person.page.get_by_role("menuitem", name="Save file").click()
    found.value.save_as(to)
    assert found.value.suggested_filename == name
    return to
