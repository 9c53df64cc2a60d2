from django.apps import AppConfig
from django.core.checks import Tags, register


class PagesConfig(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from pages.checks import check_collected, check_packages

        register(check_packages, Tags.staticfiles)
        register(check_collected, "pages")  # not a check of static files, or collectstatic would ask for it
