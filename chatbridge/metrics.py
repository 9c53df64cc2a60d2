"""What the NATS room counts for Prometheus."""

from prometheus_client import Counter, Histogram

DECISIONS = Counter(
    "kez_callout_decisions", "Logins decided, by result: allowed, or the code of the refusal.", ["result"]
)
DECISION_SECONDS = Histogram("kez_callout_decision_seconds", "Time from a login request to its answer.")
KICKS = Counter("kez_nats_kicks", "Connections cut, by cause: suspended or flood.", ["cause"])
PURGES = Counter(
    "kez_inbox_purges", "Inboxes purged by the janitor, by cause: read or unknown_key.", ["cause"]
)
