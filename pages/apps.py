from django.apps import AppConfig
from django.core.checks import Tags, register


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from pages.checks import check_packages

        register(check_packages, Tags.staticfiles)
