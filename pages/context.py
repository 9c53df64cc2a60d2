"""What every template of a page may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from kezproto.version import VERSION
from pages.import_map import import_map


def server(request: HttpRequest) -> dict[str, Any]:
    """The server's names and addresses, and the import map; only public things: pages carry them all."""
    return {
        "server": settings.KEZ_CHAT_SERVER,
        "public_url": settings.KEZ_CHAT_PUBLIC_URL,
        "sigchain_url": settings.KEZ_CHAT_SIG_SERVER_URL,
        "registration": settings.KEZ_REGISTRATION,
        "version": VERSION,
        "static_url": settings.STATIC_URL,
        "import_map": import_map(),
    }
