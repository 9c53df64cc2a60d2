"""Whether chunks are the file that was announced. Pure: frames in, the sealed bytes or a verdict out."""

from collections.abc import Sequence

from files.models import Attachment
from kezproto.digests import digest_of_parts
from kezproto.errors import Malformed
from kezproto.file_chunks import parse_chunk_frame, sealed_chunk_size


class NotTheFile(Exception):  # noqa: N818 - reads as what it says
    """The chunks are all there and are not the file; `cause` says in what."""

    def __init__(self, cause: Attachment.Cause) -> None:
        super().__init__(cause.value)
        self.cause = cause


def sealed_bytes(attachment: Attachment, frames: Sequence[bytes]) -> bytes:
    """The sealed chunks in order, as they are stored. NotTheFile unless form, sizes and digest are as announced."""
    parts = []
    for index, data in enumerate(frames):
        try:
            frame = parse_chunk_frame(data)
        except Malformed as error:
            raise NotTheFile(Attachment.Cause.BAD_CHUNK) from error
        place = (frame.file_id, frame.index, frame.total, len(frame.sealed))
        if place != (
            attachment.file_id,
            index,
            attachment.chunks,
            sealed_chunk_size(attachment.size, index),
        ):
            raise NotTheFile(Attachment.Cause.BAD_CHUNK)
        parts.append(frame.sealed)
    if digest_of_parts(parts) != attachment.digest:
        raise NotTheFile(Attachment.Cause.DIGEST_MISMATCH)
    return b"".join(parts)
