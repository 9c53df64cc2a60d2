"""Files as one sees them: from strangers, on their way, gone, changed, disguised; picked, dropped, pasted, too many."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Route, expect

from devstack.stack import Stack
from kezproto.bodies import inline_file_body
from tests.browser.axe import assert_accessible
from tests.browser.chatting import composer, open_conversation, settle
from tests.browser.conftest import visitors_of
from tests.browser.contexts import Contexts
from tests.browser.file_answers import Answers, chunked, iroh
from tests.browser.files import attach, file_row, png, random_file, save
from tests.browser.pen_friend import PenFriend
from tests.browser.visitor import Visitor

SVG = b"<svg xmlns='http://www.w3.org/2000/svg' onload='window.pwned=1'><script>window.pwned=1</script></svg>"
PAGE = (
    b"<!DOCTYPE html><script>window.pwned = 1; document.title = 'pwned'</script><img src=x onerror='pwned=1'>"
)


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


@pytest.fixture(scope="module")
def alice(contexts: Contexts, stack: Stack, answers: Answers) -> Iterator[Visitor]:
    with visitors_of(contexts, stack) as visitor_of:
        alice = visitor_of(f"alice-{uuid4().hex[:8]}")
        answers.stand_between(alice)
        settle(alice)
        yield alice


@pytest.fixture(scope="module")
def penny(stack: Stack) -> PenFriend:
    return PenFriend(f"penny-{uuid4().hex[:8]}", stack)


def send(penny: PenFriend, alice: Visitor, *bodies: dict[str, Any]) -> list[Locator]:
    """The rows in which these arrive, in the open conversation."""
    penny.deliver(alice.name, *penny.compose(alice.name, *bodies))
    rows = [file_row(alice, body["filename"]) for body in bodies]
    for row in rows:
        expect(row).to_be_visible()
    return rows


def test_files_of_a_stranger_wait_until_the_request_is_accepted(
    alice: Visitor, penny: PenFriend, answers: Answers
):
    inside = inline_file_body(png(90, 60), filename="hello.png", mime="image/png")
    beside, sealed = chunked("look.png", "image/png", png(300, 200, noise=True))
    answers.tell(beside["file_id"], "ready", received=3, chunks=3)
    answers.content[beside["file_id"]] = sealed
    penny.deliver(alice.name, *penny.compose(alice.name, "Hi, it's me", inside, beside))
    open_conversation(alice, penny.name)
    rows = [file_row(alice, name) for name in ("hello.png", "look.png")]
    for row in rows:
        expect(row).to_contain_text("It can be opened once you accept the request.")
        expect(row.locator("img")).to_have_count(0)
        expect(row.locator(".file button")).to_have_count(0)
    assert answers.asked == []
    alice.page.get_by_role("button", name="Accept").click()
    for row in rows:
        expect(row.locator("img.shown")).to_be_visible()
    assert beside["file_id"] in answers.asked


def test_every_way_in_which_a_file_can_stand_is_said_in_words(
    alice: Visitor, penny: PenFriend, answers: Answers
):
    def pointer(name: str, state: str, **more: Any) -> dict[str, Any]:
        body, sealed = chunked(name, "application/pdf", os.urandom(100_000))
        answers.tell(body["file_id"], state, chunks=2, **more)
        answers.content[body["file_id"]] = sealed
        return body

    pending = pointer("pending.pdf", "pending", received=1)
    failed = pointer("failed.pdf", "failed", cause="Chunks were bent.", cause_code="digest_mismatch")
    expired, removed = pointer("expired.pdf", "expired"), pointer("removed.pdf", "removed")
    changed = pointer("changed.pdf", "ready", received=2)
    sealed = answers.content[changed["file_id"]]
    answers.content[changed["file_id"]] = bytes([sealed[0] ^ 1]) + sealed[1:]
    nobody, _ = chunked("nobody.pdf", "application/pdf", os.urandom(100))
    alice.expect("status of 404")
    film = iroh("film.mkv", "video/x-matroska", 5 * 2**30)
    rows = send(penny, alice, pending, failed, expired, removed, changed, nobody, film)
    expect(rows[0]).to_contain_text("Receiving 1/2…")
    expect(rows[0].get_by_role("progressbar")).to_have_attribute("aria-valuetext", "Receiving 1/2…")
    expect(rows[1].locator(".file-failed")).to_contain_text("The sender's upload failed. Chunks were bent.")
    expect(rows[2].locator(".file-failed")).to_contain_text("keeps files for a while only")
    expect(rows[3].locator(".file-failed")).to_contain_text("was removed from the server")
    rows[4].get_by_role("button", name="Download changed.pdf").click()
    expect(rows[4].locator(".file-failed")).to_contain_text("is not the file that was sent")
    expect(rows[5].locator(".file-failed")).to_contain_text("No file of this id has been announced")
    expect(rows[6]).to_contain_text("5.0 GiB. Download needs the CLI:")
    expect(rows[6].locator("code")).to_have_text(re.compile(f"kez-chat fetch {penny.name} [0-9a-f]{{12}}$"))
    assert_accessible(alice.page)

    answers.content[changed["file_id"]] = sealed
    answers.tell(failed["file_id"], "ready", received=2, chunks=2)
    for row in (rows[1], rows[4]):
        row.get_by_role("button", name="Try again").click()
        expect(row.locator(".file")).to_have_attribute("data-stage", "here")


def test_names_and_types_of_others_do_nothing_but_stand_there(
    alice: Visitor, penny: PenFriend, tmp_path: Path
):
    odd_names = [
        "<img src=x onerror=pwned=1>.png",
        '"><script>pwned=1<script>.png',
        "javascript:pwned=1",
        "%00.html",
    ]
    disguised = [
        inline_file_body(SVG, filename="logo.svg", mime="image/svg+xml"),
        inline_file_body(SVG, filename="logo.png", mime="image/png"),
        inline_file_body(PAGE, filename="page.png", mime="image/png"),
        inline_file_body(PAGE, filename="page.html", mime="text/html"),
        inline_file_body(b"\x89PNG\r\n\x1a\n" + PAGE, filename="half.png", mime="image/png"),
        *(inline_file_body(b"x", filename=name, mime="text/html") for name in odd_names),
    ]
    rows = send(penny, alice, *disguised)
    for row in rows[:4]:
        expect(row.locator("img")).to_have_count(0)
    expect(rows[4]).to_contain_text("half.png: this picture can't be shown here.")
    for row, name in zip(rows[5:], odd_names, strict=True):
        expect(row.locator("b")).to_have_text(name)
    # What is a picture is shown as one, also under another type; the address has the type of its bytes.
    [honest] = send(penny, alice, inline_file_body(png(30, 20), filename="x.html", mime="text/html"))
    expect(honest.locator("img.shown")).to_be_visible()
    kind = "(image) => fetch(image.src).then((answer) => answer.headers.get('content-type'), () => 'refused')"
    alice.expect("Content Security Policy|connect-src")
    assert honest.locator("img").evaluate(kind) == "refused"  # no script can read it back
    assert save(alice, "page.html", tmp_path / "page.html").read_bytes() == PAGE
    assert alice.page.evaluate("typeof window.pwned") == "undefined"


def test_files_are_picked_dropped_pasted_and_taken_back(alice: Visitor, penny: PenFriend, tmp_path: Path):
    page, tray = alice.page, alice.page.get_by_role("list", name="Files to send")
    attach_button = page.get_by_role("button", name="Attach files")
    expect(attach_button).to_have_attribute("title", re.compile("up to 10 MiB; larger with kez-chat share"))
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    page.evaluate(
        """([name, bytes]) => {
          const data = new DataTransfer();
          data.items.add(new File([Uint8Array.from(bytes)], name, { type: "image/png" }));
          window.data = data;
          const pane = document.querySelector("[data-part='conversation']");
          window.drag = (kind) => pane.dispatchEvent(
            new DragEvent(kind, { dataTransfer: data, bubbles: true, cancelable: true }));
          window.drag("dragover");
        }""",
        ["dropped.png", list(png(40, 30))],
    )
    expect(page.get_by_text("Drop files to attach them")).to_be_visible()
    page.evaluate("window.drag('drop')")
    expect(page.get_by_text("Drop files to attach them")).to_be_hidden()
    expect(tray.get_by_role("listitem").locator("img")).to_be_visible()
    composer(alice).evaluate(
        """(area) => area.dispatchEvent(
          new ClipboardEvent("paste", { clipboardData: window.data, bubbles: true, cancelable: true }))"""
    )
    expect(tray.get_by_role("listitem")).to_have_count(2)
    heic = tmp_path / "IMG_0001.HEIC"
    heic.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(100_000))
    page.locator("[data-part='picker']").set_input_files(str(heic))
    expect(tray.get_by_role("listitem")).to_have_count(3)
    expect(page.get_by_text("in a format that many browsers can't show")).to_be_visible()
    assert_accessible(page)
    tray.get_by_role("button", name="Do not send dropped.png").first.click()
    expect(tray.get_by_role("listitem")).to_have_count(2)

    # No space on the device: said beside the file, which stays for another try.
    page.evaluate(
        """() => {
          const put = IDBObjectStore.prototype.put;
          window.room = false;
          IDBObjectStore.prototype.put = function (...args) {
            if (this.name === "file_chunks" && !window.room) throw new DOMException("full", "QuotaExceededError");
            return put.apply(this, args);
          };
        }"""
    )
    page.get_by_role("button", name="Send", exact=True).click()
    expect(tray).to_contain_text("There is no space left for this site in this browser")
    expect(tray.get_by_role("listitem")).to_have_count(1)
    page.evaluate("window.room = true")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(tray).to_be_hidden()
    expect(file_row(alice, "dropped.png").locator("img.shown")).to_be_visible()
    expect(file_row(alice, heic.name).get_by_role("button", name=f"Save {heic.name}")).to_be_visible()
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()


def test_what_the_server_refuses_stands_beside_the_file_and_can_be_tried_again(
    alice: Visitor, penny: PenFriend, tmp_path: Path
):
    """The server has no reason to refuse here, so the network between says it in its place."""
    sentence = "You have sent as many files as a day takes; try again tomorrow."
    problem = {
        "type": "about:blank",
        "status": 403,
        "code": "quota_daily",
        "detail": sentence,
        "limit": 1,
        "used": 1,
    }

    def refuse(route: Route) -> None:
        route.fulfill(status=403, content_type="application/problem+json", body=json.dumps(problem))

    announcing = re.compile("/v1/files$")
    alice.page.route(announcing, refuse)
    alice.expect("status of 403")
    report = random_file(tmp_path / "report.ods", 100_000)
    attach(alice, report)
    row = file_row(alice, report.name)
    expect(row.locator(".failure")).to_contain_text(f"Not sent. {sentence}")
    alice.page.unroute(announcing)
    row.get_by_role("button", name="Try again").click()
    expect(row.locator(".file")).to_have_attribute("data-stage", "here")
    expect(row.locator(".failure")).to_have_count(0)
    expect(row.locator(".state")).to_have_attribute("data-state", "sent")
