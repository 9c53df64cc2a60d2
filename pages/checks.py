"""What has to be there before pages are served."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error

from pages.collecting import mark_of
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


def check_collected(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """With KEZ_STATIC_ROOT the files of this very release are collected there, all of them."""
    if not settings.STATIC_ROOT or mark_of(settings.STATIC_ROOT).exists():
        return []
    return [
        Error(
            f"KEZ_STATIC_ROOT does not hold the static files of this release ({settings.KEZ_WEB_DIGEST}).",
            hint="run `manage.py collectstatic --noinput` with the same KEZ_STATIC_ROOT, or unset it",
            id="pages.E002",
        )
    ]
