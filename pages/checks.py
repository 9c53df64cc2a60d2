"""What has to be there before pages are served."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from pages.packages import PACKAGES


def check_packages(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Every package that pages import lies in node_modules."""
    missing = [package.name for package in PACKAGES if not package.source(settings.BASE_DIR).is_dir()]
    if not missing:
        return []
    return [
        Error(
            f"Modules that the web pages import are missing: {', '.join(missing)}.",
            hint="`make run` brings them; by hand: npm ci --omit=dev",
            id="pages.E001",
        )
    ]
