"""The registry: handles, reservations, look-up, WebFinger, login challenges, moderation and its audit trail."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "Registry"

    def ready(self) -> None:
        from registry.metrics import register_collectors

        register_collectors()
