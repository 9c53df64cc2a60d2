"""One upload on the broker: whose, and of which file."""

from typing import NamedTuple

from kezproto.keys import Primary
from kezproto.subjects import chunk_subject, chunk_subjects


class Upload(NamedTuple):
    """A file id belongs to an upload only together with its sender: two senders may use the same one."""

    uploader_hex: str
    file_id: str

    def subject(self, index: int) -> str:
        """Where chunk `index` lies."""
        return chunk_subject(Primary.from_hex(self.uploader_hex), self.file_id, index)

    @property
    def subjects(self) -> str:
        """A filter for all its chunks."""
        return chunk_subjects(Primary.from_hex(self.uploader_hex), self.file_id)
