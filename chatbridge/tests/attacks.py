"""The table of forbidden things: what mallory, registered and logged in, tries on the broker against alice.

`{me}`, `{my}` are mallory's primary and consumer, `{her}`, `{hers}` alice's, `{token}` the token of alice's connection,
`{her_chunk}` a chunk of a file that alice is uploading.
"""

from dataclasses import dataclass

HER_CHUNK = "kez.files.{her}.00000000000000000000000000000000.0"

# Every subject of the JetStream API of nats-server 2.15 (ADR-1, and server/jetstream_api.go).
API = [
    "INFO",
    "STREAM.CREATE.KEZ_INBOX",
    "STREAM.CREATE.MALLORY",
    "STREAM.UPDATE.KEZ_INBOX",
    "STREAM.NAMES",
    "STREAM.LIST",
    "STREAM.INFO.KEZ_INBOX",
    "STREAM.DELETE.KEZ_INBOX",
    "STREAM.PURGE.KEZ_INBOX",
    "STREAM.SNAPSHOT.KEZ_INBOX",
    "STREAM.RESTORE.KEZ_INBOX",
    "STREAM.MSG.GET.KEZ_INBOX",
    "STREAM.MSG.DELETE.KEZ_INBOX",
    "STREAM.PEER.REMOVE.KEZ_INBOX",
    "STREAM.LEADER.STEPDOWN.KEZ_INBOX",
    "STREAM.TEMPLATE.CREATE.KEZ_INBOX",
    "DIRECT.GET.KEZ_INBOX",
    "DIRECT.GET.KEZ_INBOX.kez.inbox.{her}",
    "CONSUMER.CREATE.KEZ_INBOX",
    "CONSUMER.CREATE.KEZ_INBOX.mallory",
    "CONSUMER.CREATE.KEZ_INBOX.{my}",
    "CONSUMER.CREATE.KEZ_INBOX.{my}.kez.inbox.{me}",
    "CONSUMER.CREATE.KEZ_INBOX.{my}.kez.inbox.{her}",
    "CONSUMER.CREATE.KEZ_INBOX.{hers}.kez.inbox.{her}",
    "CONSUMER.DURABLE.CREATE.KEZ_INBOX.{my}",
    "CONSUMER.DURABLE.CREATE.KEZ_INBOX.{hers}",
    "CONSUMER.NAMES.KEZ_INBOX",
    "CONSUMER.LIST.KEZ_INBOX",
    "CONSUMER.INFO.KEZ_INBOX.{hers}",
    "CONSUMER.INFO.KEZ_INBOX.*",
    "CONSUMER.DELETE.KEZ_INBOX.{hers}",
    "CONSUMER.DELETE.KEZ_INBOX.{my}",
    "CONSUMER.PAUSE.KEZ_INBOX.{hers}",
    "CONSUMER.RESET.KEZ_INBOX.{hers}",
    "CONSUMER.RESET.KEZ_INBOX.{my}",
    "CONSUMER.UNPIN.KEZ_INBOX.{hers}",
    "CONSUMER.LEADER.STEPDOWN.KEZ_INBOX.{hers}",
    "CONSUMER.MSG.NEXT.KEZ_INBOX.{hers}",
    "CONSUMER.MSG.NEXT.KEZ_INBOX.*",
    "CONSUMER.MSG.NEXT.KEZ_INBOX.>",
    "META.LEADER.STEPDOWN",
    "SERVER.REMOVE",
    "SERVER.STREAM.MOVE.KEZ_INBOX",
    "SERVER.STREAM.CANCEL_MOVE.KEZ_INBOX",
    "ACCOUNT.PURGE.KEZ",
    "ACCOUNT.STREAM.MOVE.KEZ.KEZ_INBOX",
    "ACCOUNT.STREAM.CANCEL_MOVE.KEZ.KEZ_INBOX",
]

