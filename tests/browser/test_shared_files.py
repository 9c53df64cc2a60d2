"""/files and /u/<handle>/files: lists of shared files, published from a terminal, checked and fetched in a browser."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Route, expect

from devstack.stack import Stack
from kezclient.tests.machine import Machine
from tests.browser.axe import assert_accessible
from tests.browser.chatting import enter, settle, start_conversation
from tests.browser.conftest import visitors_of
from tests.browser.contexts import Contexts
from tests.browser.engine_page import aside
from tests.browser.files import png, sha256
from tests.browser.list_maker import publish_all_kinds
from tests.browser.visitor import Visitor

Answer = Callable[[Route], None]


class Scene:
    """bob, in a browser; alice, in a terminal, who shares files of all kinds with him, and one with carol."""

    def __init__(self, bob: Visitor, words: list[str], stack: Stack, folder: Path) -> None:
        suffix = bob.name.partition("-")[2]
        self.bob, self.words, self.folder = bob, words, folder
        self.alice, carol = (
            Machine(f"{name}-{suffix}", folder / name, stack.base_url) for name in ("alice", "carol")
        )
        for machine in (self.alice, carol):
            aside(machine.register)
        self.files = publish_all_kinds(self.alice, bob.name, folder)
        secret = folder / "secret.txt"
        secret.write_text("for carol")
        aside(lambda: self.alice.look("publish", str(secret), "--to", carol.handle))
        self.machine = Machine(bob.name, folder / "bob", stack.base_url)


@pytest.fixture(scope="module")
def scene(contexts: Contexts, stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with visitors_of(contexts, stack) as visitor_of:
        bob = visitor_of(f"bob-{uuid4().hex[:8]}")
        words = settle(bob)
        yield Scene(bob, words, stack, tmp_path_factory.mktemp("shared"))


def items(person: Visitor) -> Locator:
    return person.page.locator("li.shared-item")


def item(person: Visitor, name: str) -> Locator:
    return person.page.locator(f"li.shared-item[data-name={json.dumps(name)}]")


def test_what_a_contact_shares_is_listed_and_fetched(scene: Scene, tmp_path: Path):
    bob, alice = scene.bob, scene.alice
    page = bob.page
    start_conversation(bob, alice.handle)
    page.get_by_role("button", name="Details of this conversation").click()
    page.get_by_role("dialog").get_by_role("link", name="Shared files").click()
    page.wait_for_url(f"**/u/{alice.handle}/files")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Files of {alice.handle}")
    expect(items(bob)).to_have_count(4)
    assert page.locator("li.shared-item b").all_inner_texts()[2:] == ["the whole film.mkv", "old.zip"]

    picture = item(bob, "lisbon.png")
    expect(picture).to_contain_text("image/png · added ")
    expect(picture).to_contain_text("kept until ")
    expect(picture).to_contain_text("Us, in front of the tram 😂")
    image = picture.locator("img")
    expect(image).to_be_visible()
    assert image.evaluate("image => [image.src.split(':')[0], image.naturalWidth]") == ["blob", 64]
    old = item(bob, "old.zip")
    expect(old).to_contain_text("expired")
    expect(old.get_by_role("button")).to_have_count(0)
    film = item(bob, "the whole film.mkv")
    expect(film).to_contain_text("Download needs the CLI:")
    expect(film.locator("code")).to_have_text(f"kez-chat fetch {alice.handle}/c0c0c0c0")
    bob.context.grant_permissions(["clipboard-read", "clipboard-write"])
    film.get_by_role("button", name="Copy the command").click()
    assert page.evaluate("navigator.clipboard.readText()") == f"kez-chat fetch {alice.handle}/c0c0c0c0"
    assert_accessible(page)

    for name in ("notes.txt", "lisbon.png"):
        with page.expect_download() as found:
            item(bob, name).get_by_role("button", name=f"Download {name}").click()
        assert found.value.suggested_filename == name
        found.value.save_as(tmp_path / name)
        assert sha256(tmp_path / name) == sha256(scene.files[name])
    picture.get_by_role("button", name="Open the picture lisbon.png").click()
    viewer = page.get_by_role("dialog", name="lisbon.png")
    expect(viewer.locator("img")).to_be_visible()
    assert viewer.locator("img").evaluate("image => image.naturalWidth") == 300
    viewer.get_by_role("button", name="Close").click()


def changed(change: Callable[[dict[str, Any]], object]) -> Answer:
    """The list as the server has it, with a change."""

    def answer(route: Route) -> None:
        response = route.fetch()
        document = response.json()
        change(document)
        route.fulfill(response=response, body=json.dumps(document))

    return answer


def problem(status: int, code: str) -> Answer:
    body = json.dumps({"status": status, "code": code, "title": "No", "detail": "It is not here."})
    return lambda route: route.fulfill(status=status, content_type="application/problem+json", body=body)


LISTS, CHAINS = r"/v1/shared-files/", r"/v1/sigchains/"
TROUBLE: list[tuple[str, Answer, str, str]] = [
    (LISTS, changed(lambda it: it["payload"]["entries"].reverse()), "list_forged", "Not their list."),
    (LISTS, changed(lambda it: it["payload"].update(version_no=99)), "list_forged", "signature"),
    (LISTS, problem(404, "no_shared_files"), "list_missing", "Not there yet."),
    (LISTS, lambda route: route.abort(), "unreachable", "Out of reach."),
    (CHAINS, lambda route: route.abort(), "unreachable", "Out of reach."),
    (CHAINS, changed(lambda it: (it["events"].pop(), it.update(head=None))), "bad_answer", "Not shown."),
]


def test_what_does_not_hold_is_not_shown_and_says_why(scene: Scene):
    bob, alice = scene.bob, scene.alice
    bob.expect(r"status of 404|ERR_FAILED")
    bob.goto(f"/u/{alice.handle}/files")
    enter(bob, f"/u/{alice.handle}/files")
    expect(items(bob)).to_have_count(4)
    again = bob.page.get_by_role("button", name="Look again")
    for address, answer, code, words in TROUBLE:
        bob.page.route(re.compile(address), answer)
        again.click()
        notice = bob.page.locator(".notice")
        expect(notice).to_have_attribute("data-code", code)
        expect(notice).to_contain_text(words)
        expect(items(bob)).to_have_count(0)
        bob.page.unroute(re.compile(address))
    assert_accessible(bob.page)
    # Alice takes the list back to an older one, and the server gives the old one out again.
    old = bob.page.evaluate("url => fetch(url).then((answer) => answer.json())", list_address(scene))
    again.click()
    expect(items(bob)).to_have_count(4)
    aside(lambda: alice.look("unpublish", "notes.txt"))
    bob.page.route(re.compile(LISTS), lambda route: route.fulfill(json=old))
    again.click()
    expect(bob.page.locator(".notice")).to_have_attribute("data-code", "list_replaced")
    bob.page.unroute(re.compile(LISTS))
    again.click()
    expect(items(bob)).to_have_count(3)
    # A file that the server does not have any more.
    bob.page.route(re.compile(r"/v1/files/"), problem(404, "file_unknown"))
    item(bob, "lisbon.png").get_by_role("button", name="Download").click()
    expect(item(bob, "lisbon.png").get_by_role("alert")).to_contain_text("can publish it again")
    bob.page.unroute(re.compile(r"/v1/files/"))


def list_address(scene: Scene) -> str:
    return f"/v1/shared-files/{scene.alice.look('whoami')['primary'].removeprefix('ed25519:')}"


def test_the_own_list_with_its_readers(scene: Scene):
    bob, machine = scene.bob, scene.machine
    page = bob.page
    page.get_by_role("link", name="Files", exact=True).click()
    page.wait_for_url("**/files")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your files")
    expect(page.get_by_role("heading", name="You share nothing yet")).to_be_visible()
    words = scene.folder / "words of bob"
    words.write_text(" ".join(scene.words))
    machine.environment["KEZ_CHAT_PHRASE_FILE"] = str(words)
    aside(lambda: machine.look("restore", machine.handle))
    map_of = scene.folder / "map.pdf"
    map_of.write_bytes(b"%PDF-1.7")
    aside(lambda: machine.look("publish", str(map_of), "--to", scene.alice.handle))
    page.get_by_role("button", name="Look again").click()
    expect(item(bob, "map.pdf")).to_contain_text(f"For {scene.alice.handle}")
    assert_accessible(page)
    page.get_by_role("link", name=scene.alice.handle, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Files of {scene.alice.handle}")
    # From the public profile, by way of the passphrase.
    bob.goto(f"/u/{scene.alice.handle}")
    page.get_by_role("link", name="What of it is for you").click()
    enter(bob, f"/u/{scene.alice.handle}/files")
    expect(items(bob)).to_have_count(3)


def test_publishing_from_the_browser(scene: Scene, tmp_path: Path):
    """What is published here, other devices go on from; what they change shows here."""
    bob, machine, alice = scene.bob, scene.machine, scene.alice
    page = bob.page
    bob.goto("/files")
    enter(bob, "/files")
    expect(item(bob, "map.pdf")).to_be_visible()
    page.get_by_role("button", name="Publish").click()
    dialog = page.get_by_role("dialog", name="Publish a file")
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose a file.")
    lake = tmp_path / "lake.png"
    lake.write_bytes(png(600, 400, noise=True))
    dialog.get_by_label("File").set_input_files(lake)
    dialog.get_by_role("button", name="Publish").click()
    expect(dialog.get_by_role("alert")).to_have_text("Choose who may see it.")
    dialog.get_by_label(alice.handle).check()
    dialog.get_by_label("Note").fill("The lake")
    assert_accessible(page)
    dialog.get_by_role("button", name="Publish").click()
    own = item(bob, "lake.png")
    expect(own).to_contain_text("The lake", timeout=90_000)
    expect(own).to_contain_text(f"For {alice.handle}")
    image = own.locator("img")
    expect(image).to_be_visible()
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [256, 171]

    # Alice fetches it, and another device of Bob's takes the other file off and puts one on.
    aside(lambda: alice.look("fetch", f"{bob.name}/lake.png", "--to", str(tmp_path / "fetched.png")))
    assert sha256(tmp_path / "fetched.png") == sha256(lake)
    aside(lambda: machine.look("unpublish", "map.pdf"))
    notes = tmp_path / "notes.txt"
    notes.write_text("by the command")
    aside(lambda: machine.look("publish", str(notes), "--to", alice.handle))
    listed = aside(lambda: machine.look("browse"))["entries"]
    assert [(each["name"], each["note"], each["thumbnail"]) for each in listed] == [
        ("lake.png", "The lake", True),
        ("notes.txt", None, False),
    ]
    page.get_by_role("button", name="Look again").click()
    expect(item(bob, "notes.txt")).to_be_visible()
    expect(item(bob, "map.pdf")).to_have_count(0)

    # Between commit and hand-in the line is cut: it is made good when the list is looked at again.
    bob.expect("ERR_FAILED")
    lists = re.compile(LISTS)
    page.route(lists, lambda route: route.abort() if route.request.method == "PUT" else route.continue_())
    item(bob, "lake.png").get_by_role("button", name="Who may see lake.png").click()
    readers = page.get_by_role("dialog", name="lake.png")
    expect(readers.get_by_label(alice.handle)).to_be_checked()
    readers.get_by_role("button", name="Take it off").click()
    expect(readers.get_by_role("alert")).to_contain_text("can't be reached")
    assert_accessible(page)
    readers.get_by_role("button", name="Cancel").click()
    page.unroute(lists)
    page.get_by_role("button", name="Look again").click()
    expect(item(bob, "lake.png")).to_have_count(0)
    expect(item(bob, "notes.txt")).to_be_visible()
    assert [each["name"] for each in aside(lambda: alice.look("browse", bob.name))["entries"]] == [
        "notes.txt"
    ]
