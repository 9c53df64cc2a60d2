"""Sealed chunks on this machine's disk, until the server has them: to go on needs neither the original nor its key.

One file for each upload, the chunks one after the other. What lies there is sealed and safe to lose: the upload fails
visibly then.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kezclient.config import create_private, sync_folder
from kezclient.errors import LocalDataFault
from kezproto.digests import digest_of_parts
from kezproto.file_announcement import chunk_count
from kezproto.file_chunks import MAX_SEALED_CHUNK_BYTES, sealed_chunk_size


@dataclass(frozen=True, slots=True)
class Spool:
    """`folder` is made when it is first needed."""

    folder: Path

    def path_of(self, file_id: str) -> Path:
        return self.folder / file_id

    def write(self, file_id: str, chunks: Iterable[bytes]) -> None:
        """Keep these chunks; they survive a power cut when this returns."""
        try:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            self.remove(file_id)
            create_private(self.path_of(file_id), b"".join(chunks))
            sync_folder(self.folder)
        except OSError as error:
            raise LocalDataFault(path=str(self.folder), reason=error.strerror or str(error)) from error

    def read(self, file_id: str, size: int, index: int) -> bytes | None:
        """The sealed chunk `index` of a file of `size` bytes; None if it is not all there."""
        try:
            with self.path_of(file_id).open("rb") as stream:
                stream.seek(index * MAX_SEALED_CHUNK_BYTES)
                chunk = stream.read(sealed_chunk_size(size, index))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise LocalDataFault(
                path=str(self.path_of(file_id)), reason=error.strerror or str(error)
            ) from error
        return chunk if len(chunk) == sealed_chunk_size(size, index) else None

    def holds(self, file_id: str, size: int, digest: str) -> bool:
        """Whether the sealed chunks are all there and what they were."""
        chunks = [self.read(file_id, size, index) for index in range(chunk_count(size))]
        return all(chunks) and digest_of_parts(chunk or b"" for chunk in chunks) == digest

    def remove(self, file_id: str) -> None:
        self.path_of(file_id).unlink(missing_ok=True)

    def sweep(self, needed: set[str], *, older_than: float) -> None:
        """Remove what no upload needs: a crash between writing and remembering leaves such files.

        `older_than` is a moment as in `time.time()`: another process may be about to remember a younger one.
        """
        for path in self._paths():
            try:
                if path.name not in needed and path.stat().st_mtime < older_than:
                    path.unlink()
            except OSError:
                continue

    def _paths(self) -> Iterator[Path]:
        if self.folder.is_dir():
            with os.scandir(self.folder) as entries:
                yield from [Path(entry.path) for entry in entries]
