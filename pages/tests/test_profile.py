"""GET /u/<handle>: the page of a handle, its QR code, and its sigchain in every state."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.cache import cache

from kezclient.tests.loopback import Loopback
from kezproto.chain_state import Head
from kezproto.keys import SigningKey
from kezproto.sigchain import event_document, verify_event
from pages import chains
from registry.tests.cast import ALICE, BOB, registered

pytestmark = pytest.mark.django_db

NATS = {"protocol": "nats", "url": "nats://kez.lat:4222", "inbox": f"kez.inbox.{ALICE.primary.hex}"}
XSS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    "</textarea></title><svg/onload=alert(1)>",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "javascript:alert(1)",
    "&lt;b&gt;",
]


@pytest.fixture
def service(settings) -> Iterator[Loopback]:
    """A sigchain service that answers what a test wants."""
    cache.clear()
    with Loopback() as server:
        settings.KEZ_CHAT_SIG_SERVER_URL = server.url
        yield server
    cache.clear()


def chain(*operations: tuple[str, dict[str, Any]], key: SigningKey = ALICE) -> list[dict[str, Any]]:
    """Signed events in their order."""
    events: list[dict[str, Any]] = []
    head: Head | None = None
    for op, body in operations:
        moment = datetime(2026, 5, 25, 3, len(events), tzinfo=UTC)
        events.append(event_document(key=key, head=head, op=op, body=body, created_at=moment))
        event = verify_event(events[-1])
        head = Head(event.seq, event.hash)
    return events


def answer(events: list[dict[str, Any]], /, key: SigningKey = ALICE, **changes: Any) -> bytes:
    """What the service says of a chain."""
    last = verify_event(events[-1]) if events else None
    head = {"seq": last.seq, "hash": last.hash} if last else None
    return json.dumps({"primary": str(key.primary), "events": events, "head": head, **changes}).encode()


@pytest.fixture
def page_of(client, service) -> Callable[..., str]:
    """alice's page when the service answers so."""
    registered(ALICE, "alice")

    def get(body: bytes, status: int = 200) -> str:
        cache.clear()
        service.answer = lambda *_: (status, {"Content-Type": "application/json"}, body)
        page: str = client.get("/u/alice").content.decode()
        return page

    return get


def test_the_page_shows_name_and_key_bare_on_its_own_server(client, page_of):
    page = page_of(answer([]))
    assert "<h1>alice</h1>" in page
    assert "alice@kez.lat" in page
    assert str(ALICE.primary) in page
    assert 'href="/chat/alice"' in page
    assert "Nothing is on it yet" in page


def test_a_chain_is_drawn_newest_first(page_of):
    claim = {"kind": "github", "subject": "alice-writes", "proof_url": "https://gist.example/alice"}
    other = {"kind": "dns", "subject": "alice.example", "proof_url": "dns:alice.example"}
    page = page_of(
        answer(
            chain(
                ("add_endpoint", NATS),
                ("add_claim", claim),
                ("add_claim", other),
                ("set_shared_files", {"manifest": f"blake3:{'ab' * 32}", "size": 2048}),
                ("revoke_claim", claim),
                ("rotate_everything", {"to": "somewhere"}),
            )
        )
    )
    assert "<strong>Verified.</strong>" in page
    titles = [part.partition("</h3>")[0] for part in page.split("<h3>")]
    assert titles[-6:] == [
        "Something that this server does not know yet",
        "No longer claims a GitHub name",
        "Shares a list of files",
        "Claims a domain",
        "Claims a GitHub name",
        "Reached over NATS",
    ]
    assert 'href="https://gist.example/alice" rel="noopener noreferrer nofollow ugc"' in page
    assert 'href="dns:' not in page
    standing = page.partition('<div class="columns standing">')[2].partition("<ol")[0]
    assert "alice.example" in standing
    assert "alice-writes" not in standing
    assert "2.0\xa0KB" in standing


