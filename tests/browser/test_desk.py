"""An hour at the desk, as an operator spends it: by what is on the screen, with people whose lives it changes."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from devstack.person import Person
from devstack.stack import Stack, answers
from tests.browser.axe import assert_accessible, violations
from tests.browser.chatting import message, send_text, settle, start_conversation
from tests.browser.desk import make_operator, sit_down
from tests.browser.visitor import Visitor
from tests.busy import at_most

# From the operator's click until somebody's own screen says so; it takes some 0.5 s.
CUT_SECONDS = 2.0
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1280), ("dark", 390))


@pytest.fixture
def desk(visitor_of: Callable[..., Visitor], stack: Stack) -> Visitor:
    """The browser of an operator who has just logged in."""
    operator = visitor_of("olga")
    sit_down(operator, make_operator(stack, f"olga-{uuid4().hex[:6]}"))
    return operator


@pytest.fixture
def person(tmp_path: Path, stack: Stack) -> Callable[..., Person]:
    """`person("bob")` has a machine of their own, before any web process of the server."""

    def make(name: str, address: str = "") -> Person:
        made = Person(f"{name}-{uuid4().hex[:8]}", tmp_path / name, stack)
        made.environment["KEZ_CHAT_URL"] = address or stack.base_url
        return made

    return make


def register(person: Person, *options: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    words = ("--no-input", "--phrase-out", str(person.phrase_file))
    return person.run("register", person.name, *words, *options, code=code)


def act(page: Page, deed: str, **answers: str) -> None:
    """On the page of a row: the button of a deed, its questions, its confirmation."""
    page.get_by_role("link", name=f"{deed}…", exact=True).click()
    for label, answer in answers.items():
        page.get_by_label(f"{label}:").fill(answer)
    page.get_by_role("button", name=deed, exact=True).click()


@pytest.mark.long
@pytest.mark.timeout(300)
def test_reserving_inviting_and_approving(
    desk: Visitor, person: Callable[..., Person], in_mode: Callable[[str], str]
):
    page = desk.page
    bob = person("bob")
    page.get_by_role("link", name="Add to Reservations").click()
    page.get_by_label("Name or pattern").fill(f"{bob.name[:8]}*")
    page.get_by_label("Reason").fill("For the town.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert "reserved" in register(bob, code=7).stderr

    guest = person("guest", in_mode("invite"))
    page.get_by_role("link", name="Add", exact=True).first.click()
    page.get_by_label("Note").fill("For the guest.")
    page.get_by_role("button", name="Save", exact=True).click()
    code = page.locator(".desk-code code").inner_text()
    register(guest, "--invite", code)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_text("1 of 1")).to_be_visible()

    patient = person("patient", in_mode("approval"))
    register(patient, code=24)
    page.get_by_role("link", name="Pending registrations").click()
    page.get_by_role("link", name=patient.name, exact=True).click()
    act(page, "Approve", Reason="")
    expect(page.get_by_text("1 pending registration approved.")).to_be_visible()
    register(patient)


@pytest.mark.timeout(300)
def test_a_report_a_suspension_that_cuts_a_live_browser_and_a_live_command_and_back(
    desk: Visitor, visitor_of: Callable[..., Visitor], person: Callable[..., Person]
):
    alice = visitor_of(f"alice-{uuid4().hex[:8]}")
    alice.expect("WebSocket|status of 4")  # of her cut connection
    settle(alice)
    bob = person("bob")
    register(bob)
    bob.run("send", alice.name, "Hello from a terminal.")
    alice.page.locator("a.conversation").first.wait_for()
    start_conversation(alice, bob.name)
    expect(message(alice, "Hello from a terminal.")).to_be_visible()

    send_text(alice, "Buy followers, cheap!")
    bob.run("listen", "--count", "1")
    bob.run("report", alice.name, "She sells followers.", "--category", "spam", "--last", "1", "--yes")
    page = desk.page
    desk.goto("/admin/")
    page.get_by_role("link", name="that nobody has taken").click()
    page.locator("#result_list tbody tr", has_text=alice.name).get_by_role("link").first.click()
    expect(page.get_by_text("She sells followers.")).to_be_visible()
    expect(page.get_by_text(f"signed by {alice.name} for {bob.name}")).to_be_visible()
    expect(page.get_by_role("cell", name="Buy followers, cheap!")).to_be_visible()
    act(page, "Take")
    expect(page.get_by_text("1 report taken.")).to_be_visible()
    at_report = page.url

    with bob.running("listen", notes=True) as listening:
        hears(listening, "Connected.")
        began = suspend(desk, alice.name)
        alice.page.locator('#shell[data-connection="refused"]').wait_for()
        seconds = {"browser": time.monotonic() - began}
        began = suspend(desk, bob.name)
        hears(listening, "Connection lost; reconnecting.")
        seconds["command"] = time.monotonic() - began
        assert max(seconds.values()) < at_most(CUT_SECONDS), seconds
        assert not answers(f"{desk.base_url}/v1/u/{alice.name}")
        expect(alice.page.get_by_text("This handle is suspended")).to_be_visible()

        page.goto(at_report)
        act(page, "Resolve", Outcome="Her handle is suspended for a day.")
        expect(page.get_by_text("1 report resolved.")).to_be_visible()
        for name in (alice.name, bob.name):
            open_handle(desk, name)
            act(desk.page, "Reinstate", Reason="A mistake.")
            expect(desk.page.get_by_text("1 handle reinstated.")).to_be_visible()
        assert answers(f"{desk.base_url}/v1/u/{alice.name}")
        alice.page.locator('#shell[data-connection="online"]').wait_for()
        send_text(alice, "I am back.")
        hears(listening, "I am back.")
    assert "Her handle is suspended for a day." in bob.run("report").stdout
    bob.run("send", alice.name, "So am I.")
    expect(message(alice, "So am I.")).to_be_visible()
    open_handle(desk, alice.name)
    trail = desk.page.locator(".desk-section", has=desk.page.get_by_role("heading", name="Audit trail"))
    expect(trail.get_by_role("cell", name="A mistake.")).to_be_visible()
    expect(trail.get_by_role("cell", name="Sold followers.")).to_be_visible()


def hears(process: subprocess.Popen[str], text: str) -> None:
    """Returns when the running command has written it."""
    assert process.stdout
    for line in process.stdout:
        if text in line:
            return
    pytest.fail(f"It ended without {text!r}.")


def open_handle(desk: Visitor, name: str) -> None:
    """Finds the page of a handle."""
    page = desk.page
    desk.goto("/admin/")
    page.get_by_role("link", name="Handles", exact=True).click()
    page.get_by_role("searchbox", name="Search").fill(name)
    page.get_by_role("button", name="Search").click()
    page.get_by_role("link", name=name, exact=True).click()


def suspend(desk: Visitor, name: str) -> float:
    """Suspends a handle; answers the moment of the last click (monotonic)."""
    open_handle(desk, name)
    page = desk.page
    page.get_by_role("link", name="Suspend…").click()
    page.get_by_label("Reason:").fill("Sold followers.")
    began = time.monotonic()
    page.get_by_role("button", name="Suspend").click()
    return began


PAGES = (
    "",
    "registry/handle/",
    "registry/handle/1/change/",
    "registry/handle/1/do/suspend/",
    "registry/reservation/add/",
    "registry/auditentry/",
    "reports/report/",
    "second-factor/",
)


@pytest.mark.timeout(300)
def test_the_desk_is_accessible_and_fits(desk: Visitor, person: Callable[..., Person]):
    """Wide and light, narrow and dark."""
    register(person("someone"))
    found: list[str] = []
    for path in PAGES:
        desk.goto(f"/admin/{path}")
        for scheme, width in LOOKS:
            desk.page.set_viewport_size({"width": width, "height": 900})
            desk.page.emulate_media(color_scheme=scheme)
            desk.page.evaluate("document.getAnimations().forEach((each) => each.finish())")
            too_wide = desk.page.evaluate("document.documentElement.scrollWidth") - width
            found += [f"{path} {width}: {too_wide} px too wide"] if too_wide > 0 else []
            found += [f"{path} {scheme}: {fault}" for fault in violations(desk.page)]
    assert not found, "\n".join(found)


def test_logging_in_is_accessible(visitor: Visitor):
    visitor.goto("/admin/")
    assert_accessible(visitor.page)
