"""The own list: committed, handed in, repaired after a crash, and shared with other devices of the same key."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kezclient.errors import ClientError
from kezclient.identity import Profile
from kezclient.invocation import GlobalOptions, Invocation
from kezclient.publishing import own_list, shared_list
from kezclient.publishing.collection import Published, sealed, with_file
from kezclient.publishing.own_list import OwnList
from kezclient.runtime import Runtime
from kezclient.shared_errors import ListBusy, ListFull, ListWaits, OwnListMissing, OwnListUnreadable
from kezclient.tests.list_keeper import ListKeeper, commitment, signed_list
from kezclient.tests.loopback import Answer, Loopback, problem
from kezclient.tests.people import NOW
from kezclient.tests.published_files import ALICE, BOB, CAROL, published
from kezproto.handles import Handle
from kezproto.shared_entries import seal_shared_entry

OWNER, HEX = ALICE.primary, ALICE.primary.hex
DOWN: Answer = (503, {}, b"down")


@pytest.fixture
def keeper(loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> ListKeeper:
    for module in (own_list, shared_list):
        monkeypatch.setattr(module, "PAUSE_SECONDS", 0.001)
    return ListKeeper(loopback)


@pytest.fixture
def runtime(keeper: ListKeeper, home: Path) -> Iterator[Runtime]:
    """alice's."""
    with device(keeper, "default") as opened:
        yield opened


def device(keeper: ListKeeper, name: str) -> Runtime:
    """A machine of alice's."""
    from kezclient.registry_api import RegistryEntry

    handle, url = Handle("alice", "kez.lat"), keeper.loopback.url
    profile = Profile(name, handle, OWNER, url, "00000000000000aa", "file", True)
    runtime = Runtime(Invocation(GlobalOptions(json=True, profile=name)), profile, ALICE)
    entry = RegistryEntry(handle, OWNER, keeper.chain_url(ALICE), (), NOW)
    runtime.directory.note_own_entry(entry, NOW)
    return runtime


def add(runtime: Runtime, file: Published, *, rebuild: bool = False) -> list[str]:
    return names(OwnList(runtime, rebuild=rebuild).change(lambda before: with_file(before, file)))


def names(collection: list[Published]) -> list[str]:
    return sorted(each.file.filename for each in collection)


def served(keeper: ListKeeper) -> int:
    """The number of the list that the server has, to which the chain commits."""
    document = keeper.lists[HEX]
    assert keeper.chain(ALICE).shared_files == commitment(document)
    return int(document["payload"]["version_no"])


def test_lists_follow_each_other(keeper: ListKeeper, runtime: Runtime):
    assert OwnList(runtime).read() == []
    assert add(runtime, published("cat.png", BOB)) == ["cat.png"]
    assert served(keeper) == 1
    assert add(runtime, published("dog.png", BOB, CAROL)) == ["cat.png", "dog.png"]
    assert served(keeper) == 2
    cat, dog = sorted(OwnList(runtime).read(), key=lambda each: each.file.filename)
    assert (cat, dog) == (published("cat.png", BOB), published("dog.png", BOB, CAROL))
    requests = len(keeper.chain(ALICE).events)
    assert add(runtime, published("dog.png", BOB)) == ["cat.png", "dog.png"]
    assert len(keeper.chain(ALICE).events) == requests
    assert runtime.store.shared_lists.highest_made() == 0


def test_entries_stand_in_random_order(keeper: ListKeeper, runtime: Runtime, monkeypatch: pytest.MonkeyPatch):
    """What the server can link of two lists is nothing: neither bytes nor places."""
    shuffled = []
    monkeypatch.setattr("secrets.SystemRandom.shuffle", lambda self, entries: shuffled.append(len(entries)))
    for name in ("cat.png", "dog.png"):
        add(runtime, published(name, BOB))
    assert shuffled == [2, 4]


def test_a_crash_between_commit_and_hand_in_is_repaired_by_the_next_command(
    keeper: ListKeeper, runtime: Runtime
):
    add(runtime, published("cat.png", BOB))
    keeper.before_put = lambda _: DOWN
    with pytest.raises(ListWaits, match="goes on with it"):
        add(runtime, published("dog.png", BOB))
    assert keeper.lists[HEX]["payload"]["version_no"] == 1
    keeper.before_put = lambda _: None
    assert names(OwnList(runtime).read()) == ["cat.png", "dog.png"]
    assert served(keeper) == 2
    assert runtime.store.shared_lists.highest_made() == 0


