"""Files between two browsers: inline and in chunks, whole to the byte, through reloads and a line that fails."""

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import Request, expect

from devstack.stack import Stack
from kezclient.tests.machine import Machine
from tests.browser.chatting import (
    accept_request,
    befriend,
    conversation,
    enter,
    message,
    send_text,
    settle,
)
from tests.browser.conftest import visitors_of
from tests.browser.contexts import Contexts
from tests.browser.engine_page import EnginePage, aside
from tests.browser.files import MIB, attach, file_row, png, random_file, save, sha256
from tests.browser.line import control_line, set_line, wait_chunks
from tests.browser.visitor import Visitor

Pair = tuple[Visitor, Visitor]
LONG_MS = 90_000


@pytest.fixture(scope="module")
def joined(contexts: Contexts, stack: Stack) -> Iterator[tuple[Visitor, Visitor, str]]:
    """Alice and Bob, with their conversation open, and Alice's words; joined once for all tests of this file."""
    with visitors_of(contexts, stack) as visitor_of:
        suffix = uuid4().hex[:8]
        alice, bob = visitor_of(f"alice-{suffix}"), visitor_of(f"bob-{suffix}")
        for person in (alice, bob):
            control_line(person)
        words = settle(alice)
        settle(bob)
        befriend(alice, bob)
        yield alice, bob, " ".join(words)


@pytest.fixture
def pair(joined: tuple[Visitor, Visitor, str]) -> Pair:
    return joined[:2]


def reload(person: Visitor, other: Visitor) -> None:
    """Loads the page of the conversation anew, whatever it was doing, and unlocks."""
    person.goto(f"/chat/{other.name}")
    enter(person, f"/chat/{other.name}")


def test_a_small_picture_goes_inside_its_message(pair: Pair, tmp_path: Path):
    alice, bob = pair
    picture = tmp_path / "lake & hills.png"
    picture.write_bytes(png(600, 400))
    alice.page.get_by_role("textbox", name="Message", exact=True).fill("Where we were")
    attach(alice, picture)
    for person in pair:
        row = file_row(person, picture.name)
        expect(row.locator("img.shown")).to_be_visible()
        assert row.locator("img").evaluate("(image) => [image.naturalWidth, image.naturalHeight]") == [
            600,
            400,
        ]
    # What is written with it stands below it.
    expect(bob.page.locator("li.message").last).to_contain_text("Where we were")
    assert sha256(save(bob, picture.name, tmp_path / "saved.png")) == sha256(picture)
    expect(file_row(alice, picture.name).locator(".state")).to_have_attribute("data-state", "read")

    file_row(bob, picture.name).get_by_role("button", name="Open the picture").click()
    viewer = bob.page.get_by_role("dialog", name=picture.name)
    expect(viewer.get_by_role("img", name=picture.name)).to_be_visible()
    bob.page.keyboard.press("Escape")
    expect(viewer).to_have_count(0)
    expect(file_row(bob, picture.name).get_by_role("button", name="Open the picture")).to_be_focused()

    bob.page.keyboard.press("Control+k")
    bob.page.keyboard.type("HILLS")
    expect(bob.page.get_by_role("region", name="Messages", exact=True).get_by_role("link")).to_have_count(1)
    bob.page.keyboard.press("Escape")


def test_a_picture_of_5_mb_is_there_at_once_and_arrives_though_the_network_went_away(
    pair: Pair, tmp_path: Path
):
    alice, bob = pair
    picture = tmp_path / "market.png"
    picture.write_bytes(png(1700, 1000, noise=True))
    assert picture.stat().st_size > 5_000_000
    alice.expect("ERR_INTERNET_DISCONNECTED|WebSocket connection")
    set_line(alice, chunks=0, limit=20)
    attach(alice, picture)
    expect(file_row(alice, picture.name).locator("img.shown")).to_be_visible()
    wait_chunks(alice, 20)
    alice.context.set_offline(True)
    set_line(alice, limit=1000)
    alice.context.set_offline(False)
    expect(file_row(bob, picture.name).locator("img.shown")).to_be_visible(timeout=LONG_MS)
    assert sha256(save(bob, picture.name, tmp_path / "saved.png")) == sha256(picture)
    expect(conversation(bob, alice.name)).to_contain_text(picture.name)


