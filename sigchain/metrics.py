"""What the sigchain counts."""

from prometheus_client import Counter

APPENDS = Counter(
    "kez_sigchain_appends",
    "Events posted, by result: appended, repeated, or the code of the refusal.",
    ["result"],
)