# The same for the stream of chunks, `ingest` being its consumer; nothing of it is exported but the publishing.
API_OF_FILES = [
    "STREAM.CREATE.KEZ_FILES",
    "STREAM.UPDATE.KEZ_FILES",
    "STREAM.INFO.KEZ_FILES",
    "STREAM.DELETE.KEZ_FILES",
    "STREAM.PURGE.KEZ_FILES",
    "STREAM.SNAPSHOT.KEZ_FILES",
    "STREAM.RESTORE.KEZ_FILES",
    "STREAM.MSG.GET.KEZ_FILES",
    "STREAM.MSG.DELETE.KEZ_FILES",
    "STREAM.PEER.REMOVE.KEZ_FILES",
    "STREAM.LEADER.STEPDOWN.KEZ_FILES",
    "STREAM.TEMPLATE.CREATE.KEZ_FILES",
    "DIRECT.GET.KEZ_FILES",
    "DIRECT.GET.KEZ_FILES.{her_chunk}",
    "CONSUMER.CREATE.KEZ_FILES",
    "CONSUMER.CREATE.KEZ_FILES.mallory.{her_chunk}",
    "CONSUMER.CREATE.KEZ_FILES.ingest",
    "CONSUMER.DURABLE.CREATE.KEZ_FILES.ingest",
    "CONSUMER.NAMES.KEZ_FILES",
    "CONSUMER.LIST.KEZ_FILES",
    "CONSUMER.INFO.KEZ_FILES.ingest",
    "CONSUMER.DELETE.KEZ_FILES.ingest",
    "CONSUMER.PAUSE.KEZ_FILES.ingest",
    "CONSUMER.RESET.KEZ_FILES.ingest",
    "CONSUMER.UNPIN.KEZ_FILES.ingest",
    "CONSUMER.LEADER.STEPDOWN.KEZ_FILES.ingest",
    "CONSUMER.MSG.NEXT.KEZ_FILES.ingest",
    "SERVER.STREAM.MOVE.KEZ_FILES",
    "SERVER.STREAM.CANCEL_MOVE.KEZ_FILES",
    "ACCOUNT.STREAM.MOVE.KEZ.KEZ_FILES",
    "ACCOUNT.STREAM.CANCEL_MOVE.KEZ.KEZ_FILES",
]

OTHER_SUBJECTS = [
    "$JS.API.CONSUMER.MSG.NEXT.KEZ_INBOX.{my}",  # without the prefix of the import
    "$JS.ACK.KEZ_INBOX.{hers}.1.1.1.0.0",
    "$JS.ACK.KEZ_INBOX.>",
    "$JS.ACK.KEZ_INBOX.*.1.1.1.0.0",
    "$JS.FC.KEZ_INBOX.{hers}",
    "$JS.EVENT.ADVISORY.CONSUMER.DELETED.KEZ_INBOX.{hers}",
    "{her_chunk}",
    "$JS.ACK.KEZ_FILES.ingest.1.1.1.0.0",
    "$JS.FC.KEZ_FILES.ingest",
    "kez.files.{me}.0",
    "kez.files.{me}.0.0.0",
    "kez.files.*.0.0",
    "kez.files",
    "kez.inbox",
    "kez.inbox.{her}.more",
    "kez.signal.{her}.more",
    "kez.callout.ping",
    "_INBOX_{token}.x",
    "_INBOX.x",
    "_R_.x",
    "$SYS.REQ.USER.AUTH",
    "$SYS.REQ.USER.INFO",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.SERVER.PING.CONNZ",
    "$SYS.REQ.ACCOUNT.PING.CONNZ",
    "$SYS.REQ.ACCOUNT.KEZ.CONNZ",
    "$SYS.REQ.ACCOUNT.KEZ.JSZ",
    "$SYS.ACCOUNT.KEZ.CONNECT",
    "$NRG.x",
    "mallory.was.here",
]

PUBLISH = [
    *(f"{prefix}.{name}" for prefix in ("$JS.API", "KEZ.API") for name in API + API_OF_FILES),
    *OTHER_SUBJECTS,
]

