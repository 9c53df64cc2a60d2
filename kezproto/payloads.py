"""The field tables: what each type and version of signed payload holds. Payloads are closed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kezproto import fields
from kezproto.errors import Malformed, WrongTag, WrongType
from kezproto.fields import Check, check_fields

MAX_SHARED_ENTRIES = 1000
MAX_SHARED_ENTRY_BYTES = 1536
MAX_SHARED_FILES_BYTES = 2 * 1024 * 1024
CHUNK_BYTES = 81920
MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024
MAX_CHUNKS = MAX_ATTACHMENT_BYTES // CHUNK_BYTES

MAX_REPORTED_MESSAGES = 20
MAX_REPORT_BYTES = 512 * 1024
MAX_REPORT_TEXT_BYTES = 4000
REPORT_CATEGORIES = ("spam", "harassment", "impersonation", "illegal", "other")


@dataclass(frozen=True, slots=True)
class PayloadSpec:
    """One tag with its payload type and version; `signer` names the field that holds the signing key."""

    tag: str
    type: str
    version: int
    signer: str
    fields: Mapping[str, Check]

    def check(self, payload: Any) -> None:
        """Type and version first (WrongType), then the closed table of fields."""
        if not isinstance(payload, Mapping):
            raise Malformed("payload must be a JSON object.")
        found = (payload.get("type"), payload.get("version"))
        if found != (self.type, self.version) or isinstance(found[1], bool):
            raise WrongType(f"A payload of type {self.type}, version {self.version}, was expected.")
        table = {"type": fields.anything, "version": fields.anything, **self.fields}
        check_fields(payload, table, what="payload", optional=frozenset())


# The grammar of a handle is looked at after the signature, with a code of its own (bad_handle).
_name = fields.text(1, 320)

_chain_reference = {"seq": fields.integer(0), "head": fields.nullable(fields.sha256)}


def _chain(value: Any) -> None:
    check_fields(value, _chain_reference, what="chain", optional=frozenset())
    if (value["seq"] == 0) != (value["head"] is None):
        raise Malformed("head is null exactly where seq is 0.")


HANDLE_REGISTRATION = PayloadSpec(
    tag="handle_registration",
    type="kez.chat.handle_registration",
    version=1,
    signer="primary",
    fields={
        "handle": _name,
        "primary": fields.primary,
        "server": _name,
        "created_at": fields.timestamp,
    },
)
SIGCHAIN_EVENT = PayloadSpec(
    tag="sigchain_event",
    type="kez.sigchain.event",
    version=1,
    signer="primary",
    fields={
        "primary": fields.primary,
        "seq": fields.integer(1),
        "prev": fields.nullable(fields.sha256),
        "op": fields.pattern(r"[a-z][a-z0-9_]{0,63}", "the name of an operation"),
        "body": fields.json_object,
        "created_at": fields.timestamp,
    },
)
SESSION = PayloadSpec(
    tag="session",
    type="kez.chat.session",
    version=1,
    signer="primary",
    fields={
        "handle": _name,
        "primary": fields.primary,
        "server": _name,
        "challenge": fields.hex_digits(64),
        "created_at": fields.timestamp,
    },
)
FILE_ANNOUNCEMENT = PayloadSpec(
    tag="file_announcement",
    type="kez.chat.file_announcement",
    version=1,
    signer="primary",
    fields={
        "primary": fields.primary,
        "server": _name,
        "file_id": fields.hex_digits(32),
        "chunks": fields.integer(1, MAX_CHUNKS),
        "size": fields.integer(1, MAX_ATTACHMENT_BYTES),
        "digest": fields.blake3,
        "access": fields.blake3,
        "created_at": fields.timestamp,
    },
)
SHARED_FILES = PayloadSpec(
    tag="shared_files",
    type="kez.chat.shared_files",
    version=1,
    signer="primary",
    fields={
        "primary": fields.primary,
        "version_no": fields.integer(1),
        # HPKE's enc and tag take 48 bytes of every entry.
        "entries": fields.list_of(
            fields.base64url_data(minimum=49, maximum=MAX_SHARED_ENTRY_BYTES),
            minimum=0,
            maximum=MAX_SHARED_ENTRIES,
        ),
        "created_at": fields.timestamp,
    },
)
MESSAGE = PayloadSpec(
    tag="message",
    type="kez.chat.message",
    version=2,
    signer="from",
    fields={
        "id": fields.uuid7,
        "from": fields.primary,
        "from_handle": _name,
        "to": fields.primary,
        "device": fields.hex_digits(16),
        "seq": fields.integer(1),
        "prev": fields.nullable(fields.sha256),
        "chain": _chain,
        "created_at": fields.timestamp,
        "body": fields.json_object,
    },
)
SIGNAL = PayloadSpec(
    tag="signal",
    type="kez.chat.signal",
    version=1,
    signer="from",
    fields={
        "from": fields.primary,
        "to": fields.primary,
        "kind": fields.one_of("typing", "online"),
        "created_at": fields.timestamp,
    },
)


def _messages(value: Any) -> None:
    if not isinstance(value, list) or len(value) > MAX_REPORTED_MESSAGES:
        raise Malformed(f"must be a list of at most {MAX_REPORTED_MESSAGES} messages.")
    for item in value:
        fields.json_object(item)


REPORT = PayloadSpec(
    tag="report",
    type="kez.chat.report",
    version=1,
    signer="primary",
    fields={
        "report_id": fields.hex_digits(32),
        "handle": _name,
        "primary": fields.primary,
        "server": _name,
        "reported": _name,
        "reported_primary": fields.primary,
        "category": fields.one_of(*REPORT_CATEGORIES),
        "text": fields.text(0, MAX_REPORT_TEXT_BYTES),
        "messages": _messages,
        "created_at": fields.timestamp,
    },
)
TRANSPARENCY_HEAD = PayloadSpec(
    tag="transparency_head",
    type="kez.chat.transparency_head",
    version=1,
    signer="key",
    fields={
        "server": _name,
        "key": fields.primary,
        "seq": fields.integer(0),
        "head": fields.nullable(fields.sha256),
        "created_at": fields.timestamp,
    },
)

SPECS = (
    HANDLE_REGISTRATION,
    SIGCHAIN_EVENT,
    SESSION,
    FILE_ANNOUNCEMENT,
    SHARED_FILES,
    MESSAGE,
    SIGNAL,
    REPORT,
    TRANSPARENCY_HEAD,
)


def spec_for_tag(tag: str) -> PayloadSpec:
    """The newest table for a tag. WrongTag if there is none."""
    for spec in SPECS:
        if spec.tag == tag:
            return spec
    raise WrongTag(f"There is no signed object with the tag {tag[:64]!r}.")


def spec_for(tag: str, type: str, version: int) -> PayloadSpec:
    """The table for exactly this tag, type and version. WrongTag or WrongType if there is none."""
    spec = spec_for_tag(tag)
    if (spec.type, spec.version) != (type, version):
        raise WrongType
    return spec
