"""consume_session: a signature over a live challenge, once."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import redis
from django.core.cache import cache, caches
from django.db import connections
from django.utils import timezone

from kezproto import errors as protocol
from registry import errors
from registry.services import CHALLENGE_SECONDS, consume_session, issue_challenge
from registry.tests.cast import ALICE, BOB, MALLORY, registered, session

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return registered(ALICE, "alice")


@pytest.fixture
def challenge(alice):
    return issue_challenge(ALICE.primary, now=timezone.now())[0]


def consume(document):
    return consume_session(document, now=timezone.now())


def test_a_session(challenge):
    opened = consume(session(ALICE, "alice", challenge))
    assert str(opened.handle) == "alice@kez.lat"
    assert opened.primary == ALICE.primary


def test_a_session_as_bytes(challenge):
    assert consume(json.dumps(session(ALICE, "alice", challenge)).encode()).primary == ALICE.primary
    with pytest.raises(protocol.Malformed):
        consume(b'{"kez": 1, "kez": 2}')


def test_once_only(challenge):
    document = session(ALICE, "alice", challenge)
    consume(document)
    with pytest.raises(errors.ChallengeUnknown):
        consume(document)


def test_a_challenge_is_kept_for_a_minute(challenge, settings):
    # Redis and Valkey know how long a key still lives.
    valkey = redis.Redis.from_url(settings.REDIS_URL)
    seconds = valkey.ttl(cache.make_key(f"challenge:{challenge}"))
    valkey.close()
    assert CHALLENGE_SECONDS - 10 < seconds <= CHALLENGE_SECONDS == 60


def test_a_challenge_that_was_never_given(alice):
    with pytest.raises(errors.ChallengeUnknown):
        consume(session(ALICE, "alice", "ab" * 32))


def test_a_challenge_given_to_another_key(challenge):
    registered(MALLORY, "mallory")
    with pytest.raises(errors.ChallengeUnknown):
        consume(session(MALLORY, "mallory", challenge))
    assert consume(session(ALICE, "alice", challenge))


def test_a_forgery_does_not_spend_the_challenge(challenge):
    forged = session(MALLORY, "alice", challenge)
    forged["payload"]["primary"] = forged["signature"]["key"] = str(ALICE.primary)
    with pytest.raises(protocol.BadSignature):
        consume(forged)
    assert consume(session(ALICE, "alice", challenge))


@pytest.mark.parametrize(
    "document", [None, [], {}, "x", {"payload": 1}, {"payload": {"challenge": "AB" * 32}}]
)
def test_what_is_no_session_is_malformed(document):
    with pytest.raises(protocol.Malformed):
        consume(document)


def test_wrong_server_and_stale(challenge):
    with pytest.raises(protocol.WrongServer):
        consume(session(ALICE, "alice", challenge, server="evil.example"))
    with pytest.raises(protocol.Stale):
        consume(session(ALICE, "alice", challenge, at=timezone.now() - timedelta(minutes=6)))


def test_somebody_elses_handle(challenge):
    registered(BOB, "bobby")
    with pytest.raises(errors.NotRegistered):
        consume(session(ALICE, "bobby", challenge))


@pytest.mark.parametrize(
    ("status", "error"), [("suspended", errors.HandleSuspended), ("released", errors.NotRegistered)]
)
def test_a_handle_that_is_not_active(challenge, alice, status, error):
    type(alice).objects.update(status=status)
    with pytest.raises(error):
        consume(session(ALICE, "alice", challenge))


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_wins(challenge):
    document = session(ALICE, "alice", challenge)
    start = threading.Barrier(10)

    def work(_):
        start.wait(timeout=10)
        try:
            return consume(document).primary
        except errors.ChallengeUnknown:
            return None
        finally:
            connections.close_all()
            caches.close_all()

    with ThreadPoolExecutor(10) as pool:
        won = list(pool.map(work, range(10)))
    assert won.count(ALICE.primary) == 1
