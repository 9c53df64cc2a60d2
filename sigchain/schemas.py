"""The two operations as OpenAPI shows them.

The serializers are descriptions only: what comes in is read by `kezproto`, what goes out is what was stored.
"""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

KEY_HEX = r"^[0-9a-f]{64}$"
PRIMARY = r"^ed25519:[0-9a-f]{64}$"
HASH = r"^sha256:[0-9a-f]{64}$"


class HeadSerializer(serializers.Serializer[Any]):
    """A place in a chain: the event's number, and the SHA-256 of its canonical form (RFC 8785)."""

    seq = serializers.IntegerField(min_value=1)
    hash = serializers.RegexField(HASH)


class SigchainPayloadSerializer(serializers.Serializer[Any]):
    """What is signed."""

    type = serializers.RegexField(r"^kez\.sigchain\.event$")
    version = serializers.IntegerField(min_value=1, max_value=1)
    primary = serializers.RegexField(PRIMARY)
    seq = serializers.IntegerField(min_value=1, max_value=2**53 - 1)
    prev = serializers.RegexField(
        HASH, allow_null=True, help_text="The hash of the event before; null in event 1."
    )
    op = serializers.RegexField(r"^[a-z][a-z0-9_]{0,63}$", help_text="Unknown operations are kept and shown.")
    body = serializers.DictField(help_text="What the operation needs.")
    created_at = serializers.DateTimeField(
        help_text="UTC with Z; within 300 s of the server's clock when posted."
    )


class SigchainSignatureSerializer(serializers.Serializer[Any]):
    """Ed25519 over the canonical form (RFC 8785) of the payload."""

    alg = serializers.RegexField(r"^ed25519-sha512-jcs$")
    key = serializers.RegexField(PRIMARY, help_text="The same key as payload.primary.")
    sig = serializers.RegexField(r"^[0-9a-f]{128}$")


class SigchainEventSerializer(serializers.Serializer[Any]):
    """A signed object with the tag `sigchain_event`."""

    kez = serializers.RegexField(r"^sigchain_event$")
    payload = SigchainPayloadSerializer()
    signature = SigchainSignatureSerializer()


class SigchainSerializer(serializers.Serializer[Any]):
    """A chain, or the part of it that was asked for. `head` is always the whole chain's; null before event 1."""

    primary = serializers.RegexField(PRIMARY)
    head = HeadSerializer(allow_null=True)
    events = SigchainEventSerializer(many=True)


KEY = OpenApiParameter(
    "primary",
    {"type": "string", "pattern": KEY_HEX},
    OpenApiParameter.PATH,
    description="The ed25519 public key, 64 lower-case hex digits.",
)
SINCE = OpenApiParameter(
    "since",
    {"type": "integer", "minimum": 0, "maximum": 2**53 - 1, "default": 0},
    OpenApiParameter.QUERY,
    description="Give only events with a greater seq.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="An ETag from before."
)
ETAG = OpenApiParameter(
    "ETag",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description='The head\'s hash in quotes; `"empty"` before the first event.',
    response=[200, 304],
)

read_chain = extend_schema(
    operation_id="sigchain_read",
    tags=["sigchain"],
    parameters=[KEY, SINCE, IF_NONE_MATCH, ETAG],
    responses={
        200: OpenApiResponse(
            SigchainSerializer, description="The chain; a key that never posted has an empty one."
        ),
        304: OpenApiResponse(description="The chain still has that head."),
    },
)
append_event = extend_schema(
    operation_id="sigchain_append",
    tags=["sigchain"],
    parameters=[KEY],
    request={"application/json": SigchainEventSerializer},
    responses={
        201: OpenApiResponse(HeadSerializer, description="Stored: the event is now the head."),
        200: OpenApiResponse(HeadSerializer, description="The same event was stored before; its place."),
    },
)
