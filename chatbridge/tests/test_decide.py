"""Who is let in, and the code of every refusal."""

from datetime import UTC, datetime, timedelta

import pytest

from chatbridge.callout import Allowed, Refused, decide
from chatbridge.cooldown import start_cool_down
from chatbridge.nats_jwt import decode_request
from chatbridge.reasons import Reason
from chatbridge.tests.cast import Person
from chatbridge.tests.requests import TOKEN, request_token, sign_nonce
from kezproto.nkeys import encode_public
from registry.models import Handle
from registry.services import reinstate_handle, suspend_handle

pytestmark = pytest.mark.django_db
NONCE = "abcdefghijklmno"


@pytest.fixture
def alice() -> Person:
    person = Person("alice")
    person.register()
    return person


def decision(person: Person, *, at: datetime | None = None, **changes):
    now = datetime.now(UTC)
    return decide(decode_request(request_token(person, **changes), now=now), at or now)


def test_the_owner_of_a_handle_is_let_in(alice: Person) -> None:
    assert decision(alice) == Allowed(alice.primary, alice.device, TOKEN)


def test_signatures_may_be_written_as_clients_do(alice: Person) -> None:
    plain = sign_nonce(alice, NONCE)
    for text in (plain, plain.rstrip("="), plain.replace("+", "-").replace("/", "_")):
        assert isinstance(decision(alice, sig=text), Allowed)


MALLORY = Person("mallory")
SMALL_ORDER = encode_public("U", bytes(32))
REFUSED = [
    ({"nkey": None}, Reason.NO_NKEY),
    ({"nkey": ""}, Reason.NO_NKEY),
    ({"nkey": "UABC"}, Reason.BAD_NKEY),
    ({"nkey": "alice"}, Reason.BAD_NKEY),
    ({"nkey": SMALL_ORDER, "sig": "AQ" + "A" * 84}, Reason.BAD_NKEY),
    ({"nkey": encode_public("A", MALLORY.primary.raw)}, Reason.BAD_NKEY),
    ({"sig": None}, Reason.NO_SIGNATURE),
    ({"sig": ""}, Reason.NO_SIGNATURE),
    ({"nonce": "", "sig": "AAAA"}, Reason.NO_SIGNATURE),
    ({"sig": sign_nonce(MALLORY, NONCE)}, Reason.BAD_SIGNATURE),
    ({"sig": sign_nonce(Person("alice"), "another nonce")}, Reason.BAD_SIGNATURE),
    ({"sig": "A" * 86}, Reason.BAD_SIGNATURE),
    ({"sig": "not base64 at all!"}, Reason.BAD_SIGNATURE),
    ({"sig": "Ünicode"}, Reason.BAD_SIGNATURE),
    ({"name": ""}, Reason.BAD_NAME),
    ({"name": None}, Reason.BAD_NAME),
    ({"name": "kez"}, Reason.BAD_NAME),
    ({"name": f"{TOKEN}.*"}, Reason.BAD_NAME),
    ({"name": "*.00000000000000aa"}, Reason.BAD_NAME),
    ({"name": f"{TOKEN}.00000000000000AA"}, Reason.BAD_NAME),
    ({"name": f"{TOKEN}.00000000000000aa.>"}, Reason.BAD_NAME),
    ({"name": f"{TOKEN}.00000000000000aa\n"}, Reason.BAD_NAME),
    ({"name": "short.00000000000000aa"}, Reason.BAD_NAME),
    ({"name": "t" * 65 + ".00000000000000aa"}, Reason.BAD_NAME),
]


@pytest.mark.parametrize(("changes", "reason"), REFUSED)
def test_a_wrong_login_is_refused(alice: Person, changes: dict, reason: Reason) -> None:
    refused = decision(alice, **changes)
    assert isinstance(refused, Refused)
    assert refused.reason is reason


def test_only_a_signed_login_is_held_against_the_key(alice: Person) -> None:
    assert decision(alice, sig="A" * 86) == Refused(Reason.BAD_SIGNATURE, alice.primary, proven=False)
    assert decision(alice, name="kez") == Refused(Reason.BAD_NAME, alice.primary, proven=True)


def test_a_key_without_a_handle_is_refused() -> None:
    assert decision(MALLORY) == Refused(Reason.UNKNOWN_KEY, MALLORY.primary, proven=True)


def test_a_suspended_handle_is_refused_until_it_is_reinstated(alice: Person) -> None:
    suspend_handle(alice.row, actor="test", reason="spam")
    assert decision(alice) == Refused(Reason.SUSPENDED, alice.primary, proven=True)
    reinstate_handle(alice.row, actor="test", reason="a mistake")
    assert isinstance(decision(alice), Allowed)


def test_a_released_handle_is_refused(alice: Person) -> None:
    Handle.objects.filter(local="alice").update(status=Handle.Status.RELEASED)
    assert decision(alice) == Refused(Reason.RELEASED, alice.primary, proven=True)


def test_a_flooder_waits(alice: Person) -> None:
    assert start_cool_down(alice.primary, seconds=60)
    assert not start_cool_down(alice.primary, seconds=60)
    assert decision(alice) == Refused(Reason.COOLING_DOWN, alice.primary, proven=True)


def test_a_request_that_waited_too_long_is_refused(alice: Person) -> None:
    late = datetime.now(UTC) + timedelta(minutes=1)
    assert decision(alice, at=late) == Refused(Reason.EXPIRED)


def test_every_reason_has_a_sentence() -> None:
    for reason in Reason:
        assert reason.sentence.endswith(".")
