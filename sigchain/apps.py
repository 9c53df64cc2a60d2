"""The sigchain room: append-only chains of signed events, one for each key."""

from django.apps import AppConfig


class SigchainConfig(AppConfig):
    """Knows primaries only: no handles, no other room's tables."""

    name = "sigchain"
    verbose_name = "Sigchain"
