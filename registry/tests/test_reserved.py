"""The list of reserved names that ships with the software."""

from pathlib import Path

import pytest

from kezproto.errors import BadHandle
from kezproto.handles import check_local
from registry import reserved
from registry.skeletons import skeleton

LINES = [
    line.partition("#")[0].strip()
    for line in Path(reserved.__file__).with_name("reserved_handles.txt").read_text().splitlines()
]
NAMES = [line for line in LINES if line]


def test_every_shipped_name_could_be_part_of_a_handle_and_stands_once():
    assert len(NAMES) == len(set(NAMES))
    assert len({skeleton(name) for name in NAMES}) == len(NAMES)
    for name in NAMES:
        if len(name) > 2:
            check_local(name)


@pytest.mark.parametrize(
    "name", ["admin", "root", "support", "abuse", "postmaster", "kez", "keybase", "everyone", "null", "api"]
)
def test_what_must_be_there_is_there(name):
    assert skeleton(name) in reserved.shipped_skeletons()


@pytest.mark.parametrize("name", ["alice", "bobby", "mallory", "chris", "tudisco", "adminton", "rooty"])
def test_people_keep_their_names(name):
    assert skeleton(name) not in reserved.shipped_skeletons()


@pytest.mark.parametrize(
    ("name", "others"),
    [
        ("support", ["sup-port", "Support_", "s-u-p_port", "supp0rt"]),
        ("admin", ["adm1n", "admln", "adrnin", "ad_r-n_in"]),
        ("wikipedia", ["vvikipedia", "wiki-pedia", "wlkipedla"]),
    ],
)
def test_look_alikes_share_a_skeleton(name, others):
    assert {skeleton(other) for other in others} == {skeleton(name)}


def test_strangers_do_not_share_one():
    assert len({skeleton(name) for name in ("alice", "alec", "bob", "modern", "modem2", "anna", "ana")}) == 7


def test_a_name_that_is_too_short_for_a_handle_needs_no_line():
    with pytest.raises(BadHandle):
        check_local("me")
    assert all(len(name) > 2 for name in NAMES)
