"""Ten announcements at once, against a real web process: quotas hold to the byte, and an id has one owner."""

from collections import Counter
from pathlib import Path

import httpx
import pytest

from files.tests.cast import SentFile
from registry.tests.cast import ALICE, BOB, key_number, registration
from registry.tests.web_process import WebProcesses, web_processes

CALLERS = 10
ROOM = 3
FILE_BYTES = 1000
QUOTAS = {"KEZ_FILES_IN_FLIGHT_BYTES": str(ROOM * FILE_BYTES + FILE_BYTES // 2)}


def outcome(answers: list[httpx.Response]) -> Counter[tuple[int, str]]:
    return Counter((answer.status_code, answer.json().get("code", "")) for answer in answers)


def announcements_do_not_slip_by_the_quota(web: WebProcesses) -> None:
    web.register_at_once([registration(ALICE, "alice")])
    sent = [SentFile(ALICE, bytes(FILE_BYTES)) for _ in range(CALLERS)]
    answers = web.post_at_once("/v1/files", [each.announcement() for each in sent])
    assert outcome(answers) == {(201, ""): ROOM, (403, "quota_in_flight"): CALLERS - ROOM}


def one_id_has_one_owner(web: WebProcesses) -> None:
    keys = [key_number(number) for number in range(CALLERS)]
    web.register_at_once([registration(key, f"person{n}") for n, key in enumerate(keys)])
    sent = [SentFile(key, b"x", file_id="0f" * 16) for key in keys]
    answers = web.post_at_once("/v1/files", [each.announcement() for each in sent])
    assert outcome(answers) == {(201, ""): 1, (409, "file_id_taken"): CALLERS - 1}


def one_announcement_is_sent_often(web: WebProcesses) -> None:
    web.register_at_once([registration(BOB, "bob")])
    document = SentFile(BOB, b"x").announcement()
    answers = web.post_at_once("/v1/files", [document] * CALLERS)
    assert outcome(answers) == {(201, ""): 1, (200, ""): CALLERS - 1}


RACES = (announcements_do_not_slip_by_the_quota, one_id_has_one_owner, one_announcement_is_sent_often)


def test_sqlite(tmp_path: Path):
    with web_processes(tmp_path, f"sqlite:///{tmp_path}/kez.sqlite3", number=1, **QUOTAS) as web:
        for race in RACES:
            race(web)


@pytest.mark.postgres
def test_postgres(tmp_path: Path, postgres_url: str):
    with web_processes(tmp_path, postgres_url, number=1, **QUOTAS) as web:
        for race in RACES:
            race(web)
