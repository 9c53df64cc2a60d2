from ipaddress import ip_network

import pytest
from django.test import AsyncClient

from httpapi.tests.shapes import assert_problem

pytestmark = pytest.mark.django_db


def samples(client, name: str) -> list[str]:
    text = client.get("/metrics").content.decode()
    return [line for line in text.splitlines() if line.startswith(name)]


def test_requests_are_counted_by_route_method_and_status(client):
    client.get("/v1/healthz")
    line = 'kez_http_requests_total{method="GET",route="healthz",status="200"}'
    (before,) = samples(client, line)
    client.get("/v1/healthz")
    (after,) = samples(client, line)
    assert float(after.split()[-1]) == float(before.split()[-1]) + 1
    assert samples(client, 'kez_http_request_seconds_bucket{le="0.1",method="GET",route="healthz"}')


async def test_requests_of_async_servers_are_counted_too(client):
    line = 'kez_http_requests_total{method="GET",route="healthz",status="200"}'
    assert (await AsyncClient().get("/v1/healthz")).status_code == 200
    from asgiref.sync import sync_to_async

    assert await sync_to_async(samples)(client, line)


def test_labels_do_not_grow_with_what_strangers_send(client):
    client.get("/v1/healthz")
    client.get("/v1/nothing")
    client.generic("BREW", "/v1/nothing")
    before = {line.rpartition(" ")[0] for line in samples(client, "kez_")}
    for number in range(20):
        client.get(f"/v1/u/handle{number}")
        client.get(f"/v1/nothing/{number}")
        client.get(f"/admin/nothing/{number}")
        client.generic(f"BREW{number}", "/v1/nothing")
    after = {line.rpartition(" ")[0] for line in samples(client, "kez_")}
    routes = {line.partition('route="')[2].partition('"')[0] for line in after - before}
    assert routes <= {"look-up", "unmatched", "admin", "metrics"}
    assert not any("handle1" in line or "BREW" in line for line in after)


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_open_to_the_allowed_networks(client, address):
    response = client.get("/metrics", REMOTE_ADDR=address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1", ""])
def test_closed_to_all_others(client, address):
    assert_problem(client.get("/metrics", REMOTE_ADDR=address), 403, "forbidden")


def test_a_proxy_makes_nobody_local(client, settings):
    forwarded = {"REMOTE_ADDR": "127.0.0.1", "headers": {"X-Forwarded-For": "192.0.2.1"}}
    assert_problem(client.get("/metrics", **forwarded), 403, "forbidden")
    settings.KEZ_TRUSTED_PROXIES = 1
    assert_problem(client.get("/metrics", **forwarded), 403, "forbidden")
    settings.KEZ_METRICS_ALLOW = [ip_network("192.0.2.0/24")]
    assert client.get("/metrics", **forwarded).status_code == 200


def test_only_read(client):
    assert client.post("/metrics").status_code == 405
