"""Reporting somebody from the browser, and reading what came of it."""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, expect

from devstack.stack import Stack
from tests.browser.axe import assert_accessible
from tests.browser.chatting import befriend, choose, enter, message, send_text, two_people
from tests.browser.visitor import Visitor


def shown(stack: Stack, reporter: Visitor) -> dict:
    """The one open report of somebody, as operators see it."""
    listed = json.loads(stack.manage("kez", "report", "list", "--json"))["reports"]
    found = [
        json.loads(stack.manage("kez", "report", "show", each["report_id"], "--json")) for each in listed
    ]
    (report,) = [each for each in found if each["reporter"] == reporter.name]
    return dict(report)


def dialog_about(person: Visitor, other: Visitor) -> Locator:
    dialog = person.page.get_by_role("dialog", name=f"Report {other.name}")
    expect(dialog.get_by_label("What is it?")).to_be_focused()
    return dialog


def test_one_message_is_opened_and_the_answer_is_read(visitor_of: Callable[..., Visitor], stack: Stack):
    alice, bob = two_people(visitor_of)
    befriend(alice, bob)
    for text in ("You fool", "A harmless thing"):
        send_text(bob, text)
        expect(message(alice, text)).to_be_visible()
    choose(alice, "You fool", "Report…")
    dialog = dialog_about(alice, bob)
    assert_accessible(alice.page)
    dialog.get_by_label("What is it?").select_option("Harassment or threats")
    dialog.get_by_label("What happened?").fill("Every day.")
    opened = dialog.get_by_role("list")
    expect(opened.get_by_role("checkbox", checked=True)).to_have_count(1)
    expect(opened.get_by_label("You fool")).to_be_checked()
    dialog.get_by_label(f"Block {bob.name} as well").check()
    dialog.get_by_role("button", name="Send the report").click()
    expect(alice.page.get_by_text("The operators have your report.")).to_be_visible()
    report = shown(stack, alice)
    assert (report["reported"], report["category"], report["text"]) == (bob.name, "harassment", "Every day.")
    assert [(each["holds"], each["text"]) for each in report["opened"]] == [(True, "You fool")]
    expect(alice.page.get_by_text("You have blocked").first).to_be_visible()
    outcome = "Told to stop. <b>Thank you</b>"
    stack.manage("kez", "report", "resolve", report["report_id"], "--outcome", outcome)
    alice.page.get_by_role("link", name="Settings").click()
    section = alice.page.get_by_role("region", name="Your reports")
    section.get_by_role("button", name="Show them").click()
    expect(section.get_by_text("Something was done:")).to_be_visible()
    expect(section.get_by_text(outcome)).to_be_visible()
    assert_accessible(alice.page)


@pytest.mark.long
def test_from_the_details_only_what_is_ticked_is_opened(visitor_of: Callable[..., Visitor], stack: Stack):
    alice, bob = two_people(visitor_of)
    befriend(alice, bob)
    for text in ("First", "Second"):
        send_text(bob, text)
        expect(message(alice, text)).to_be_visible()
    send_text(alice, "Mine")
    alice.page.get_by_role("button", name="Details of this conversation").click()
    alice.page.get_by_role("dialog", name=bob.name).get_by_role("button", name="Report").click()
    dialog = dialog_about(alice, bob)
    expect(dialog.get_by_role("list")).to_be_hidden()
    dialog.get_by_role("button", name="Send the report").click()
    expect(alice.page.get_by_text("The operators have your report.")).to_be_visible()
    report = shown(stack, alice)
    assert report["opened"] == []
    stack.manage("kez", "report", "reject", report["report_id"], "--outcome", "Show us, please.")
    # Signatures outlive the page.
    alice.goto("/contacts")
    enter(alice, path="/contacts")
    alice.page.get_by_role("button", name=f"More for {bob.name}").click()
    alice.page.get_by_role("menuitem", name="Safety number and key").click()
    alice.page.get_by_role("dialog", name=bob.name).get_by_role("button", name="Report").click()
    dialog = dialog_about(alice, bob)
    dialog.get_by_label(f"Open messages of {bob.name}").check()
    dialog.get_by_label("Second").uncheck()
    dialog.get_by_role("button", name="Send the report").click()
    expect(alice.page.get_by_text("The operators have your report.")).to_be_visible()
    assert [each["text"] for each in shown(stack, alice)["opened"]] == ["Welcome", "First"]
    # Bob learns nothing, and has reported nobody.
    bob.page.get_by_role("link", name="Settings").click()
    section = bob.page.get_by_role("region", name="Your reports")
    section.get_by_role("button", name="Show them").click()
    expect(section.get_by_text("You have reported nobody.")).to_be_visible()
