"""From the database of each release that tests/releases.json names to that of now: all data stay, and processes of
the release that still run beside the new ones can go on reading and writing.
"""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from devstack.environment import ROOT

RELEASES: dict[str, dict[str, str]] = json.loads((ROOT / "tests/releases.json").read_text())
PREVIOUS = list(RELEASES)[-1]


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("upgrade")
    done = subprocess.run(
        [sys.executable, "-m", "tests.upgrade_steps", json.dumps(RELEASES[PREVIOUS])],
        cwd=ROOT,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "kezsite.settings",
            "DATABASE_URL": f"sqlite:///{folder / 'kez.sqlite3'}",
        },
        capture_output=True,
        text=True,
        timeout=110,
    )
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def test_data_of_the_previous_release_stay(upgraded):
    before, after = upgraded["before"]["rows"], upgraded["after"]["rows"]
    assert before == after
    assert [row[0::2] for row in after["handles"]] == [["alice", "suspended"], ["bob", "active"]]
    assert after["devices"] == [["00000000000000aa", 41]]
    assert "Fault" not in after["trail"]


def test_processes_of_the_previous_release_can_run_beside_the_new_ones(upgraded):
    """What they read is still there; what they do not know of needs nothing from them."""
    assert upgraded["samples"] == 2  # the second one was written in the old words after the migration
    before, after = upgraded["before"]["columns"], upgraded["after"]["columns"]
    gone = {
        f"{table}.{column}"
        for table, names in before.items()
        for column in names
        if column not in after.get(table, {})
    }
    demanding = {
        f"{table}.{column}"
        for table in before
        for column, may_be_left_out in after.get(table, {}).items()
        if column not in before[table] and not may_be_left_out
    }
    assert (gone, demanding) == (set(), set())


def test_the_table_names_migrations_that_there_are():
    for release, migrations in RELEASES.items():
        for app, name in migrations.items():
            assert (ROOT / app / "migrations" / f"{name}.py").exists(), (release, app)
