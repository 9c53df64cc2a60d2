"""Who may open a socket: pages of this server, and programs that are no browser."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host


def may_connect(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether these headers of a handshake come from our own page, or from a program without an Origin.

    A program needs no browser's leave and carries no cookies of people; the challenge asks it for its key anyway.
    """
    origins = [value.decode("latin-1") for name, value in headers if name == b"origin"]
    hosts = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(hosts) != 1 or len(origins) > 1:
        return False
    host = hosts[0].lower()
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    return not origins or _is_ours(origins[0].lower(), host)


def _is_ours(origin: str, host: str) -> bool:
    public = urlsplit(settings.KEZ_CHAT_PUBLIC_URL.lower())
    if origin == f"{public.scheme}://{public.netloc}":
        return True
    # The page came from the very host that it connects to. The scheme may differ behind a proxy that ends TLS.
    return origin in (f"http://{host}", f"https://{host}")
