"""A folder that is to be shared: what lies in it, and what cannot travel."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

from kezclient.file_errors import FileUnreadable
from kezproto.blob_folder import MAX_FOLDER_ENTRIES, folder_path
from kezproto.errors import Malformed


@dataclass(frozen=True, slots=True)
class FoundFile:
    """`relative` is written with `/`, whatever the system."""

    relative: str
    path: Path
    size: int


@dataclass(frozen=True, slots=True)
class FolderScan:
    """Files in the order of a listing. `empty`: folders in which nothing lies. `left_out`: symbolic links, devices and
    the like, which do not travel."""

    root: Path
    files: tuple[FoundFile, ...]
    empty: tuple[str, ...]
    left_out: tuple[str, ...]

    @property
    def size(self) -> int:
        return sum(each.size for each in self.files)


def scan_folder(root: Path) -> FolderScan:
    """Look at everything below the folder, without following links. FileUnreadable for what can be neither read nor
    named in a listing."""
    files: list[FoundFile] = []
    empty: list[str] = []
    left_out: list[str] = []
    for place, folders, names in os.walk(root, onerror=_refuse, followlinks=False):
        here = Path(place)
        links = [name for name in folders if (here / name).is_symlink()]
        folders[:] = [name for name in folders if name not in links]
        for name in names:
            found = here / name
            status = found.lstat()
            if stat.S_ISREG(status.st_mode):
                files.append(FoundFile(_relative(root, found), found, status.st_size))
            else:
                left_out.append(str(found.relative_to(root)))
        left_out += [str((here / name).relative_to(root)) for name in links]
        if not folders and not names and not links and here != root:
            empty.append(_relative(root, here))
        if len(files) + len(empty) > MAX_FOLDER_ENTRIES:
            raise FileUnreadable(
                path=str(root),
                reason=f"it holds more than {MAX_FOLDER_ENTRIES:,} files. Pack it into one file and share that.",
            )
    files.sort(key=lambda each: each.relative.encode())
    empty.sort(key=str.encode)
    return FolderScan(root, tuple(files), tuple(empty), tuple(left_out))


def _relative(root: Path, path: Path) -> str:
    relative = path.relative_to(root).as_posix()
    try:
        folder_path(relative)
    except Malformed as error:
        raise FileUnreadable(path=str(path), reason=f"its name cannot travel: it {error}") from error
    return relative


def _refuse(error: OSError) -> None:
    raise FileUnreadable(path=str(error.filename), reason=error.strerror or str(error)) from error
