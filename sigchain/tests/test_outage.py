"""Valkey out of reach: nobody counts, so nothing is appended; reading changes nothing and goes on."""

import pytest
from pytest_django import Settings

from sigchain.models import Event
from sigchain.tests.cast import ALICE, make_event
from sigchain.tests.service import Sigchain, assert_refused


@pytest.fixture
def no_valkey(settings: Settings) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
        }
    }


@pytest.mark.usefixtures("no_valkey")
def test_an_append_is_refused_and_told_to_come_back(sigchain: Sigchain) -> None:
    response = sigchain.post(ALICE, make_event(ALICE))
    assert_refused(response, 503, "unavailable")
    assert response["Retry-After"]
    assert not Event.objects.exists()


@pytest.mark.usefixtures("no_valkey")
def test_a_chain_is_still_read(sigchain: Sigchain) -> None:
    assert sigchain.served(ALICE)["head"] is None
