import pytest
from django.test import RequestFactory

from httpapi.addresses import client_address, throttle_bucket


def seen(peer: str | None, forwarded: str | None = None) -> str:
    request = RequestFactory().get("/")
    request.META["REMOTE_ADDR"] = peer
    if forwarded is not None:
        request.META["HTTP_X_FORWARDED_FOR"] = forwarded
    return str(client_address(request))


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        (0, "192.0.2.1", None, "192.0.2.1"),
        (0, "192.0.2.1", "198.51.100.7", "192.0.2.1"),
        (1, "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1", "203.0.113.66, 198.51.100.7", "198.51.100.7"),
        (2, "10.0.0.1", "203.0.113.66, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, "10.0.0.1", "198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1", None, "10.0.0.1"),
        (1, "10.0.0.1", "198.51.100.7:51000", "198.51.100.7"),
        (1, "10.0.0.1", "[2001:db8::7]:51000", "2001:db8::7"),
        (1, "10.0.0.1", "2001:db8::7", "2001:db8::7"),
        (1, "10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "10.0.0.1", "fe80::1%eth0", "fe80::1"),
        (1, "10.0.0.1", "unknown", "None"),
        (1, "10.0.0.1", "198.51.100.7, ", "None"),
        (0, None, None, "None"),
        (0, "", None, "None"),
    ],
)
def test_only_what_trusted_proxies_wrote_counts(settings, proxies, peer, forwarded, address):
    settings.KEZ_TRUSTED_PROXIES = proxies
    assert seen(peer, forwarded) == address


@pytest.mark.parametrize(
    ("peer", "bucket"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("", "unknown"),
    ],
)
def test_ipv6_counts_by_its_64(peer, bucket):
    request = RequestFactory().get("/", REMOTE_ADDR=peer)
    assert throttle_bucket(client_address(request)) == bucket
