"""The operators' site: who gets in, who may do what, and its pages over all rooms."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.db.models.signals import post_migrate


class DeskConfig(admin_apps.AdminConfig):
    """Django's admin with our site as its site."""

    default = False

    default_site = "console.site.Desk"


class ConsoleConfig(AppConfig):
    name = "console"
    verbose_name = "Operators"

    def ready(self) -> None:
        from console import log_in, metrics, roles, task_figures

        metrics.register_collectors()
        task_figures.connect()
        post_migrate.connect(roles.sync_roles, sender=self, dispatch_uid="console makes the roles")
        log_in.connect()
