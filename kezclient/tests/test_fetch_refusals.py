"""Fetching from a server that has not, no longer has, or never had the file; and from one that lies about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kezclient.errors import ClientError
from kezclient.fetching import chunked
from kezclient.fetching.fetch import fetch
from kezclient.fetching.request import FetchRequest
from kezclient.file_errors import FileChanged
from kezclient.files import SharedFile
from kezclient.identity import Profile
from kezclient.invocation import GlobalOptions, Invocation
from kezclient.progress import NoProgress
from kezclient.runtime import Runtime
from kezclient.tests.loopback import Answer, Loopback, json_answer, problem
from kezclient.tests.people import NOW
from kezclient.tests.promised_file import DATA, FILE_ID, promised, sealed
from kezproto.handles import Handle
from kezproto.keys import SigningKey

ALICE, BOB = (SigningKey(bytes([number]) * 32) for number in (1, 2))


@pytest.fixture
def runtime(loopback: Loopback, home: Path) -> Iterator[Runtime]:
    handle = Handle("bob", "kez.lat")
    profile = Profile("default", handle, BOB.primary, loopback.url, "00000000000000aa", "file", True)
    with Runtime(Invocation(GlobalOptions(json=True)), profile, BOB) as opened:
        yield opened


@pytest.fixture
def request_it(runtime: Runtime, home: Path) -> Any:
    shared = SharedFile(promised(), ALICE.primary, Handle("alice", "kez.lat"), "pinned", "in", NOW)

    def make(*, wait: bool = False) -> FetchRequest:
        return FetchRequest(
            runtime, shared, destination=home / "x", force=False, wait=wait, progress=NoProgress()
        )

    return make


def status(state: str, **more: Any) -> Answer:
    document = {"state": state, "received": 4, "chunks": 4, "missing": [], "cause": None, "cause_code": None}
    return json_answer({"file_id": FILE_ID, **document, **more})


@pytest.mark.parametrize(
    ("answer", "code", "exit_code", "says"),
    [
        (status("pending", received=2, missing=[1, 3]), "file_pending", 20, "2 of 4 parts"),
        (status("failed", cause_code="digest_mismatch", cause="…"), "file_failed", 22, "not those that were"),
        (status("failed", cause_code="new_code", cause="A cat sat on it."), "file_failed", 22, "A cat sat"),
        (status("expired"), "file_expired", 21, "time is over"),
        (status("removed"), "file_removed", 21, "was removed"),
        (problem(404, "file_unknown", "No."), "file_unknown", 21, "does not know"),
        (problem(403, "token_wrong", "No."), "token_wrong", 7, "token"),
        (problem(429, "throttled", "Later."), "throttled", 7, "Later"),
        (status("melted"), "bad_answer", 14, "a state that is none"),
        (status("pending", received=-1), "bad_answer", 14, "nothing sensible"),
        ((503, {}, b""), "server_unreachable", 6, "out of reach"),
    ],
)
def test_each_reason_has_a_code_of_its_own(
    loopback: Loopback, request_it: Any, home: Path, answer: Answer, code: str, exit_code: int, says: str
):
    loopback.answer = lambda *_: answer
    with pytest.raises(ClientError, match=says) as caught:
        fetch(request_it())
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    assert not list(home.glob("x*"))


def test_a_file_that_goes_between_two_answers_is_told_as_that(loopback: Loopback, request_it: Any):
    def answer(_method: str, path: str, _body: bytes) -> Answer:
        return problem(410, "file_removed", "Gone.") if path.endswith("/content") else status("ready")

    loopback.answer = answer
    with pytest.raises(ClientError) as caught:
        fetch(request_it())
    assert caught.value.code == "file_removed"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (sealed()[:-1], "bytes, not"),
        (sealed() + b"x", "bytes, not"),
        (b"\0" + sealed()[1:], "part 1 was changed"),
        (sealed()[:-1] + b"\0", "part 4 was changed"),
    ],
)
def test_other_bytes_than_promised_are_never_written(
    loopback: Loopback, request_it: Any, home: Path, content: bytes, says: str
):
    loopback.answer = lambda _method, path, _body: (
        (200, {}, content) if path.endswith("/content") else status("ready")
    )
    with pytest.raises(FileChanged, match=says):
        fetch(request_it())
    assert not list(home.glob("x*"))


def test_a_pending_file_is_waited_for_and_a_broken_line_mended(
    loopback: Loopback, request_it: Any, home: Path, monkeypatch: pytest.MonkeyPatch
):
    """The server answers pending twice, then breaks off in the middle of the content, then gives a part."""
    monkeypatch.setattr(chunked, "PAUSE_SECONDS", 0.01)
    answers = iter([status("pending", received=1), status("pending", received=3), status("ready")])
    broken_at = 100_000

    def answer(_method: str, path: str, _body: bytes) -> Answer:
        if not path.endswith("/content"):
            return next(answers)
        if sum(each.endswith("/content") for each in loopback.requests) == 1:
            return 200, {"Content-Length": str(len(sealed()))}, sealed()[:broken_at]
        start = 81936
        return 206, {"Content-Range": f"bytes {start}-{len(sealed()) - 1}/{len(sealed())}"}, sealed()[start:]

    loopback.answer = answer
    assert fetch(request_it(wait=True)).read_bytes() == DATA
    assert [each.rpartition("/")[2] for each in loopback.requests] == [
        FILE_ID,
        f"{FILE_ID}?wait=20",
        f"{FILE_ID}?wait=20",
        "content",
        "content",
    ]