SUBSCRIBE = [
    ">",
    "*",
    "*.>",
    "kez.>",
    "kez.inbox.*",
    "kez.inbox.{her}",
    "kez.inbox.{me}",
    "kez.signal.*",
    "kez.signal.{her}",
    "kez.files.>",
    "{her_chunk}",
    "kez.callout.>",
    "KEZ.API.>",
    "$JS.>",
    "$JS.ACK.>",
    "$JS.API.>",
    "$JS.EVENT.>",
    "$SYS.>",
    "$SYS.REQ.USER.AUTH",
    "$SYS.ACCOUNT.*.CONNECT",
    "_INBOX.>",
    "_INBOX_*.>",
    "_INBOX_{token}.>",
    "_R_.>",
    "_R_.*.*",
]

# What mallory may publish to with a reply subject of her choice; each makes the broker answer or deliver there.
TRIGGERS = {
    "next": ("KEZ.API.CONSUMER.MSG.NEXT.KEZ_INBOX.{my}", b'{"batch":1}'),
    "info": ("KEZ.API.CONSUMER.INFO.KEZ_INBOX.{my}", b""),
    "publish": ("kez.inbox.{me}", b"{}"),
    "chunk": ("kez.files.{me}.0.0", b"{}"),
    "ack-next": ("$JS.ACK.KEZ_INBOX.{my}.1.1.1.0.0", b"+NXT"),
}
REPLIES = [
    "$JS.API.CONSUMER.RESET.KEZ_INBOX.{hers}",
    "$JS.API.CONSUMER.MSG.NEXT.KEZ_INBOX.{hers}",
    "$JS.API.CONSUMER.DELETE.KEZ_INBOX.{hers}",
    "$JS.API.CONSUMER.PAUSE.KEZ_INBOX.{hers}",
    "$JS.API.CONSUMER.UNPIN.KEZ_INBOX.{hers}",
    "$JS.API.STREAM.PURGE.KEZ_INBOX",
    "$JS.API.STREAM.DELETE.KEZ_INBOX",
    "$JS.API.STREAM.PURGE.KEZ_FILES",
    "$JS.API.STREAM.DELETE.KEZ_FILES",
    "$JS.API.DIRECT.GET.KEZ_FILES.{her_chunk}",
    "$JS.API.CONSUMER.RESET.KEZ_FILES.ingest",
    "$JS.API.CONSUMER.DELETE.KEZ_FILES.ingest",
    "$JS.API.CONSUMER.MSG.NEXT.KEZ_FILES.ingest",
    "$JS.ACK.KEZ_FILES.ingest.1.1.1.0.0",
    "{her_chunk}",
    "KEZ.API.CONSUMER.MSG.NEXT.KEZ_INBOX.{hers}",
    "KEZ.API.CONSUMER.INFO.KEZ_INBOX.{hers}",
    "$JS.ACK.KEZ_INBOX.{hers}.1.1.1.0.0",
    "$SYS.REQ.SERVER.PING",
    "$SYS.REQ.USER.AUTH",
]

# Headers with which a publish can do more than publish. Each wherever mallory may publish.
HEADER_TARGETS = ["kez.inbox.{her}", "kez.files.{me}.0.0"]
HEADERS = [
    {"Nats-Rollup": "sub"},
    {"Nats-Rollup": "all"},
    {"Nats-TTL": "1s"},
    {"Nats-Incr": "+1"},
    {"Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1"},
    {"Nats-Schedule": "@at 2009-11-10T23:00:00Z", "Nats-Schedule-Target": "kez.inbox.{her}"},
    {"Nats-Schedule": "@at 2009-11-10T23:00:00Z", "Nats-Schedule-Target": "{her_chunk}"},
    {"Nats-Stream-Source": "KEZ_FILES 1"},
]


@dataclass(frozen=True)
class Names:
    """Fills the table's names in."""

    me: str
    my: str
    her: str
    hers: str
    token: str

    def fill(self, text: str) -> str:
        text = text.replace("{her_chunk}", HER_CHUNK)
        for name in ("me", "my", "hers", "her", "token"):
            text = text.replace("{" + name + "}", getattr(self, name))
        return text
