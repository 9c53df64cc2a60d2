"""Which address a request came from, as far as it can be known behind the proxies that the settings name."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

Address = IPv4Address | IPv6Address


def client_address(request: HttpRequest) -> Address | None:
    """The client's address, or None if it cannot be told (a Unix socket, a proxy that writes nonsense).

    KEZ_TRUSTED_PROXIES proxies each append the address of their peer to X-Forwarded-For, so only that many entries,
    counted from the right, are worth anything; whatever is further left was written by the client.
    """
    return address_behind(request.META.get("REMOTE_ADDR") or "", request.META.get("HTTP_X_FORWARDED_FOR", ""))


def address_behind(peer: str, forwarded: str) -> Address | None:
    """The same, from the peer's address and the text of X-Forwarded-For."""
    text = peer
    proxies: int = settings.KEZ_TRUSTED_PROXIES
    if proxies > 0 and forwarded:
        entries = forwarded.split(",")
        text = entries[-min(proxies, len(entries))]
    return _parse(text.strip())


def throttle_bucket(address: Address | None) -> str:
    """The text that requests are counted under: the address, or its /64 for IPv6 (one household, not one machine)."""
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 64), strict=False))
    return str(address)


def network_bucket(address: Address | None) -> str:
    """The text that a whole network is counted under: a /24, or a /48 for IPv6 (what a provider gives one site)."""
    if address is None:
        return "unknown"
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, 48), strict=False))
    return str(IPv4Network((address, 24), strict=False))


@lru_cache(maxsize=1024)
def _parse(text: str) -> Address | None:
    """Address text as proxies write it: plain, `1.2.3.4:5678`, `[::1]` or `[::1]:5678`."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address
