"""What the NATS room counts for Prometheus."""

from prometheus_client import Counter, Gauge, Histogram

DECISIONS = Counter(
    "kez_callout_decisions", "Logins decided, by result: allowed, or the code of the refusal.", ["result"]
)
DECISION_SECONDS = Histogram("kez_callout_decision_seconds", "Time from a login request to its answer.")
KICKS = Counter("kez_nats_kicks", "Connections cut, by cause: suspended or flood.", ["cause"])
PURGES = Counter(
    "kez_inbox_purges", "Inboxes purged by the janitor, by cause: read or unknown_key.", ["cause"]
)

WS_SOCKETS = Gauge(
    "kez_ws_sockets",
    "Websockets of this process now: opening until the key was shown, then ready.",
    ["state"],
)
WS_CLOSED = Counter("kez_ws_closed", "Websockets that ended, by code; gone: the client left.", ["code"])
WS_PUBLISHED = Counter(
    "kez_ws_published", "Publishes of browsers, by result: stored, duplicate, or the code.", ["result"]
)
WS_CHUNKS = Counter(
    "kez_ws_chunks", "Chunks of files, by result: stored, duplicate, or the code.", ["result"]
)
WS_FILES = Counter("kez_ws_file_notices", "Notices to browsers about files that they send.")
WS_DELIVERED = Counter("kez_ws_delivered", "Messages handed to browsers.")
WS_ACKED = Counter("kez_ws_acked", "Messages that browsers have stored for good.")
WS_SIGNALS = Counter(
    "kez_ws_signals", "Signals, by what became of them: sent, delivered, dropped.", ["result"]
)
