"""The registry: who holds which name, who may register, what operators do, and what is told of it."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RegistryConfig(AppConfig):
    name = "registry"
    verbose_name = "Registry"

    def ready(self) -> None:
        from httpapi import readiness
        from registry import alerts, triggers
        from registry.approvals import waiting_alert
        from registry.metrics import register_collectors
        from registry.transparency import check_key

        post_migrate.connect(triggers.after_migrate, sender=self, dispatch_uid="registry guards its logs")
        register_collectors()
        alerts.register_kind("approval", waiting_alert)
        readiness.register("transparency", check_key, needed_to_start=True)
