"""Pictures of files in a conversation: of each way in which one can stand."""

from __future__ import annotations

import math
import os
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from playwright.sync_api import expect

from devstack.stack import Stack
from kezproto.bodies import inline_file_body
from tests.browser.chatting import accept_request, composer, open_conversation, send_text
from tests.browser.file_answers import Answers, chunked, iroh
from tests.browser.files import attach, file_row, png_of
from tests.browser.pen_friend import PenFriend
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from tests.browser.screenshots import Camera

WIDTH, HEIGHT = 720, 480


def landscape() -> bytes:
    """A lake in the evening, drawn line by line."""

    def ridge(x: int, base: float, height: float, phase: float) -> float:
        return base - height * (math.sin(x / 97 + phase) + 0.5 * math.sin(x / 41 + 2 * phase))

    ridges = [[ridge(x, 250, 34, 0.4) for x in range(WIDTH)], [ridge(x, 300, 22, 2.1) for x in range(WIDTH)]]

    def colour(x: int, y: int) -> tuple[int, int, int]:
        if y > 330:  # the lake holds the sky upside down
            share = (y - 330) / (HEIGHT - 330)
            shine = 26 if abs(x - 500) < 36 + 50 * math.sin(y * 1.9) else 0
            return int(196 - 110 * share) + shine, int(142 - 60 * share) + shine, int(128 + 4 * share)
        if y > ridges[1][x]:
            return 38, 62, 66
        if y > ridges[0][x]:
            return 74, 96, 110
        if (x - 500) ** 2 + (y - 170) ** 2 < 34**2:
            return 255, 232, 190
        share = y / 330
        return int(70 + 165 * share), int(96 + 78 * share), int(150 - 6 * share)

    return png_of(WIDTH, HEIGHT, lambda y: bytes(part for x in range(WIDTH) for part in colour(x, y)))


def take_picture_talk(camera: Camera, alice: Visitor, bob: Visitor) -> None:
    """Alice and Bob have the conversation open."""
    with tempfile.TemporaryDirectory() as folder:
        picture = Path(folder) / "lake-in-the-evening.png"
        picture.write_bytes(landscape())
        sheet = Path(folder) / "Route around the lake.pdf"
        sheet.write_bytes(os.urandom(734_000))
        open_conversation(bob, "alice")
        composer(bob).fill("This is where we'll have lunch")
        attach(bob, picture, sheet)
        for name in (picture.name, sheet.name):
            expect(file_row(bob, name).locator(".state")).to_have_attribute("data-state", "read")
        send_text(alice, "Wow. I'm in!")
        expect(file_row(alice, picture.name).locator("img.shown")).to_be_visible()
        expect(file_row(alice, sheet.name).get_by_role("button", name="Download")).to_be_visible()
        camera.take("chat-files", alice)
        file_row(alice, picture.name).get_by_role("button", name="Open the picture").click()
        alice.page.get_by_role("dialog").get_by_role("img").wait_for()
        camera.take("chat-viewer", alice)
        alice.page.keyboard.press("Escape")
        heic = Path(folder) / "IMG_2044.HEIC"
        heic.write_bytes(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(2_400_000))
        alice.page.locator("[data-part='picker']").set_input_files([str(picture), str(sheet), str(heic)])
        alice.page.get_by_text("many browsers can't show").wait_for()
        camera.take("chat-tray", alice)
        for button in alice.page.get_by_role("button", name=re.compile("^Do not send")).all()[::-1]:
            button.click()
        alice.page.evaluate("document.querySelector('[data-part=drop-zone]').hidden = false")
        camera.take("chat-drop", alice)
        alice.page.evaluate("document.querySelector('[data-part=drop-zone]').hidden = true")


def take_file_states(camera: Camera, alice: Visitor, stack: Stack) -> None:
    """Every way in which a file of somebody else can stand, and some of one's own."""
    penny, answers = PenFriend("penny", stack), Answers()
    answers.stand_between(alice)
    bodies = [inline_file_body(landscape(), filename="lake.png", mime="image/png")]
    states: list[tuple[str, str, str, dict[str, Any]]] = [
        ("holiday film.mp4", "video/mp4", "pending", {"received": 1}),
        ("Minutes of the meeting.odt", "application/vnd.oasis.opendocument.text", "ready", {"received": 2}),
        (
            "photos.zip",
            "application/zip",
            "failed",
            {"cause": "The upload was not completed within 24 hours."},
        ),
        ("song.flac", "audio/flac", "expired", {}),
        ("harbour.jpg", "image/jpeg", "pending", {"received": 1}),
    ]
    for name, mime, state, more in states:
        body, _ = chunked(name, mime, os.urandom(130_000))
        answers.tell(body["file_id"], state, chunks=2, **more)
        bodies.append(body)
    bodies.append(iroh("Archive 2019.tar", "application/x-tar", 6_400_000_000))
    penny.deliver(alice.name, *penny.compose(alice.name, "Here is all of it", *bodies))
    open_conversation(alice, "penny")
    expect(file_row(alice, "Archive 2019.tar")).to_be_visible()
    camera.take("chat-files-held", alice)
    alice.page.get_by_role("link", name="Contacts").click()
    alice.page.get_by_role("link", name="Chats").click()
    accept_request(alice, "penny")
    expect(file_row(alice, "song.flac").locator(".file-failed")).to_be_visible()
    camera.take("chat-files-states", alice)
    alice.page.locator("[data-part='scroller']").evaluate("(scroller) => { scroller.scrollTop = 520; }")
    camera.take("chat-files-failed", alice)
    with tempfile.TemporaryDirectory() as folder:
        own = Path(folder) / "Letter to the council.pdf"
        own.write_bytes(os.urandom(500_000))
        alice.page.evaluate(
            """() => {
              const send = WebSocket.prototype.send;
              let count = 0;
              WebSocket.prototype.send = function (data) {
                if (typeof data !== "string" && data[0] === 4 && (count += 1) > 3) return;
                send.call(this, data);
              };
            }"""
        )
        attach(alice, own)
        expect(file_row(alice, own.name).get_by_role("progressbar")).to_be_visible()
        expect(file_row(alice, own.name)).to_contain_text("Sending 42 %")
    camera.take("chat-files-sending", alice)
