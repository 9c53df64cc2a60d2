"""The app of backups: one archive with databases, streams and files of a live server, and the way back."""

from django.apps import AppConfig


class BackupsConfig(AppConfig):
    name = "backups"
    verbose_name = "Backups"

    def ready(self) -> None:
        from backups.metrics import register_collectors

        register_collectors()
