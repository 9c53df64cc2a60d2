"""Many appends at once, against two real server processes on one database: exactly one event wins each place."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from kezproto.keys import SigningKey
from kezproto.sigchain import Head, replay
from sigchain.tests.cast import ALICE, BOB, make_event
from sigchain.tests.processes import CALLERS, Processes, start_processes


@pytest.fixture
def on_postgres(tmp_path: Path, postgres_url: str) -> Iterator[Processes]:
    yield from start_processes(tmp_path, SIGCHAIN_DATABASE_URL=postgres_url)


def check_one_wins_each_place(service: Processes, key: SigningKey) -> None:
    head: Head | None = None
    for place in (1, 2, 3):
        rivals = [make_event(key, head, host=f"{place}-{number}.example") for number in range(CALLERS)]
        answers = service.race(key, rivals)
        won = [answer for answer in answers if answer.status_code == 201]
        lost = [answer for answer in answers if answer.status_code == 409]
        assert (len(won), len(lost)) == (1, CALLERS - 1), [answer.text for answer in answers]
        head = Head(**won[0].json())
        assert head.seq == place
        for answer in lost:
            assert answer.json()["code"] == "chain_wrong_seq"
            assert Head(**answer.json()["head"]) == head
    state = replay(key.primary, service.chain(key)["events"])
    assert state.head == head


def check_the_same_event_is_stored_once(service: Processes, key: SigningKey) -> None:
    document = make_event(key)
    statuses = sorted(answer.status_code for answer in service.race(key, [document] * CALLERS))
    assert statuses == [200] * (CALLERS - 1) + [201]
    assert service.chain(key)["events"] == [document]


def test_sqlite_one_event_wins_each_place(processes: Processes) -> None:
    check_one_wins_each_place(processes, ALICE)


def test_sqlite_the_same_event_at_once_is_stored_once(processes: Processes) -> None:
    check_the_same_event_is_stored_once(processes, BOB)


def test_sqlite_different_chains_do_not_stop_each_other(processes: Processes) -> None:
    keys = [SigningKey(bytes([40 + number]) * 32) for number in range(CALLERS)]
    with ThreadPoolExecutor(CALLERS) as pool:
        answers = pool.map(lambda key: processes.race(key, [make_event(key)])[0].status_code, keys)
    assert set(answers) == {201}


@pytest.mark.postgres
def test_postgres_one_event_wins_each_place_and_is_stored_once(
    on_postgres: Processes, postgres_url: str
) -> None:
    check_one_wins_each_place(on_postgres, ALICE)
    check_the_same_event_is_stored_once(on_postgres, BOB)
    # Each thread of each process keeps one connection, whatever number of requests it answers.
    with psycopg.connect(postgres_url, autocommit=True) as database:
        counted = database.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
        ).fetchone()
    assert counted is not None
    assert counted[0] <= 2 * settings.KEZ_WEB_THREADS + 1  # this one
