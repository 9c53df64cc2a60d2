"""Who may ask about a file: whoever sends the token that belongs to its key. Never logged, never stored."""

import re

from files import errors
from files.models import Attachment
from kezproto.file_chunks import token_fits

_BEARER = re.compile(r"[Bb]earer +([0-9a-f]{64})")


def bearer_token(authorization: str) -> bytes:
    """The 32 bytes of an Authorization header's value; TokenMissing if it has no such token."""
    match = _BEARER.fullmatch(authorization.strip())
    if match is None:
        raise errors.TokenMissing
    return bytes.fromhex(match[1])


def check_token(token: bytes, attachment: Attachment) -> None:
    """TokenWrong unless this is the token whose digest was announced; takes equally long for every wrong one."""
    if not token_fits(token, attachment.access):
        raise errors.TokenWrong