@pytest.mark.parametrize("evil", XSS)
def test_whatever_a_chain_says_is_text(page_of, evil):
    page = page_of(
        answer(
            chain(
                ("add_claim", {"kind": "web", "subject": evil, "proof_url": "https://x.example/?'&lt;"}),
                ("add_endpoint", {"protocol": "https", "url": "https://x.example/'onload=alert(1)"}),
            )
        )
    )
    assert "<strong>Verified.</strong>" in page
    body = page.partition("<body>")[2]
    assert "<script" not in body
    assert "<img src=x" not in body
    assert "<svg/onload" not in body
    assert 'href="javascript' not in body
    assert "https://x.example/?&#x27;&amp;lt;" in body


def test_a_chain_that_does_not_hold_is_broken_and_not_shown(page_of):
    good = chain(
        ("add_endpoint", NATS), ("add_claim", {"kind": "web", "subject": "s", "proof_url": "https://p/"})
    )
    forged = json.loads(json.dumps(good))
    forged[1]["payload"]["body"]["subject"] = "someone else"
    theirs = chain(("add_endpoint", NATS), key=BOB)
    for body in (
        answer(good, events=forged),
        answer(good, events=good[1:]),
        answer(good, events=[good[0], good[0]]),
        answer(good, head={"seq": 1, "hash": "sha256:" + "0" * 64}),
        answer(good, events=theirs),
        answer(theirs, key=BOB),
        answer(good, events=["x"]),
        b"[]",
        b"not json",
    ):
        page = page_of(body)
        assert "<strong>Broken.</strong>" in page, body[:200]
        assert "Reached over" not in page
        assert 'class="chain"' not in page


def test_a_service_that_does_not_answer_is_no_fault_of_the_handle(page_of, client, service, monkeypatch):
    for status in (500, 404, 302):
        assert "<strong>Unreachable.</strong>" in page_of(answer([]), status)
    monkeypatch.setattr(chains, "MAX_BYTES", 1000)
    assert "<strong>Not shown.</strong>" in page_of(answer(chain(*[("add_endpoint", NATS)] * 5)))


def test_nobody_there(client, settings):
    cache.clear()
    registered(ALICE, "alice")
    settings.KEZ_CHAT_SIG_SERVER_URL = "http://127.0.0.1:1"
    assert "<strong>Unreachable.</strong>" in client.get("/u/alice").content.decode()
    cache.clear()


def test_an_answer_is_kept_for_a_moment_but_checked_each_time(client, service):
    registered(ALICE, "alice")
    body = answer(chain(("add_endpoint", NATS)))
    service.answer = lambda *_: (200, {"Content-Type": "application/json"}, body)
    pages = [client.get("/u/alice").content.decode() for _ in range(3)]
    assert len(service.requests) == 1
    assert all("<strong>Verified.</strong>" in page for page in pages)


def test_a_long_chain_is_drawn_in_part(page_of, monkeypatch):
    monkeypatch.setattr("pages.chain_view.SHOWN", 3)
    page = page_of(answer(chain(*[("add_endpoint", NATS)] * 5)))
    assert page.count('class="chain-link"') == 3
    assert "2 earlier links not drawn" in page


def test_the_qr_code_is_a_picture_of_handle_and_key(client):
    registered(ALICE, "alice")
    response = client.get("/u/alice/qr.svg")
    assert response["Content-Type"] == "image/svg+xml"
    assert b"<svg" in response.content
    assert b"style" not in response.content
    assert client.get("/u/bob/qr.svg").status_code == 404


@pytest.mark.parametrize("handle", ["nobody", "a", "alice@evil.example", "<b>alice"])
def test_no_page_for_others(client, handle):
    response = client.get(f"/u/{handle}")
    assert response.status_code == 404
    assert "<b>" not in response.content.decode()


def test_a_suspended_handle_has_no_page(client):
    registered(ALICE, "alice", status="suspended")
    assert client.get("/u/alice").status_code == 404
    assert client.get("/u/alice/qr.svg").status_code == 404
