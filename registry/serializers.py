"""The shapes of bodies for the OpenAPI description. What is read is verified by kezproto, not by these."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from registry.gates import MODES
from registry.registration_state import STATES

Shape = serializers.Serializer[Mapping[str, Any]]


class EndpointSerializer(Shape):
    protocol = serializers.ChoiceField(["nats"])
    url = serializers.CharField(help_text="Where clients connect: `nats://` or `ws://`.")
    inbox = serializers.CharField(help_text="The subject to publish sealed envelopes to.")


class HandleSerializer(Shape):
    """A registered handle."""

    handle = serializers.CharField(help_text="The local part, as in `chris`.")
    fqhn = serializers.CharField(help_text="The fully qualified name, as in `chris@kez.lat`.")
    primary = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    sigchain_url = serializers.CharField()
    registered_at = serializers.DateTimeField()
    endpoints = EndpointSerializer(many=True)


class SignatureSerializer(Shape):
    closed = True
    alg = serializers.ChoiceField(["ed25519-sha512-jcs"])
    key = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    sig = serializers.RegexField(r"^[0-9a-f]{128}$", help_text="Ed25519 over the RFC 8785 form of `payload`.")


class RegistrationPayloadSerializer(Shape):
    closed = True
    type = serializers.ChoiceField(["kez.chat.handle_registration"])
    version = serializers.IntegerField(min_value=1, max_value=1)
    handle = serializers.RegexField(r"^[a-z0-9][a-z0-9_-]{2,31}$")
    primary = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    server = serializers.CharField()
    created_at = serializers.DateTimeField(help_text="UTC with `Z`, within 300 s of the server's clock.")


class RegistrationSerializer(Shape):
    """A signed object of tag `handle_registration`."""

    closed = True
    kez = serializers.ChoiceField(["handle_registration"])
    payload = RegistrationPayloadSerializer()
    signature = SignatureSerializer()


class ProofOfWorkSerializer(Shape):
    """What is to be solved, see docs/protocol."""

    challenge = serializers.CharField()
    bits = serializers.IntegerField(min_value=1, max_value=40)
    expires_at = serializers.DateTimeField()


class RegistrationRulesSerializer(Shape):
    """How handles are given out here at present."""

    server = serializers.CharField(help_text="The name behind the `@` of this server's handles.")
    mode = serializers.ChoiceField(MODES)
    proof_of_work = ProofOfWorkSerializer(allow_null=True, help_text="Null: none is asked for at present.")
    invite_good = serializers.BooleanField(allow_null=True, help_text="Null: no invite was sent along.")


class RegistrationStateSerializer(Shape):
    """What became of a key's registration."""

    state = serializers.ChoiceField(STATES)
    handle = serializers.CharField(allow_null=True)
    fqhn = serializers.CharField(allow_null=True)
    asked_at = serializers.DateTimeField(allow_null=True, help_text="When operators were asked.")
    decided_at = serializers.DateTimeField(allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="Why the operators declined.")


class TransparencyHeadPayloadSerializer(Shape):
    closed = True
    type = serializers.ChoiceField(["kez.chat.transparency_head"])
    version = serializers.IntegerField(min_value=1, max_value=1)
    server = serializers.CharField()
    key = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$", help_text="The server's.")
    seq = serializers.IntegerField(min_value=0, help_text="How many entries there are.")
    head = serializers.RegexField(
        r"^sha256:[0-9a-f]{64}$", allow_null=True, help_text="Hash of the last one."
    )
    created_at = serializers.DateTimeField()


class TransparencyHeadSerializer(Shape):
    """A signed object of tag `transparency_head`."""

    closed = True
    kez = serializers.ChoiceField(["transparency_head"])
    payload = TransparencyHeadPayloadSerializer()
    signature = SignatureSerializer()


class TransparencyEntrySerializer(Shape):
    """What operators did, at which moment; its hash is the next entry's `prev`."""

    seq = serializers.IntegerField(min_value=1)
    at = serializers.DateTimeField()
    action = serializers.CharField(
        help_text="`suspended`, `reinstated`, `released`, `reserved`, `unreserved`."
    )
    handle = serializers.CharField(allow_null=True, help_text="Null where names are nobody's business.")
    count = serializers.IntegerField(min_value=0, help_text="How many names it was done to.")
    prev = serializers.RegexField(r"^sha256:[0-9a-f]{64}$", allow_null=True)


class TransparencySerializer(Shape):
    head = TransparencyHeadSerializer()
    entries = TransparencyEntrySerializer(many=True)
    more = serializers.BooleanField(help_text="There are further entries: ask again with the last `seq`.")


class TransparencyKeySerializer(Shape):
    server = serializers.CharField()
    key = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    log = serializers.CharField(help_text="Where the log is read.")


class ChallengeRequestSerializer(Shape):
    closed = True
    primary = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")


class ChallengeSerializer(Shape):
    challenge = serializers.RegexField(r"^[0-9a-f]{64}$")
    expires_at = serializers.DateTimeField()


class LinkSerializer(Shape):
    rel = serializers.CharField()
    type = serializers.CharField(required=False)
    href = serializers.CharField()
    properties = serializers.DictField(child=serializers.CharField(), required=False)


@extend_schema_serializer(component_name="WebFinger")
class WebFingerSerializer(Shape):
    """A JSON resource descriptor (RFC 7033)."""

    subject = serializers.CharField()
    aliases = serializers.ListField(child=serializers.CharField())
    properties = serializers.DictField(child=serializers.CharField())
    links = LinkSerializer(many=True)
