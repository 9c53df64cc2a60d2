"""/join on a server that gives out no handles."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from devstack.stack import Stack
from tests.browser.visitor import Visitor


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Stack]:
    """A server with registration closed; the web process wants its broker at the start."""
    server = Stack(tmp_path, extra={"KEZ_REGISTRATION": "closed"}, only={"valkey", "nats", "callout", "web"})
    try:
        server.migrate()
        for name in server.commands:
            server.start(name)
        server.wait_url(f"{server.base_url}/v1/healthz", time.monotonic() + 60)
        yield server
    finally:
        server.stop()


def test_a_closed_server_says_so_and_points_to_restoring(closed: Stack, browser: Browser):
    context = browser.new_context(base_url=closed.base_url)
    try:
        visitor = Visitor("late", context, closed.base_url)
        visitor.goto("/join")
        page = visitor.page
        expect(page.get_by_text("gives out no new handles at the moment")).to_be_visible()
        expect(page.get_by_label("Handle", exact=True)).to_be_hidden()
        page.get_by_role("link", name="restore it with your 24 words").click()
        expect(page.get_by_role("heading", name="Which handle is yours?")).to_be_focused()
        assert visitor.unexpected() == []
    finally:
        context.close()