def test_10_mib_arrive_whole_through_a_reload_a_killed_tab_and_a_cut_line(pair: Pair, tmp_path: Path):
    alice, bob = pair
    film = random_file(tmp_path / "film.mp4", 10 * MIB)
    set_line(alice, chunks=0, limit=30)
    attach(alice, film)
    wait_chunks(alice, 30)
    row = file_row(alice, film.name)
    # How many of them are confirmed and counted, a busy machine says a little later.
    bar = row.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^Sending (1\d|2[0-3]) %$"))
    alice.goto(f"/chat/{bob.name}")
    set_line(alice, limit=30)
    enter(alice, f"/chat/{bob.name}")
    wait_chunks(alice, 30)
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"^Sending (2\d|3\d|4[0-6]) %$"))
    # Nobody has heard of it yet: its message goes when all of it is there.
    expect(file_row(bob, film.name)).to_have_count(0)
    former, alice.page = alice.page, alice.new_page()
    former.close(run_before_unload=False)
    reload(alice, bob)
    send_text(alice, "It takes its time")
    row = file_row(alice, film.name)
    expect(row.locator(".file")).to_have_attribute("data-stage", "here", timeout=LONG_MS)
    expect(row.locator(".state")).to_have_attribute("data-state", "read")
    # 128 chunks, of which 60 had gone: not all of them went again.
    assert alice.page.evaluate("window.line.chunks") < 128

    set_line(bob, cut=4 * MIB)
    file_row(bob, film.name).get_by_role("button", name=f"Download {film.name}").click()
    expect(file_row(bob, film.name)).to_contain_text("out of reach", timeout=LONG_MS)
    requests = bob.note_requests()
    reload(bob, alice)
    # What was fetched before stays on this device.
    expect(file_row(bob, "market.png").locator("img.shown")).to_be_visible()
    assert not [url for url in requests if url.endswith("/content")]
    asked: list[Request] = []
    bob.page.on(
        "request", lambda request: asked.append(request) if request.url.endswith("/content") else None
    )
    file_row(bob, film.name).get_by_role("button", name=f"Download {film.name}").click()
    assert sha256(save_when_here(bob, film.name, tmp_path / "saved")) == sha256(film)
    # What had come was not fetched again; chunks are stored 16 at a time.
    [request] = asked
    assert int(request.all_headers()["range"].removeprefix("bytes=").removesuffix("-")) > 2 * MIB
    expect(bob.page.locator(f".file[data-name='{film.name}']")).to_have_count(1)
    expect(message(bob, "It takes its time")).to_be_visible()


def save_when_here(person: Visitor, name: str, to: Path) -> Path:
    expect(file_row(person, name).locator(".file")).to_have_attribute("data-stage", "here", timeout=LONG_MS)
    return save(person, name, to)


def test_a_bent_bit_fails_visibly_at_both_ends_and_goes_well_the_second_time(pair: Pair, tmp_path: Path):
    alice, bob = pair
    letter = random_file(tmp_path / "letter.pdf", 200_000)
    set_line(alice, bend=True)
    attach(alice, letter)
    own, theirs = file_row(alice, letter.name), file_row(bob, letter.name)
    expect(own.locator(".failure")).to_contain_text("The file did not arrive.", timeout=LONG_MS)
    expect(theirs.locator(".file-failed")).to_contain_text("The sender's upload failed.", timeout=LONG_MS)
    own.get_by_role("button", name="Try again").click()
    expect(own.locator(".file")).to_have_attribute("data-stage", "here", timeout=LONG_MS)
    theirs.get_by_role("button", name="Try again").click()
    assert sha256(save_when_here(bob, letter.name, tmp_path / "saved")) == sha256(letter)
    expect(own.locator(".failure")).to_have_count(0)


def test_sending_can_be_given_up(pair: Pair, tmp_path: Path):
    alice, bob = pair
    mistake = random_file(tmp_path / "mistake.zip", 2 * MIB)
    set_line(alice, chunks=0, limit=3)
    attach(alice, mistake)
    wait_chunks(alice, 3)
    row = file_row(alice, mistake.name)
    row.get_by_role("button", name=f"Do not send {mistake.name}").click()
    expect(row).to_have_count(0)
    reload(alice, bob)
    send_text(alice, "Never mind")
    expect(message(bob, "Never mind")).to_be_visible()
    for person in pair:
        expect(file_row(person, mistake.name)).to_have_count(0)
    assert alice.page.evaluate("window.line.chunks") == 0


