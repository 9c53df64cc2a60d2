"""A single file on its way from somebody's node, across as many connections as it takes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kezclient.iroh.fetching import nothing
from kezproto.blobs import BLOB_CHUNK_BYTES

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.fetching.part_file import PartFile
    from kezclient.iroh.fetching import BlobFetcher, Wanted


@dataclass(slots=True)
class FileTarget:
    """`part` is open. What was written and compared is remembered here; in a new process it is compared once more.

    `on_progress` is called with the number of bytes that are there.
    """

    part: PartFile
    wanted: Wanted
    on_progress: Callable[[int], None] = nothing
    _whole: int | None = None

    async def fetch(self, fetcher: BlobFetcher) -> Path:
        """Go on after the last whole chunk; the file is there at the end. Errors as `BlobFetcher`."""
        if self._whole is None:
            self._whole = await fetcher.whole_chunks(self.wanted, self.part.path, self.part.size)
        position = min(self._whole * BLOB_CHUNK_BYTES, self.wanted.size)
        self.part.start_at(position)
        self.on_progress(position)

        def on_chunk(size: int) -> None:
            nonlocal position
            position += size
            self.on_progress(position)

        await fetcher.receive(self.wanted, self._whole, self._write, on_chunk)
        return await asyncio.to_thread(self.part.finish)

    def _write(self, data: memoryview) -> None:
        self.part.write_pages(data)
        self._whole = (self._whole or 0) + 1
