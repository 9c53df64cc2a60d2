"""Alerts to operators: by webhook and mail, few for a flood, none when nothing waits any more."""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from celery import current_app
from django.core import mail
from django.core.cache import cache

from registry import services, tasks
from registry.models import PendingRegistration
from registry.tests.cast import ALICE, BOB, registration

pytestmark = pytest.mark.django_db


class Webhook:
    """A server on loopback that keeps what it is told, and answers with `statuses`, then 204."""

    def __init__(self) -> None:
        self.told: list[dict] = []
        self.statuses: list[int] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.told.append(json.loads(body))
                self.send_response(outer.statuses.pop(0) if outer.statuses else 204)
                self.end_headers()

            def log_message(self, format, *args):
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def webhook(settings):
    hook = Webhook()
    settings.KEZ_ALERT_WEBHOOK = hook.url
    yield hook
    hook.close()


@pytest.fixture
def queued(monkeypatch):
    """What was handed to the task queue: its arguments and countdown; no worker runs here."""
    sent: list[tuple[str, int]] = []

    def send(args, countdown=0, **_):
        sent.append((args[0], countdown))

    monkeypatch.setattr(tasks.send_alert, "apply_async", send)
    return sent


@pytest.fixture
def at_once():
    """Tasks run where they are called."""
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = False


@pytest.fixture(autouse=True)
def by_approval(settings):
    cache.clear()
    settings.KEZ_REGISTRATION = "approval"
    settings.KEZ_ALERT_PAUSE_SECONDS = 600


def ask(register, key, local, capture):
    with capture(execute=True):
        assert register(registration(key, local)).status_code == 202


def test_both_ways_tell_what_waits(
    webhook, at_once, settings, register, django_capture_on_commit_callbacks, mailoutbox
):
    settings.KEZ_ALERT_MAIL = ["olga@example.org", "otto@example.org"]
    ask(register, ALICE, "alice", django_capture_on_commit_callbacks)
    ask(register, BOB, "bobby", django_capture_on_commit_callbacks)
    webhook.told.clear()
    mailoutbox.clear()
    assert tasks.send_alert("approval")
    address = f"{settings.KEZ_CHAT_PUBLIC_URL}/admin/registry/pendingregistration/"
    assert webhook.told == [
        {
            "text": f"Waiting for approval: alice and 1 more. {address}",
            "kind": "approval",
            "server": "kez.lat",
            "url": address,
        }
    ]
    (letter,) = mail.outbox
    assert letter.subject == "[kez.lat] Waiting for approval: alice and 1 more."
    assert (letter.to, letter.from_email) == (settings.KEZ_ALERT_MAIL, "kez-chat@kez.lat")
    assert address in letter.body


def test_a_flood_makes_two_alerts(webhook, queued, register, django_capture_on_commit_callbacks):
    for _ in range(10):
        tasks.tell_operators("approval")
    assert queued == [("approval", 0), ("approval", 600)]


def test_a_registration_that_waits_tells_operators(
    webhook, queued, register, django_capture_on_commit_callbacks
):
    ask(register, ALICE, "alice", django_capture_on_commit_callbacks)
    assert queued == [("approval", 0)]
    ask(register, ALICE, "alice", django_capture_on_commit_callbacks)
    assert queued == [("approval", 0)]


def test_what_was_dealt_with_meanwhile_is_not_told(
    webhook, at_once, register, django_capture_on_commit_callbacks
):
    ask(register, ALICE, "alice", django_capture_on_commit_callbacks)
    webhook.told.clear()
    services.approve_registration(PendingRegistration.objects.get(), actor="operator:olga")
    assert tasks.send_alert("approval") is False
    assert webhook.told == []


def test_without_an_address_nothing_is_queued(queued, settings):
    settings.KEZ_ALERT_WEBHOOK = ""
    tasks.tell_operators("approval")
    assert queued == []


def test_a_webhook_that_fails_is_tried_again(webhook, at_once, register, django_capture_on_commit_callbacks):
    webhook.statuses = [500, 502]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.send_alert, "retry_backoff", False)
        ask(register, ALICE, "alice", django_capture_on_commit_callbacks)
    assert len(webhook.told) == 3


def test_without_a_task_queue_registration_goes_on(
    webhook, register, django_capture_on_commit_callbacks, monkeypatch, caplog
):
    def unreachable(*_, **__):
        raise OSError("no queue")

    monkeypatch.setattr(tasks.send_alert, "apply_async", unreachable)
    ask(register, ALICE, "alice", django_capture_on_commit_callbacks)
    assert "could not be put into the queue" in caplog.text
