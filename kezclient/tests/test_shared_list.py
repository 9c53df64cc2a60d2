"""Reading somebody's list: every way in which a server, a stranger or the owner may make it wrong has a type."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kezclient.errors import BadAnswer, ChainRewritten, ClientError, ServerUnreachable
from kezclient.identity import Profile
from kezclient.invocation import GlobalOptions, Invocation
from kezclient.publishing import shared_list
from kezclient.publishing.collection import sealed
from kezclient.publishing.shared_list import OpenedList, Owner, read_list
from kezclient.runtime import Runtime
from kezclient.shared_errors import ListForged, ListMissing, ListNotCommitted, ListOlder, ListReplaced
from kezclient.tests.list_keeper import ListKeeper, signed_list
from kezclient.tests.loopback import Loopback, problem
from kezclient.tests.published_files import ALICE, BOB, CAROL, MALLORY, published
from kezproto.chain_state import ChainState
from kezproto.handles import Handle
from kezproto.shared_entries import seal_shared_entry

OWNER, HEX = ALICE.primary, ALICE.primary.hex


@pytest.fixture
def keeper(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> ListKeeper:
    monkeypatch.setattr(shared_list, "PAUSE_SECONDS", 0.001)
    return ListKeeper(loopback)


@pytest.fixture
def runtime(loopback: Loopback, home: Path) -> Iterator[Runtime]:
    """bob's."""
    profile = Profile(
        "default", Handle("bob", "kez.lat"), BOB.primary, loopback.url, "00000000000000bb", "file", True
    )
    with Runtime(Invocation(GlobalOptions(json=True)), profile, BOB) as opened:
        yield opened


Read = Callable[[], OpenedList | None]


@pytest.fixture
def read(runtime: Runtime, keeper: ListKeeper) -> Read:
    return lambda: read_list(runtime, Owner(OWNER, keeper.chain_url(ALICE), "alice"))


def entries(*names: str, readers: Any = (BOB, CAROL)) -> list[bytes]:
    return sealed([published(name, *readers) for name in names], OWNER)


def file_names(opened: OpenedList | None) -> list[str]:
    assert opened is not None
    return sorted(entry.file.filename for entry in opened.entries)


def test_a_list_that_holds(keeper: ListKeeper, read: Read):
    assert read() is None
    keeper.publish(ALICE, 1, entries("cat.png", "dog.png"))
    opened = read()
    assert file_names(opened) == ["cat.png", "dog.png"]
    assert opened is not None
    assert (opened.version_no, opened.refused) == (1, ())
    keeper.publish(ALICE, 4, entries("cat.png", readers=[CAROL]))
    assert file_names(read()) == []


def refused(read: Read, kind: type[ClientError]) -> ClientError:
    with pytest.raises(kind) as caught:
        read()
    return caught.value


def test_what_the_chain_does_not_name_is_not_shown(keeper: ListKeeper, read: Read):
    keeper.publish(ALICE, 1, entries("cat.png"))
    keeper.lists[HEX] = signed_list(ALICE, 2, entries("dog.png"))
    refused(read, ListNotCommitted)


def test_a_list_that_the_chain_has_replaced_is_not_shown(keeper: ListKeeper, read: Read):
    old = keeper.publish(ALICE, 1, entries("cat.png"))
    keeper.publish(ALICE, 2, entries("dog.png"))
    assert file_names(read()) == ["dog.png"]
    keeper.lists[HEX] = old
    refused(read, ListReplaced)


def test_a_list_that_never_came(keeper: ListKeeper, read: Read):
    keeper.commit(ALICE, signed_list(ALICE, 1, entries("cat.png")))
    refused(read, ListMissing)


def test_a_list_that_is_just_being_replaced_is_asked_for_again(keeper: ListKeeper, read: Read):
    keeper.publish(ALICE, 1, entries("cat.png"))
    new = signed_list(ALICE, 2, entries("dog.png"))
    keeper.commit(ALICE, new)
    answer = keeper.loopback.answer

    def late(method: str, path: str, body: bytes) -> Any:
        told = answer(method, path, body)
        if "shared-files" in path:
            keeper.lists[HEX] = new
        return told

    keeper.loopback.answer = late
    assert file_names(read()) == ["dog.png"]


