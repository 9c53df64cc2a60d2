"""The last refusal for a key's owner, and the callout's decision over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as live_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from nacl.public import PrivateKey

from chatbridge.broker import callout_xkey, issuer_key
from chatbridge.callout import Refused
from chatbridge.models import Device
from chatbridge.reasons import Reason
from chatbridge.refusals import remember_refusal
from chatbridge.tests.cast import Person
from chatbridge.tests.requests import TOKEN, request_token
from chatbridge.tests.test_nats_jwt import claims_of
from chatbridge.threads import in_thread
from chatbridge.xkey import XKey
from kezproto.canonical import canonical_bytes
from kezproto.handles import Handle
from kezproto.nkeys import encode_seed
from kezproto.session import session_payload
from kezproto.signed import sign
from kezproto.subjects import client_permissions
from natslink.connection import SupervisedConnection
from natslink.errors import AccessRefused
from registry.services import suspend_handle

REFUSAL = "/v1/nats/refusal"
AUTH = "/internal/nats/auth"


@pytest.fixture
def owner() -> Person:
    return Person("alice")


def session(client: Client, person: Person) -> dict:
    """A fresh answer of `person` to a fresh challenge."""
    answer = client.post("/v1/challenges", {"primary": str(person.primary)}, content_type="application/json")
    payload = session_payload(
        handle=Handle(person.local, live_settings.KEZ_CHAT_SERVER),
        primary=person.primary,
        challenge=answer.json()["challenge"],
        created_at=datetime.now(UTC),
    )
    return sign("session", payload, person.key)


def ask(client: Client, document: object):
    return client.post(REFUSAL, document, content_type="application/json")


@pytest.mark.django_db
class TestRefusal:
    def test_nothing_was_refused(self, client: Client, owner: Person) -> None:
        owner.register()
        answer = ask(client, session(client, owner))
        assert (answer.status_code, answer.json()) == (200, {"reason": None, "detail": None, "at": None})
        assert answer["Cache-Control"] == "no-store"

    def test_a_suspended_owner_learns_it(self, client: Client, owner: Person) -> None:
        owner.register()
        suspend_handle(owner.row, actor="test", reason="spam")
        assert ask(client, session(client, owner)).json() == {
            "reason": "suspended",
            "detail": Reason.SUSPENDED.sentence,
            "at": None,
        }
        now = datetime.now(UTC)
        remember_refusal(Refused(Reason.SUSPENDED, owner.primary, proven=True), at=now)
        body = ask(client, session(client, owner)).json()
        assert body["reason"] == "suspended"
        assert datetime.fromisoformat(body["at"]) == now

    def test_a_key_without_a_handle_learns_it(self, client: Client, owner: Person) -> None:
        assert ask(client, session(client, owner)).json()["reason"] == "unknown_key"

    def test_strangers_cannot_displace_what_the_owner_should_see(self, client: Client, owner: Person) -> None:
        owner.register()
        now = datetime.now(UTC)
        remember_refusal(Refused(Reason.NO_SIGNATURE, owner.primary, proven=False), at=now)
        assert ask(client, session(client, owner)).json()["reason"] == "no_signature"
        remember_refusal(Refused(Reason.BAD_NAME, owner.primary, proven=True), at=now)
        remember_refusal(Refused(Reason.BAD_SIGNATURE, owner.primary, proven=False), at=now)
        assert ask(client, session(client, owner)).json()["reason"] == "bad_name"

    def test_keys_without_a_handle_leave_nothing_in_the_cache(self, owner: Person) -> None:
        now = datetime.now(UTC)
        for refused in (
            Refused(Reason.UNKNOWN_KEY, owner.primary, proven=True),
            Refused(Reason.BAD_NAME, owner.primary, proven=True),
            Refused(Reason.NO_NKEY),
        ):
            remember_refusal(refused, at=now)
        assert cache.get(f"nats:refusal:{owner.hex}") is None

    def test_only_the_owner_is_told(self, client: Client, owner: Person) -> None:
        owner.register()
        suspend_handle(owner.row, actor="test", reason="spam")
        forged = session(client, owner)
        forged["signature"]["sig"] = Person("mallory").key.sign(canonical_bytes(forged["payload"])).hex()
        answer = ask(client, forged)
        assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
        forged["signature"]["key"] = str(Person("mallory").primary)
        answer = ask(client, forged)
        assert (answer.status_code, answer.json()["code"]) == (401, "key_mismatch")

    def test_a_session_is_good_for_one_answer(self, client: Client, owner: Person) -> None:
        owner.register()
        document = session(client, owner)
        assert ask(client, document).status_code == 200
        assert ask(client, document).json()["code"] == "challenge_unknown"

    @pytest.mark.parametrize("body", ["", "[]", "{}", '{"kez":"session"}', '{"payload":{"challenge":1}}'])
    def test_what_is_no_session_is_refused(self, client: Client, body: str) -> None:
        answer = ask(client, body)
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"


async def test_a_real_refusal_can_be_read(callout, alice) -> None:
    with pytest.raises(AccessRefused):
        await SupervisedConnection(urls=[live_settings.NATS_URL], seed=alice.key.seed, name="odd").start()
    client = Client()
    body = await in_thread(lambda: ask(client, session(client, alice)).json())
    assert (body["reason"], body["detail"]) == ("bad_name", Reason.BAD_NAME.sentence)
    assert body["at"].endswith("Z")


# The decision over HTTP -----------------------------------------------------------------------------------


def post_auth(token: bytes, *, secret: str | None = None, **headers: str):
    given = {
        "Authorization": f"Bearer {live_settings.KEZ_INTERNAL_SECRET if secret is None else secret}",
        **headers,
    }
    return Client(enforce_csrf_checks=True).post(AUTH, token, content_type="application/jwt", headers=given)


@pytest.mark.parametrize("secret", ["", "wrong", "x" * 64, "ä"])
def test_without_the_secret_nothing_is_decided(secret: str) -> None:
    answer = post_auth(b"x", secret=secret)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert Client().post(AUTH).status_code == 403


def test_without_the_setting_everybody_is_refused(settings) -> None:
    settings.KEZ_INTERNAL_SECRET = ""
    for secret in ("", "x"):
        assert post_auth(b"x", secret=secret).status_code == 403


def test_only_post(client: Client) -> None:
    answer = client.get(reverse("nats-auth"))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_what_is_no_request_is_a_problem() -> None:
    assert post_auth(b"x").json()["code"] == "bad_request"
    assert post_auth(b"x", **{"Nats-Server-Xkey": "X"}).json()["code"] == "bad_request"
    assert post_auth(b"x" * 70_000).status_code == 413
    late = request_token(Person("alice"), exp=int(datetime.now(UTC).timestamp()) - 60)
    assert (post_auth(late).status_code, post_auth(late).json()["code"]) == (422, "expired")


def test_without_keys_it_says_so(settings) -> None:
    settings.KEZ_NATS_ISSUER_SEED = ""
    assert post_auth(b"x").status_code == 503


async def test_the_same_decision_over_http(callout, alice) -> None:
    answer = await in_thread(post_auth, request_token(alice))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/jwt")
    claims = claims_of(answer.content, prefix="A", signer=issuer_key().primary)
    user = claims_of(claims["nats"]["jwt"].encode(), prefix="A", signer=issuer_key().primary)
    rights = client_permissions(alice.primary, alice.device, TOKEN)
    assert {name: user["nats"][name]["allow"] for name in ("pub", "sub")} == rights
    assert user["name"] == alice.hex
    until = datetime.fromtimestamp(user["exp"], tz=UTC) - datetime.now(UTC)
    assert timedelta(minutes=50) < until <= timedelta(hours=1)
    assert await in_thread(Device.objects.filter(primary_hex=alice.hex).count) == 1


async def test_a_refusal_over_http_is_an_answer_too(callout, alice) -> None:
    answer = await in_thread(post_auth, request_token(Person("nobody")))
    claims = claims_of(answer.content, prefix="A", signer=issuer_key().primary)
    assert claims["nats"]["error"] == "unknown_key"


async def test_sealed_over_http(callout, alice) -> None:
    server = XKey(encode_seed("X", bytes(PrivateKey.generate())))
    ours = callout_xkey().public
    sealed = server.seal(request_token(alice, xkey=server.public), recipient=ours)
    answer = await in_thread(lambda: post_auth(sealed, **{"Nats-Server-Xkey": server.public}))
    assert answer["Content-Type"] == "application/octet-stream"
    claims = claims_of(server.open(answer.content, sender=ours), prefix="A", signer=issuer_key().primary)
    assert "jwt" in claims["nats"]
    other = XKey(encode_seed("X", bytes(PrivateKey.generate())))
    sealed = other.seal(request_token(alice, xkey=server.public), recipient=ours)
    assert (
        await in_thread(lambda: post_auth(sealed, **{"Nats-Server-Xkey": other.public}))
    ).status_code == 400
