"""The two operations as OpenAPI shows them. The shapes are the protocol's, section 2 and 3."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

HASH = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
PRIMARY = {"type": "string", "pattern": "^ed25519:[0-9a-f]{64}$"}
HEAD: dict[str, Any] = {
    "type": "object",
    "description": "The newest event: its number, and the SHA-256 of its canonical form.",
    "required": ["seq", "hash"],
    "properties": {"seq": {"type": "integer", "minimum": 1}, "hash": HASH},
    "additionalProperties": False,
}
EVENT: dict[str, Any] = {
    "type": "object",
    "description": "A signed object of tag sigchain_event, type kez.sigchain.event v1.",
    "required": ["kez", "payload", "signature"],
    "additionalProperties": False,
    "properties": {
        "kez": {"type": "string", "enum": ["sigchain_event"]},
        "payload": {
            "type": "object",
            "required": ["type", "version", "primary", "seq", "prev", "op", "body", "created_at"],
            "additionalProperties": False,
            "properties": {
                "type": {"type": "string", "enum": ["kez.sigchain.event"]},
                "version": {"type": "integer", "enum": [1]},
                "primary": PRIMARY,
                "seq": {"type": "integer", "minimum": 1},
                "prev": {
                    **HASH,
                    "nullable": True,
                    "description": "null in event 1, else the hash of the one before.",
                },
                "op": {"type": "string", "description": "add_endpoint, …; unknown ones are kept and shown."},
                "body": {
                    "type": "object",
                    "description": "What the operation needs.",
                    "additionalProperties": True,
                },
                "created_at": {"type": "string", "format": "date-time", "description": "UTC with Z."},
            },
        },
        "signature": {
            "type": "object",
            "required": ["alg", "key", "sig"],
            "additionalProperties": False,
            "properties": {
                "alg": {"type": "string", "enum": ["ed25519-sha512-jcs"]},
                "key": PRIMARY,
                "sig": {"type": "string", "pattern": "^[0-9a-f]{128}$"},
            },
        },
    },
}
CHAIN: dict[str, Any] = {
    "type": "object",
    "required": ["primary", "head", "events"],
    "additionalProperties": False,
    "properties": {
        "primary": PRIMARY,
        "head": {**HEAD, "nullable": True},
        "events": {"type": "array", "items": EVENT},
    },
}
PK = OpenApiParameter(
    "pk",
    {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    OpenApiParameter.PATH,
    description="The ed25519 public key, 64 lower-case hex digits.",
)

read_chain = extend_schema(
    operation_id="sigchain_read",
    tags=["sigchain"],
    parameters=[
        PK,
        OpenApiParameter(
            "since",
            {"type": "integer", "minimum": 0, "maximum": 2**53 - 1, "default": 0},
            OpenApiParameter.QUERY,
            description="Give only events with a greater seq.",
        ),
        OpenApiParameter(
            "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="A known ETag."
        ),
        OpenApiParameter(
            "ETag",
            OpenApiTypes.STR,
            OpenApiParameter.HEADER,
            description='The head\'s hash in quotes; `"empty"` before the first event.',
            response=[200, 304],
        ),
    ],
    responses={
        200: OpenApiResponse(CHAIN, description="The chain; an unknown one has `head: null`."),
        304: OpenApiResponse(description="The chain still has that head."),
    },
)
append_event = extend_schema(
    operation_id="sigchain_append",
    tags=["sigchain"],
    parameters=[PK],
    request={"application/json": EVENT},
    responses={
        201: OpenApiResponse(HEAD, description="Stored; this event is the head."),
        200: OpenApiResponse(HEAD, description="The same event was stored before; its place."),
    },
)
