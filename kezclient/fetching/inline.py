"""Files that came inside their message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.fetching.part_file import PartFile
from kezclient.file_errors import FileChanged
from kezproto.digests import digest_of

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.fetching.request import FetchRequest


def fetch_inline(request: FetchRequest) -> Path:
    """Write it; no network is needed."""
    file = request.shared.file
    data = file.data or b""
    if digest_of(data) != file.digest:
        raise FileChanged(name=file.filename, reason="its digest is another one.")
    with PartFile(request.destination, request.shared.ref, force=request.force) as part:
        part.start_at(0)
        part.write(data)
        return part.finish()
