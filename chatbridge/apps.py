"""The app of everything NATS: callout, streams, devices, janitor, kicks."""

from django.apps import AppConfig


class ChatbridgeConfig(AppConfig):
    name = "chatbridge"
    verbose_name = "NATS"

    def ready(self) -> None:
        # Loaded late: these modules need the models.
        from chatbridge import receivers
        from chatbridge.readiness import check_callout, check_jetstream
        from httpapi import readiness

        readiness.register("jetstream", check_jetstream, needed_to_start=True)
        readiness.register("callout", check_callout, needed_to_start=False)
        self.receivers = receivers
