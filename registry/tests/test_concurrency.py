"""Fifty at once, against real web processes on SQLite and on PostgreSQL: exactly one wins, and the trail holds."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from registry.tests.cast import key_number, registration
from registry.tests.web_process import WebProcesses, web_processes
from registry.triggers import SENTENCE

CALLERS = 50


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebProcesses]:
    folder = tmp_path_factory.mktemp("registry")
    with web_processes(folder, f"sqlite:///{folder}/kez.sqlite3") as running:
        yield running


@pytest.fixture
def on_postgres(postgres_url: str, tmp_path: Path) -> Iterator[WebProcesses]:
    with web_processes(tmp_path, postgres_url) as running:
        yield running


def outcome(answers: list[httpx.Response]) -> Counter[tuple[int, str]]:
    return Counter((answer.status_code, answer.json().get("code", "")) for answer in answers)


def fifty_keys_want_one_handle(web: WebProcesses) -> None:
    documents = [registration(key_number(number), "wanted") for number in range(CALLERS)]
    answers = web.register_at_once(documents)
    assert outcome(answers) == {(201, ""): 1, (409, "handle_taken"): CALLERS - 1}
    winner = next(answer.json() for answer in answers if answer.status_code == 201)
    assert web.look_up("wanted").json() == winner


def one_key_wants_fifty_handles(web: WebProcesses) -> None:
    key = key_number(1000)
    handles = [f"greedy{number}" for number in range(CALLERS)]
    answers = web.register_at_once([registration(key, handle) for handle in handles])
    assert outcome(answers) == {(201, ""): 1, (409, "key_in_use"): CALLERS - 1}
    found = [handle for handle in handles if web.look_up(handle).status_code == 200]
    assert found == [answer.json()["handle"] for answer in answers if answer.status_code == 201]


def one_claim_is_sent_fifty_times(web: WebProcesses) -> None:
    document = registration(key_number(2000), "patient")
    answers = web.register_at_once([document] * CALLERS)
    assert outcome(answers) == {(201, ""): 1, (200, ""): CALLERS - 1}
    assert len({answer.text for answer in answers}) == 1


def fifty_strangers_do_not_meet(web: WebProcesses) -> None:
    keys = [key_number(3000 + number) for number in range(CALLERS)]
    answers = web.register_at_once([registration(key, f"own{n}") for n, key in enumerate(keys)])
    assert outcome(answers) == {(201, ""): CALLERS}


def fifty_guests_share_an_invite_for_seven(web: WebProcesses) -> None:
    made = json.loads(web.kez("invite", "--uses", "7", "--json").stdout)
    documents = [registration(key_number(4000 + number), f"guest{number}") for number in range(CALLERS)]
    answers = web.register_at_once(documents, headers={"Kez-Invite": made["code"]})
    assert outcome(answers) == {(201, ""): 7, (403, "invite_invalid"): CALLERS - 7}
    assert json.loads(web.kez("invites", "--json").stdout) == {"invites": []}


RACES = [
    fifty_keys_want_one_handle,
    one_key_wants_fifty_handles,
    one_claim_is_sent_fifty_times,
    fifty_strangers_do_not_meet,
]


@pytest.mark.parametrize("race", RACES)
def test_sqlite(on_sqlite, race):
    race(on_sqlite)


@pytest.fixture
def by_invite_on_sqlite(on_sqlite: WebProcesses, tmp_path: Path) -> Iterator[WebProcesses]:
    """The same database, served by processes of another mode."""
    with web_processes(tmp_path, on_sqlite.database_url, number=1, KEZ_REGISTRATION="invite") as running:
        yield running


@pytest.fixture
def by_invite_on_postgres(on_postgres: WebProcesses, tmp_path: Path) -> Iterator[WebProcesses]:
    with web_processes(tmp_path, on_postgres.database_url, number=1, KEZ_REGISTRATION="invite") as running:
        yield running


def test_an_invite_on_sqlite(by_invite_on_sqlite):
    fifty_guests_share_an_invite_for_seven(by_invite_on_sqlite)


def test_sqlite_has_a_whole_trail(on_sqlite):
    end = on_sqlite.kez("audit", "verify", "--json")
    assert json.loads(end.stdout)["entries"] >= 1, end.stderr


@pytest.mark.postgres
def test_postgres(on_postgres, by_invite_on_postgres):
    for race in RACES:
        race(on_postgres)
    fifty_guests_share_an_invite_for_seven(by_invite_on_postgres)
    end = json.loads(on_postgres.kez("audit", "verify", "--json").stdout)
    assert end["entries"] == 3 + CALLERS + 1 + 7
    with psycopg.connect(on_postgres.database_url, autocommit=True) as database:
        for statement in (
            "UPDATE registry_auditentry SET reason = 'x'",
            "DELETE FROM registry_auditentry",
            "TRUNCATE registry_auditentry",
            "TRUNCATE registry_transparencyentry CASCADE",
        ):
            with pytest.raises(psycopg.errors.RestrictViolation, match=SENTENCE):
                database.execute(statement)
        assert json.loads(on_postgres.kez("audit", "verify", "--json").stdout) == end
        database.execute("ALTER TABLE registry_auditentry DISABLE TRIGGER USER")
        assert "does not guard registry_auditentry" in on_postgres.kez("audit", "verify").stderr
        database.execute("UPDATE registry_auditentry SET reason = 'x' WHERE seq = 20")
    tampered = on_postgres.kez("audit", "verify")
    assert (tampered.returncode, "Entry 20 " in tampered.stderr) == (4, True)
