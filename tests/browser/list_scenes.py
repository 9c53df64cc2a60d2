"""Pictures of lists of shared files: somebody else's, one that does not hold, and one's own."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from devstack.stack import Stack
from kezclient.tests.machine import Machine
from tests.browser.chatting import enter
from tests.browser.engine_page import aside
from tests.browser.list_maker import publish_all_kinds
from tests.browser.visitor import Visitor

if TYPE_CHECKING:
    from tests.browser.screenshots import Camera


def take_lists(camera: Camera, alice: Visitor, words: list[str], stack: Stack, folder: Path) -> None:
    """What chris's sister shares with alice, why a list is not shown, and what alice shares."""
    nora, own = (Machine(name, folder / f"machine of {name}", stack.base_url) for name in ("nora", "alice"))
    aside(nora.register)
    publish_all_kinds(nora, "alice", folder)
    own.words.write_text(" ".join(words))
    aside(lambda: own.restore(own))
    publish_all_kinds(own, "bob,nora", folder)
    page = alice.page
    alice.goto("/u/nora/files")
    enter(alice, "/u/nora/files")
    page.locator(".shared-sign img").wait_for()
    camera.take("files", alice)
    page.route("**/v1/shared-files/*", lambda route: route.fulfill(json={"hello": "world"}))
    page.get_by_role("button", name="Look again").click()
    page.locator(".notice").wait_for()
    camera.take("files-forged", alice)
    page.unroute("**/v1/shared-files/*")
    alice.page.locator('[data-nav="files"]').click()
    page.locator(".shared-sign img").wait_for()
    camera.take("files-own", alice)
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish a file")
    dialog.get_by_label("bob").check()
    dialog.get_by_label("Note").fill("The long way round the lake")
    camera.take("files-publish", alice)
    dialog.get_by_role("button", name="Cancel").click()
