"""Pictures of every page, light and dark, narrow and wide: `python -m tests.browser.screenshots FOLDER`.

People chat on a server of their own first, so that there is something to see. Nothing is compared: they are to be
looked at, and the README shows some of them.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize, expect, sync_playwright

from devstack import chromium
from devstack.stack import Stack
from tests.browser.chain_writer import ChainWriter
from tests.browser.chatting import enter, open_conversation, send_text, settle, start_conversation
from tests.browser.desk_scenes import take_desk
from tests.browser.file_scenes import take_file_states, take_picture_talk
from tests.browser.joining import pick_handle
from tests.browser.list_scenes import take_lists
from tests.browser.visitor import PATIENCE_MS, Visitor

SIZES: dict[str, ViewportSize] = {
    "narrow": {"width": 390, "height": 844},
    "wide": {"width": 1280, "height": 800},
}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PLAIN = {
    "home": "/",
    "profile": "/u/chris",
    "manual": "/docs/cli",
    "nothing-here": "/nothing-here",
    "join": "/join",
    "restore": "/restore",
    "api": "/v1/docs",
}
TALK = [
    ("alice", "Morning! Did the parcel come?"),
    ("bob", "It did, an hour ago. Thank you so much"),
    ("bob", "The map is lovely. Where did you find it?"),
    ("alice", "In the little shop behind the station: https://kez.example/maps"),
    ("alice", "Shall we try the long way round the lake on Sunday? @chris wants to come along"),
    ("bob", "Yes! I'll bring sandwiches"),
]


@dataclass
class Camera:
    """Takes every picture four times."""

    folder: Path

    def take(self, name: str, person: Visitor, *, whole: bool = False) -> None:
        """The page as it is now; `whole` with what one would have to scroll to."""
        page = person.page
        for size_name, size in SIZES.items():
            page.set_viewport_size(size)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                file = self.folder / f"{name}-{size_name}-{scheme}.png"
                page.screenshot(path=file, full_page=whole, animations="disabled")
        page.set_viewport_size(SIZES["wide"])


@contextmanager
def people(browser: Browser, stack: Stack, *names: str) -> Iterator[list[Visitor]]:
    """Browsers for these names."""
    contexts = [browser.new_context(base_url=stack.base_url) for _ in names]
    yield [
        Visitor(name, context, stack.base_url, [stack.sigchain_url])
        for name, context in zip(names, contexts, strict=True)
    ]
    for context in contexts:
        context.close()


def take_plain(camera: Camera, visitor: Visitor) -> None:
    for name, path in PLAIN.items():
        visitor.goto(path)
        visitor.page.wait_for_load_state("networkidle")
        camera.take(name, visitor, whole=name in ("home", "profile"))


def take_joining(camera: Camera, visitor: Visitor) -> None:
    pick_handle(visitor, "dora")
    camera.take("join-words", visitor)


def take_chat(camera: Camera, alice: Visitor, bob: Visitor) -> list[str]:
    """Returns alice's words."""
    words = settle(alice)
    camera.take("chat-empty", alice)
    settle(bob)
    start_conversation(alice, "bob")
    send_text(alice, TALK[0][1])
    bob.page.locator("a.conversation").first.wait_for()
    camera.take("chat-request", bob)
    start_conversation(bob, "alice")
    speakers = {"alice": alice, "bob": bob}
    for name, text in TALK[1:]:
        send_text(speakers[name], text)
        for person in speakers.values():
            person.page.get_by_text(text).last.wait_for()
    alice.goto("/chat")
    enter(alice)
    camera.take("chat-list", alice)
    open_conversation(alice, "bob")
    expect(alice.page.get_by_text(TALK[-1][1]).last).to_be_visible()
    camera.take("chat", alice)
    return words


def take_app(camera: Camera, alice: Visitor) -> None:
    for name in ("contacts", "settings"):
        alice.page.locator(f'[data-nav="{name}"]').click()
        alice.page.wait_for_url(f"**/{name}")
        alice.page.get_by_role("heading", level=1).first.wait_for()
        camera.take(name, alice, whole=name == "settings")
    alice.goto("/chat")
    alice.page.wait_for_url("**/unlock")
    camera.take("unlock", alice)
    alice.goto("/u/chris")
    alice.page.locator("#digits").wait_for()
    camera.take("profile-known", alice, whole=True)


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(folder)
    program = chromium.find()
    if program is None:
        sys.exit("There is no Chromium: python -m devstack.chromium installs one.")
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory(prefix="kez-pictures-") as data, Stack(Path(data)) as stack:
        ChainWriter("chris", stack).write_much()
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
            with people(browser, stack, "alice", "bob", "visitor", "olga") as (alice, bob, visitor, olga):
                take_plain(camera, visitor)
                take_joining(camera, visitor)
                words = take_chat(camera, alice, bob)
                take_picture_talk(camera, alice, bob)
                take_file_states(camera, alice, stack)
                take_lists(camera, alice, words, stack, Path(data))
                take_app(camera, alice)
                take_desk(camera, olga, stack)
            browser.close()


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tests.browser.screenshots FOLDER")
    main(Path(sys.argv[1]))
