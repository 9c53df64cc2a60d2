"""A file as its sender has it: sealed, in frames, with the announcement; and what its recipients send to fetch it."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from files.models import Attachment
from files.uploads import Upload
from kezproto.canonical import canonical_bytes
from kezproto.digests import digest_of_parts
from kezproto.file_announcement import file_announcement_payload
from kezproto.file_chunks import access_digest, access_token, chunk_frame, sealed_chunks
from kezproto.keys import SigningKey
from kezproto.payloads import CHUNK_BYTES
from kezproto.signed import sign
from natslink.connection import SupervisedConnection


@dataclass
class SentFile:
    """`data` on its way from the owner of `key`. A new attempt takes new message ids: `again()`."""

    key: SigningKey
    data: bytes
    file_id: str = field(default_factory=lambda: secrets.token_hex(16))
    file_key: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    sealed: list[bytes] = field(init=False)
    ids: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.sealed = list(sealed_chunks(self.data, file_key=self.file_key, file_id=self.file_id))
        self.again()

    def again(self) -> None:
        self.ids = [secrets.token_hex(16) for _ in self.sealed]

    @property
    def chunks(self) -> int:
        return len(self.sealed)

    @property
    def content(self) -> bytes:
        return b"".join(self.sealed)

    @property
    def digest(self) -> str:
        return digest_of_parts(self.sealed)

    @property
    def token(self) -> str:
        return access_token(self.file_key).hex()

    @property
    def bearer(self) -> dict[str, str]:
        """The header that fetches the file."""
        return {"Authorization": f"Bearer {self.token}"}

    @property
    def upload(self) -> Upload:
        return Upload(self.key.primary.hex, self.file_id)

    @property
    def row(self) -> Attachment:
        return Attachment.objects.get(file_id=self.file_id)

    def announcement(
        self, *, signed_by: SigningKey | None = None, at: datetime | None = None, **changes: Any
    ) -> dict[str, Any]:
        """The signed object; `changes` are made before it is signed, also such as `sign` would refuse."""
        signer = signed_by or self.key
        payload = file_announcement_payload(
            primary=signer.primary,
            server=settings.KEZ_CHAT_SERVER,
            file_id=self.file_id,
            size=len(self.data),
            digest=self.digest,
            access=access_digest(bytes.fromhex(self.token)),
            created_at=at or datetime.now(UTC),
        )
        document = sign("file_announcement", payload, signer)
        document["payload"] |= changes
        document["signature"]["sig"] = signer.sign(canonical_bytes(document["payload"])).hex()
        return document

    def frame(self, index: int) -> bytes:
        return chunk_frame(self.file_id, index, self.chunks, self.sealed[index])

    async def publish(
        self, conn: SupervisedConnection, indices: Iterable[int] | None = None, *, flipped: int | None = None
    ) -> None:
        """Store all chunks or some; in the one with the index `flipped`, one bit is wrong."""
        for index in range(self.chunks) if indices is None else indices:
            frame = bytearray(self.frame(index))
            if index == flipped:
                frame[-1] ^= 1
            await conn.publish(self.upload.subject(index), bytes(frame), msg_id=self.ids[index])


def some_bytes(chunks: int) -> bytes:
    """The contents of a file of so many chunks, the last of one byte; the same at every call."""
    return bytes(index % 251 for index in range((chunks - 1) * CHUNK_BYTES + 1))
