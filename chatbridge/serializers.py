"""The shapes of bodies for the OpenAPI description. What is read is verified by kezproto, not by these."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from chatbridge.reasons import Reason
from registry.serializers import SignatureSerializer

Shape = serializers.Serializer[Mapping[str, Any]]


class SessionPayloadSerializer(Shape):
    closed = True
    type = serializers.ChoiceField(["kez.chat.session"])
    version = serializers.IntegerField(min_value=1, max_value=1)
    handle = serializers.RegexField(r"^[a-z0-9][a-z0-9_-]{2,31}$")
    primary = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    server = serializers.CharField()
    challenge = serializers.RegexField(r"^[0-9a-f]{64}$", help_text="From `POST /v1/challenges`.")
    created_at = serializers.DateTimeField(help_text="UTC with `Z`, within 300 s of the server's clock.")


class SessionSerializer(Shape):
    """A signed object of tag `session`."""

    closed = True
    kez = serializers.ChoiceField(["session"])
    payload = SessionPayloadSerializer()
    signature = SignatureSerializer()


class RefusalSerializer(Shape):
    """Why logins of a key at the broker are refused; all null: nothing stands against the next one."""

    reason = serializers.ChoiceField([reason.value for reason in Reason], allow_null=True)
    detail = serializers.CharField(allow_null=True, help_text="The reason as a sentence.")
    at = serializers.DateTimeField(allow_null=True, help_text="When; null: no login was refused yet.")
