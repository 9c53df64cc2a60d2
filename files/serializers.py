"""The shapes of bodies for the OpenAPI description. What is read is verified by kezproto, not by these."""

from rest_framework import serializers

from files.models import Attachment
from kezproto.payloads import MAX_ATTACHMENT_BYTES, MAX_CHUNKS, MAX_SHARED_ENTRIES
from registry.serializers import Shape, SignatureSerializer

FILE_ID = r"^[0-9a-f]{32}$"
DIGEST = r"^blake3:[0-9a-f]{64}$"


class AnnouncementPayloadSerializer(Shape):
    closed = True
    type = serializers.ChoiceField(["kez.chat.file_announcement"])
    version = serializers.IntegerField(min_value=1, max_value=1)
    primary = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    server = serializers.CharField()
    file_id = serializers.RegexField(FILE_ID)
    chunks = serializers.IntegerField(min_value=1, max_value=MAX_CHUNKS)
    size = serializers.IntegerField(min_value=1, max_value=MAX_ATTACHMENT_BYTES, help_text="Before sealing.")
    digest = serializers.RegexField(DIGEST, help_text="Over the sealed chunks, in order.")
    access = serializers.RegexField(DIGEST, help_text="Of the token that fetches the file.")
    created_at = serializers.DateTimeField(help_text="UTC with `Z`, within 300 s of the server's clock.")


class AnnouncementSerializer(Shape):
    """A signed object of tag `file_announcement`."""

    closed = True
    kez = serializers.ChoiceField(["file_announcement"])
    payload = AnnouncementPayloadSerializer()
    signature = SignatureSerializer()


class FileStatusSerializer(Shape):
    """How far a file has come."""

    file_id = serializers.RegexField(FILE_ID)
    state = serializers.ChoiceField(Attachment.State.values)
    size = serializers.IntegerField()
    chunks = serializers.IntegerField()
    received = serializers.IntegerField(help_text="Chunks that have arrived.")
    missing = serializers.ListField(
        child=serializers.IntegerField(), help_text="Those that have not; empty unless pending."
    )
    cause = serializers.CharField(allow_null=True, help_text="Why the upload failed, in a sentence.")
    cause_code = serializers.ChoiceField(Attachment.Cause.values, allow_null=True)
    announced_at = serializers.DateTimeField()
    ready_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True, help_text="Null unless ready.")


class SharedFilesPayloadSerializer(Shape):
    closed = True
    type = serializers.ChoiceField(["kez.chat.shared_files"])
    version = serializers.IntegerField(min_value=1, max_value=1)
    primary = serializers.RegexField(r"^ed25519:[0-9a-f]{64}$")
    version_no = serializers.IntegerField(min_value=1, help_text="Grows with each list.")
    entries = serializers.ListField(
        child=serializers.RegexField(r"^[A-Za-z0-9_-]+$"),
        max_length=MAX_SHARED_ENTRIES,
        help_text="base64url without padding: each sealed for one reader, in random order.",
    )
    created_at = serializers.DateTimeField(help_text="UTC with `Z`.")


class SharedFilesSerializer(Shape):
    """A signed object of tag `shared_files`, up to 2 MiB."""

    closed = True
    kez = serializers.ChoiceField(["shared_files"])
    payload = SharedFilesPayloadSerializer()
    signature = SignatureSerializer()


class CommitmentSerializer(Shape):
    """What a sigchain says of a list, and the list's number."""

    manifest = serializers.RegexField(DIGEST)
    size = serializers.IntegerField()
    version_no = serializers.IntegerField()
