"""Reads the body of a public object: media type first (415), then size (413), then strict JSON (400)."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.parsers import BaseParser

from httpapi.problems import Malformed, TooLarge
from kezproto.canonical import parse_json

MAX_BODY_BYTES = 65536


class SignedObjectParser(BaseParser):
    """`application/json` under the strict rules of the protocol: no duplicate keys, floats or lone surrogates.

    The result is an *unverified* JSON value; only `kezproto`'s verify functions turn it into something to act on.
    A view that takes smaller bodies names its own limit as `max_body_bytes`.
    """

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = getattr((parser_context or {}).get("view"), "max_body_bytes", MAX_BODY_BYTES)
        body = read_limited(stream, limit)
        if not body:
            raise Malformed("The request has no body.")
        return parse_json(body, max_bytes=limit)


def read_limited(stream: IO[bytes], limit: int) -> bytes:
    """The whole stream, or TooLarge (413) after reading at most `limit` + 1 bytes of it."""
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise TooLarge(f"The body is larger than {limit} bytes.")
    return body