def test_a_byte_too_many_is_refused_kindly_and_never_read(pair: Pair, tmp_path: Path):
    alice, bob = pair
    large = random_file(tmp_path / "holiday.mov", 10 * MIB + 1)
    alice.page.evaluate(
        """(size) => {
          window.reads = 0;
          for (const name of ["arrayBuffer", "slice", "stream", "text"]) {
            const read = Blob.prototype[name];
            Blob.prototype[name] = function (...args) {
              window.reads += this.size === size ? 1 : 0; // what else the page reads is another matter
              return read.apply(this, args);
            };
          }
        }""",
        10 * MIB + 1,
    )
    alice.page.locator("[data-part='picker']").set_input_files(str(large))
    said = alice.page.locator(".toast").last
    expect(said).to_contain_text(
        "“holiday.mov” is too large to go from the browser, where a file may have up to 10 MiB"
    )
    expect(said).to_contain_text(f"kez-chat share {bob.name} FILE")
    expect(alice.page.get_by_role("list", name="Files to send")).to_be_hidden()
    assert alice.page.evaluate("window.reads") == 0
    said.get_by_role("button", name="Close").click()


def test_another_device_has_what_this_one_has_sent(
    joined: tuple[Visitor, Visitor, str], visitor_of: Callable[..., Visitor], tmp_path: Path
):
    alice, bob, words = joined
    notes = random_file(tmp_path / "notes.txt", 100_000)
    attach(alice, notes)
    other = EnginePage(visitor_of("other")).restore(alice.name, words).wait_online()
    found = other.wait(
        f"""chat.peer("{bob.name}").then((peer) => chat.all(peer)).then((lines) =>
          lines.find(({{ text, state }}) => text === "{notes.name}" && state === "read"))"""
    )
    assert (found["mine"], found["file"]["here"]) == (True, False)
    other.run("chat.session.files.fetch(arg.peer, arg.id)", found)
    other.wait("chat.session.message(arg.peer, arg.id).then(({ file }) => file.here)", found)
    opened = other.run(
        """chat.session.files.open(arg.peer, arg.id).then((blob) => blob.arrayBuffer())
          .then((data) => crypto.subtle.digest("SHA-256", data))
          .then((digest) => chat.kez.toHex(new Uint8Array(digest)))""",
        found,
    )
    assert opened == sha256(notes)

    # A page that goes away while it still seals has accepted nothing, and leaves nothing behind.
    other.run(
        """void chat.session.files.send(arg, { name: "torn.bin", type: "", size: 9_000_000, slice: (from, to) => ({
          arrayBuffer: () => new Promise((resolve) => from < 3_000_000 && resolve(new ArrayBuffer(to - from))),
        }) })""",
        found["peer"],
    )
    other.wait("chat.store.count('file_chunks').then((count) => count > 20)")
    other.reopen()
    assert other.run("chat.store.count('file_chunks')") == 2
    assert other.run("chat.store.count('files')") == 1


def test_browser_and_command_line_send_each_other_pictures(pair: Pair, stack: Stack, tmp_path: Path):
    alice, _ = pair
    carol = Machine(f"carol-{alice.name.split('-')[1]}", tmp_path / "carol", stack.base_url)
    aside(carol.register)
    small, large = tmp_path / "small.png", tmp_path / "large.png"
    small.write_bytes(png(120, 80, seed=9))
    large.write_bytes(png(800, 500, noise=True, seed=9))
    aside(lambda: carol.look("share", alice.name, str(small), str(large)))
    accept_request(alice, carol.handle)
    for picture in (small, large):
        expect(file_row(alice, picture.name).locator("img.shown")).to_be_visible(timeout=LONG_MS)
        assert sha256(save(alice, picture.name, tmp_path / f"saved-{picture.name}")) == sha256(picture)

    back = [tmp_path / "back-small.png", tmp_path / "back-large.png"]
    for source, copy in zip((small, large), back, strict=True):
        copy.write_bytes(source.read_bytes())
    attach(alice, *back)
    last = file_row(alice, back[1].name)
    expect(last.locator(".file")).to_have_attribute("data-stage", "here", timeout=LONG_MS)
    expect(last.locator(".state")).not_to_have_attribute("data-state", "queued")
    aside(carol.hear)
    for picture in back:
        aside(partial(carol.look, "fetch", alice.name, picture.name, "--to", str(carol.folder)))
        assert sha256(carol.folder / picture.name) == sha256(picture)