def test_the_list_of_another_owner(keeper: ListKeeper, read: Read):
    theirs = keeper.publish(MALLORY, 1, entries("cat.png"))
    keeper.commit(ALICE, theirs)
    keeper.lists[HEX] = theirs
    assert "another key" in str(refused(read, ListForged))


def test_a_tampered_list(keeper: ListKeeper, read: Read):
    document = keeper.publish(ALICE, 1, entries("cat.png", "dog.png"))
    keeper.lists[HEX] = {**document, "payload": {**document["payload"], "version_no": 9}}
    assert "signature" in str(refused(read, ListForged))
    keeper.lists[HEX] = {**document, "kez": "session"}
    refused(read, ListForged)
    keeper.lists[HEX] = {"hello": "world"}
    refused(read, ListForged)


def test_entries_that_were_copied_from_another_owner(keeper: ListKeeper, read: Read):
    """mallory signs and commits a list with alice's entry in it, as if she shared that file."""
    [copied] = [each for each in entries("cat.png", readers=[BOB]) if opens_for_bob(each)]
    own = published("dog.png", BOB)
    keeper.publish(ALICE, 1, [copied, *sealed([own], OWNER)])
    assert file_names(read()) == ["cat.png", "dog.png"]
    of_mallory = sealed([published("eel.png", BOB)], MALLORY.primary)
    keeper.publish(ALICE, 2, [*of_mallory, *sealed([own], OWNER)])
    opened = read()
    assert file_names(opened) == ["dog.png"]
    assert opened is not None
    assert len(opened.refused) == 1
    assert "another owner" in opened.refused[0]


def opens_for_bob(entry: bytes) -> bool:
    from kezproto.errors import CannotDecrypt
    from kezproto.shared_entries import open_shared_entry

    try:
        open_shared_entry(entry, BOB, owner=OWNER)
    except CannotDecrypt:
        return False
    return True


def test_a_tampered_entry_is_nobodys_and_the_others_stand(keeper: ListKeeper, read: Read):
    [cat, dog] = [each for each in entries("cat.png", "dog.png") if opens_for_bob(each)]
    keeper.publish(ALICE, 1, [cat[:-1] + bytes([cat[-1] ^ 1]), dog])
    assert file_names(read()) == ["dog.png"]


def test_an_entry_of_a_newer_client_is_told_of_and_the_others_stand(keeper: ListKeeper, read: Read):
    newer = seal_shared_entry({"type": "kez.chat.shared_entry", "version": 2}, BOB.primary)
    keeper.publish(ALICE, 1, [newer, *entries("cat.png")])
    opened = read()
    assert file_names(opened) == ["cat.png"]
    assert opened is not None
    assert "version 1, was expected" in opened.refused[0]


def test_an_older_version_than_was_seen_even_if_the_chain_names_it(keeper: ListKeeper, read: Read):
    keeper.publish(ALICE, 5, entries("cat.png"))
    read()
    keeper.publish(ALICE, 4, entries("dog.png"))
    error = refused(read, ListOlder)
    assert (error.details["version_no"], error.details["known"]) == (4, 5)
    keeper.publish(ALICE, 5, entries("dog.png"))
    refused(read, ListOlder)
    keeper.publish(ALICE, 6, entries("dog.png"))
    assert file_names(read()) == ["dog.png"]


def test_a_chain_that_was_cut_back_to_an_older_list(keeper: ListKeeper, read: Read):
    old = keeper.publish(ALICE, 1, entries("cat.png"))
    before = keeper.chain(ALICE)
    keeper.publish(ALICE, 2, entries("dog.png"))
    read()
    keeper.chains[HEX], keeper.lists[HEX] = before, old
    refused(read, ChainRewritten)
    keeper.chains[HEX] = ChainState(OWNER)
    refused(read, ChainRewritten)


def test_out_of_reach(keeper: ListKeeper, read: Read):
    keeper.publish(ALICE, 1, entries("cat.png"))
    answer = keeper.loopback.answer
    for part in ("sigchains", "shared-files"):
        keeper.loopback.answer = lambda method, path, body, part=part: (  # type: ignore[misc]
            (503, {}, b"down") if part in path else answer(method, path, body)
        )
        refused(read, ServerUnreachable)
    keeper.loopback.answer = lambda *_: (200, {}, b"[]")
    refused(read, BadAnswer)
    keeper.loopback.answer = lambda *_: problem(429, "throttled", "Too many requests.")
    refused(read, ClientError)