@pytest.mark.parametrize("was_appended", [True, False])
def test_an_append_whose_answer_was_lost(keeper: ListKeeper, runtime: Runtime, was_appended: bool):
    add(runtime, published("cat.png", BOB))
    append = keeper._append

    def lost(owner: str, event: dict[str, object]) -> Answer:
        if was_appended:
            append(owner, event)
        return DOWN

    keeper._append = lost  # type: ignore[method-assign]
    with pytest.raises(ListWaits):
        add(runtime, published("dog.png", BOB))
    keeper._append = append  # type: ignore[method-assign]
    assert names(OwnList(runtime).read()) == (["cat.png", "dog.png"] if was_appended else ["cat.png"])
    assert add(runtime, published("dog.png", BOB)) == ["cat.png", "dog.png"]
    assert served(keeper) == (2 if was_appended else 3)


def test_the_server_cannot_reach_the_sigchain(keeper: ListKeeper, runtime: Runtime):
    for answer in (
        problem(503, "unavailable", "Your sigchain cannot be read.", **{"Retry-After": "5"}),
        problem(429, "throttled", "Too many requests.", **{"Retry-After": "5"}),
    ):
        keeper.before_put = lambda _, answer=answer: answer  # type: ignore[misc]
        with pytest.raises(ListWaits):
            add(runtime, published("cat.png", BOB))
    keeper.before_put = lambda _: problem(403, "handle_suspended", "Your handle is suspended.")
    with pytest.raises(ClientError) as caught:
        OwnList(runtime).read()
    assert caught.value.code == "handle_suspended"


def test_another_device_goes_on_from_the_list(keeper: ListKeeper, runtime: Runtime):
    add(runtime, published("cat.png", BOB, note="Tom"))
    with device(keeper, "laptop") as laptop:
        assert OwnList(laptop).read() == [published("cat.png", BOB, note="Tom")]
        assert add(laptop, published("dog.png", CAROL)) == ["cat.png", "dog.png"]
    assert names(OwnList(runtime).read()) == ["cat.png", "dog.png"]
    assert add(runtime, published("eel.png", BOB)) == ["cat.png", "dog.png", "eel.png"]
    assert served(keeper) == 3


@pytest.mark.parametrize("when", ["before the commit", "before the hand-in"])
def test_two_devices_at_once(keeper: ListKeeper, runtime: Runtime, when: str):
    """The slower one makes its list anew out of the other's: nothing is lost."""
    add(runtime, published("cat.png", BOB))

    def meanwhile(_: str) -> None:
        keeper.before_append = keeper.before_put = lambda _: None
        # Before the hand-in the other device finds a committed list that is not there, waits in vain, and goes on.
        with device(keeper, "laptop") as laptop:
            found = add(laptop, published("dog.png", CAROL), rebuild=when == "before the hand-in")
        assert found == ["cat.png", "dog.png"]

    if when == "before the commit":
        keeper.before_append = meanwhile
    else:
        keeper.before_put = meanwhile
    assert add(runtime, published("eel.png", BOB)) == ["cat.png", "dog.png", "eel.png"]
    assert names(OwnList(runtime).read()) == ["cat.png", "dog.png", "eel.png"]


def test_a_list_that_never_ends_changing(keeper: ListKeeper, runtime: Runtime):
    keeper.before_append = lambda _: problem(409, "chain_wrong_prev", "Another event has this place.")
    with pytest.raises(ListBusy):
        add(runtime, published("cat.png", BOB))
    keeper.before_append = lambda _: problem(409, "chain_full", "Your sigchain is full.")
    with pytest.raises(ClientError, match="is full"):
        add(runtime, published("cat.png", BOB))


def test_a_list_that_another_machine_made_and_never_handed_in(keeper: ListKeeper, runtime: Runtime):
    add(runtime, published("cat.png", BOB))
    keeper.commit(ALICE, signed_list(ALICE, 2, sealed([published("dog.png", BOB)], OWNER)))
    with pytest.raises(OwnListMissing, match="--rebuild"):
        OwnList(runtime).read()
    with pytest.raises(OwnListMissing):
        add(runtime, published("eel.png", BOB))
    assert add(runtime, published("eel.png", BOB), rebuild=True) == ["cat.png", "eel.png"]
    assert names(OwnList(runtime).read()) == ["cat.png", "eel.png"]
    del keeper.lists[HEX]
    assert OwnList(runtime, rebuild=True).change(list) == []
    assert OwnList(runtime).read() == []


def test_what_a_newer_client_put_there_is_not_lost_by_accident(keeper: ListKeeper, runtime: Runtime):
    newer = seal_shared_entry({"type": "kez.chat.shared_entry", "version": 2}, OWNER)
    keeper.publish(ALICE, 1, [newer, *sealed([published("cat.png", BOB)], OWNER)])
    with pytest.raises(OwnListUnreadable):
        add(runtime, published("dog.png", BOB))
    assert add(runtime, published("cat.png", BOB), rebuild=True) == ["cat.png"]
    assert served(keeper) == 2


def test_a_full_list_changes_nothing(keeper: ListKeeper, runtime: Runtime):
    full = [published(f"{number}.png", BOB) for number in range(501)]
    with pytest.raises(ListFull):
        OwnList(runtime).change(lambda _: full)
    assert HEX not in keeper.chains
