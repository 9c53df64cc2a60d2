"""Files that their owner's machine serves by Iroh."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kezclient.file_errors import IrohUnavailable

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.fetching.request import FetchRequest


def fetch_iroh(request: FetchRequest) -> Path:
    """Fetch it from the node that its ticket names; a folder keeps its tree."""
    raise IrohUnavailable(name=request.shared.file.filename)
