import json
import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.checks import run_checks
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from httpapi import throttles
from httpapi.endpoint import Endpoint
from httpapi.tests.shapes import assert_problem
from httpapi.throttles import AddressThrottle, Rate


class Clock:
    """Time that stands still until it is moved."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def throttled_view(settings, clock):
    """A view of its own scope, so that tests do not count together."""
    settings.KEZ_THROTTLE_LOOKUP = "3/min"

    class Throttle(AddressThrottle):
        scope = f"test-{uuid4()}"
        rate_setting = "KEZ_THROTTLE_LOOKUP"

    Throttle.clock = staticmethod(clock)

    class View(Endpoint):
        throttle_classes = (Throttle,)

        def get(self, request):
            return Response({})

    return View


def ask(view, address="192.0.2.1"):
    return view.as_view()(APIRequestFactory().get("/", REMOTE_ADDR=address))


def test_over_the_rate_is_a_429_that_says_when_to_return(throttled_view, clock):
    assert [ask(throttled_view).status_code for _ in range(3)] == [200, 200, 200]
    refused = ask(throttled_view)
    body = assert_problem_response(refused)
    wait = int(refused["Retry-After"])
    assert 1 <= wait <= 120
    assert str(wait) in body["detail"]
    clock.now += wait
    assert ask(throttled_view).status_code == 200


def assert_problem_response(response):
    # Outside of the test client a response has no json().
    response.json = lambda: json.loads(response.content)
    return assert_problem(response, 429, "throttled")


def test_addresses_count_apart_and_a_64_together(throttled_view):
    for _ in range(3):
        ask(throttled_view, "2001:db8:1:2::1")
    assert ask(throttled_view, "2001:db8:1:2::ffff").status_code == 429
    assert ask(throttled_view, "2001:db8:1:3::1").status_code == 200
    assert ask(throttled_view, "192.0.2.9").status_code == 200


def test_no_burst_at_the_edge_of_a_window(throttled_view, clock):
    clock.now = 60 * (clock.now // 60) + 59
    for _ in range(3):
        assert ask(throttled_view).status_code == 200
    clock.now += 1
    assert ask(throttled_view).status_code == 429


def test_concurrent_requests_do_not_slip_past_together(throttled_view, settings):
    settings.KEZ_THROTTLE_LOOKUP = "10/hour"
    start = threading.Barrier(8)

    def work(_):
        start.wait(timeout=10)
        statuses = [ask(throttled_view).status_code for _ in range(5)]
        caches.close_all()
        return statuses

    with ThreadPoolExecutor(8) as pool:
        statuses = [status for part in pool.map(work, range(8)) for status in part]
    assert statuses.count(200) == 10


@hypothesis_settings(max_examples=200, deadline=None)
@given(
    limit=st.integers(1, 50),
    before=st.integers(0, 50),
    current=st.integers(1, 120),
    into=st.floats(0, 59.99),
)
def test_the_wait_is_enough(limit, before, current, into):
    """Whoever waits as told is let through, if nothing else was sent."""
    rate = Rate(limit, 60)
    before = min(before, limit)
    if before * (1 - into / 60) + current <= limit:
        return
    wait = throttles._time_to_wait(rate, before, current, into)
    assert 0 < wait <= 120
    later = into + wait + 0.001
    windows, later_into = divmod(later, 60)
    counted_before, counted_now = [(before, current), (min(current, limit), 0), (0, 0)][int(windows)]
    assert counted_before * (1 - later_into / 60) + counted_now + 1 <= limit + 0.01


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("20/hour", Rate(20, 3600)),
        ("600/min", Rate(600, 60)),
        ("5/10s", Rate(5, 10)),
        ("1/day", Rate(1, 86400)),
    ],
)
def test_rates_are_read(text, rate):
    assert Rate.parse(text) == rate


@pytest.mark.parametrize("text", ["", "20", "0/min", "-1/min", "20/fortnight", "20/0s", "twenty/min"])
def test_a_rate_that_is_none_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="20/hour"):
        Rate.parse(text)


def test_a_rate_that_is_none_stops_the_start(settings):
    assert throttles.check_rates() == []
    settings.KEZ_THROTTLE_REGISTER = "often"
    (error,) = [found for found in run_checks() if found.id == "httpapi.E001"]
    assert error.msg.startswith("KEZ_THROTTLE_REGISTER: 'often' is not a rate")


@pytest.fixture
def no_valkey(settings, unused_tcp_port):
    """A cache on a port where nothing listens."""
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": f"redis://127.0.0.1:{unused_tcp_port}"}
    }
    yield
    caches.close_all()


@pytest.mark.usefixtures("no_valkey")
def test_without_the_cache_writes_are_refused_and_reads_go_on(throttled_view):
    refused = ask(throttled_view)
    assert refused.status_code == 503
    assert refused["Retry-After"] == "5"
    throttled_view.throttle_classes[0].fail_open = True
    assert ask(throttled_view).status_code == 200
