"""Files for tests of the browser: made here, told apart by their digests."""

import hashlib
import json
import os
import random
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.visitor import Visitor

MIB = 1024 * 1024


def png_of(width: int, height: int, line: Callable[[int], bytes], *, level: int = 6) -> bytes:
    """A picture whose lines have three bytes for each pixel."""
    lines = b"".join(b"\0" + line(y) for y in range(height))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines, level)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in parts
    )


def png(width: int, height: int, *, noise: bool = False, seed: int = 0) -> bytes:
    """Bands of colour, or noise, which does not get smaller."""
    if noise:
        source = random.Random(seed)
        return png_of(width, height, lambda _: source.randbytes(3 * width), level=0)

    def band(y: int) -> bytes:
        return bytes([(y + seed) % 256, (y * 2 // 3 + 90 + seed) % 256, (200 - y // 3) % 256]) * width

    return png_of(width, height, band)


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
