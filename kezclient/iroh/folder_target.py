"""A folder on its way from somebody's node: it grows under another name, and takes its own when all of it is there."""

from __future__ import annotations

import asyncio
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from kezclient.config import sync_folder
from kezclient.errors import FileExists
from kezclient.fetching.part_file import PartFile
from kezclient.fetching.safe_names import safe_place
from kezclient.file_errors import BadDestination
from kezclient.iroh.faults import Lied
from kezclient.iroh.fetching import Wanted, nothing
from kezclient.iroh.file_target import FileTarget
from kezproto.blob_folder import MAX_LISTING_BYTES, FolderListing, folder_file_key, parse_listing
from kezproto.digests import DIGEST_PREFIX
from kezproto.errors import ProtocolError

if TYPE_CHECKING:
    from kezclient.iroh.fetching import BlobFetcher
    from kezproto.tickets import Ticket

AT_ONCE = 4


@dataclass(slots=True)
class FolderTarget:
    """`size` is what the message says of all files together. `renamed` counts names that were not safe here."""

    destination: Path
    ref: str
    ticket: Ticket
    size: int
    on_progress: Callable[[int], None] = nothing
    renamed: int = 0
    _listing: FolderListing | None = None
    _done: set[int] = field(default_factory=set)
    _bytes: dict[int, int] = field(default_factory=dict)
    _total: int = 0

    @property
    def growing(self) -> Path:
        return self.destination.with_name(f"{self.destination.name}.{self.ref[:8]}.part")

    async def fetch(self, fetcher: BlobFetcher) -> Path:
        """What is missing of it; the folder is there at the end. Errors as `BlobFetcher`, and BadDestination."""
        if self._listing is None:
            self._listing = await self._fetch_listing(fetcher)
            self._lay_out(self._listing)
        waiting = iter([n for n in range(len(self._listing.files)) if n not in self._done])
        workers = [asyncio.create_task(self._work(fetcher, self._listing, waiting)) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*workers)
        finally:
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*workers, return_exceptions=True)
        return await asyncio.to_thread(self._take_name)

    async def _fetch_listing(self, fetcher: BlobFetcher) -> FolderListing:
        data = bytearray()
        wanted = Wanted(self.ticket.content, self.ticket.key, MAX_LISTING_BYTES, exactly=False)
        await fetcher.receive(wanted, 0, data.extend)
        try:
            listing = parse_listing(bytes(data))
        except ProtocolError as error:
            raise Lied(f"the listing of the folder is refused: {error}") from error
        if listing.size != self.size:
            raise Lied(f"its files have {listing.size} bytes, not {self.size}")
        return listing

    async def _work(self, fetcher: BlobFetcher, listing: FolderListing, waiting: Iterator[int]) -> None:
        for number in waiting:
            file = listing.files[number]
            wanted = Wanted(file.content, folder_file_key(self.ticket.key, number), file.size)
            place = self._place(file.path)
            with PartFile(place, file.content.removeprefix(DIGEST_PREFIX), force=False) as part:
                await FileTarget(part, wanted, partial(self._note, number)).fetch(fetcher)
            self._done.add(number)

    def _lay_out(self, listing: FolderListing) -> None:
        """Make the folders, and find what an earlier try has brought: a file has its name only when it is whole."""
        places: dict[Path, str] = {}
        try:
            _own_folder(self.growing)
            for path in (*(each.path for each in listing.files), *listing.folders):
                place = self._place(path)
                if place in places:
                    raise BadDestination(
                        path=str(place), reason=f'"{places[place]}" and "{path}" would be one file here'
                    )
                places[place] = path
                self.renamed += place != self.growing / path
                folder = place if path in listing.folders else place.parent
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for number, file in enumerate(listing.files):
                with suppress(FileNotFoundError):
                    found = self._place(file.path).lstat()
                    if not stat.S_ISREG(found.st_mode) or found.st_size != file.size:
                        raise BadDestination(
                            path=str(self.growing), reason="something else lies in it; remove it"
                        )
                    self._done.add(number)
                    self._note(number, file.size)
        except OSError as error:
            raise BadDestination(path=str(self.growing), reason=error.strerror or str(error)) from error

    def _note(self, number: int, size: int) -> None:
        self._total += size - self._bytes.get(number, 0)
        self._bytes[number] = size
        self.on_progress(self._total)

    def _place(self, path: str) -> Path:
        place = self.growing
        for component in PurePosixPath(path).parts:
            place = safe_place(place, component)
        return place

    def _take_name(self) -> Path:
        try:
            for place, _folders, _names in os.walk(self.growing):
                sync_folder(Path(place))
            if os.path.lexists(self.destination):
                raise FileExists(path=str(self.destination))
            self.growing.rename(self.destination)
            sync_folder(self.destination.parent)
        except OSError as error:
            raise BadDestination(path=str(self.destination), reason=error.strerror or str(error)) from error
        return self.destination


def _own_folder(path: Path) -> None:
    """Make it, or take the one from before. In a folder that others may write to, the name could lead elsewhere."""
    with suppress(FileExistsError):
        path.mkdir(mode=0o700)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or (hasattr(os, "geteuid") and found.st_uid != os.geteuid()):
        raise BadDestination(path=str(path), reason="something else lies there; remove it")
