"""The app of attachments: announced, received in chunks, put together, stored and fetched, all of it sealed."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "files"
    verbose_name = "Files"

    def ready(self) -> None:
        # Loaded late: these modules need the models.
        from files import receivers
        from files.metrics import register_collectors
        from files.readiness import StorageCheck
        from httpapi import readiness

        readiness.register("storage", StorageCheck(), needed_to_start=True)
        register_collectors()
        self.receivers = receivers
