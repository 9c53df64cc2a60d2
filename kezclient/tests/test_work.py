"""A server that asks for work: done, told of, refused when it asks for what is none."""

from __future__ import annotations

from typing import Any

import pytest

from kezclient import work
from kezclient.errors import BadAnswer
from kezproto.keys import SigningKey
from kezproto.work import parse_proof, work_is_done

PRIMARY = SigningKey(bytes(range(32))).primary


def test_it_is_done_and_told_of(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(work, "STEP", 4)
    monkeypatch.setattr(work, "TELL_AFTER_SECONDS", 0.0)
    notes: list[str] = []
    proof = work.solve({"challenge": "c", "bits": 8, "expires_at": "x"}, PRIMARY, url="u", note=notes.append)
    challenge, nonce = parse_proof(proof)
    assert work_is_done(challenge, PRIMARY, nonce, bits=8)
    assert "about 256 tries" in notes[0]
    assert "tries so far" in notes[1]


@pytest.mark.parametrize(
    "asked",
    [
        None,
        {},
        {"challenge": "c"},
        {"challenge": 7, "bits": 8},
        {"challenge": "c", "bits": "8"},
        {"challenge": "c", "bits": True},
        {"challenge": "c", "bits": 33},
        {"challenge": "c", "bits": -1},
        {"challenge": "not one", "bits": 1},
    ],
)
def test_what_is_no_work_is_refused(asked: Any):
    with pytest.raises(BadAnswer):
        work.solve(asked, PRIMARY, url="https://kez.example", note=lambda _: None)
