"""The shapes of bodies for the OpenAPI description. What is read is verified by kezproto, not by these."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from kezproto.payloads import MAX_REPORT_TEXT_BYTES, MAX_REPORTED_MESSAGES, REPORT_CATEGORIES
from registry.serializers import SignatureSerializer
from reports.models import Report

Shape = serializers.Serializer[Mapping[str, Any]]


class ReportPayloadSerializer(Shape):
    closed = True
    type = serializers.ChoiceField(["kez.chat.report"])
    version = serializers.IntegerField(min_value=1, max_value=1)
    report_id = serializers.RegexField(r"^[0-9a-f]{32}$", help_text="Drawn at random by the client.")
    handle = serializers.RegexField(r"^[a-z0-9][a-z0-9_-]{2,31}$", help_text="The reporter's.")
    primary = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    server = serializers.CharField()
    reported = serializers.RegexField(r"^[a-z0-9][a-z0-9_-]{2,31}$")
    reported_primary = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    category = serializers.ChoiceField(REPORT_CATEGORIES)
    text = serializers.CharField(allow_blank=True, max_length=MAX_REPORT_TEXT_BYTES)
    messages = serializers.ListField(
        child=serializers.DictField(),
        max_length=MAX_REPORTED_MESSAGES,
        help_text="Signed `message` objects that the reported key sent to the reporter.",
    )
    created_at = serializers.DateTimeField(help_text="UTC with `Z`, within 300 s of the server's clock.")


class ReportSerializer(Shape):
    """A signed object of tag `report`."""

    closed = True
    kez = serializers.ChoiceField(["report"])
    payload = ReportPayloadSerializer()
    signature = SignatureSerializer()


class ReportStateSerializer(Shape):
    """What became of a report."""

    report_id = serializers.CharField()
    reported = serializers.CharField()
    category = serializers.ChoiceField(REPORT_CATEGORIES)
    messages = serializers.IntegerField(help_text="How many messages were opened.")
    state = serializers.ChoiceField([state.value for state in Report.State])
    outcome = serializers.CharField(allow_null=True, help_text="The operators' answer, once it is closed.")
    created_at = serializers.DateTimeField()
    changed_at = serializers.DateTimeField()


class ReportsSerializer(Shape):
    reports = ReportStateSerializer(many=True)
