"""A database of the first release: its entries are numbered and linked, its names get skeletons, nothing is lost."""

import json
import os
import sqlite3

from httpapi.tests.processes import manage

HANDLE = (
    "INSERT INTO registry_handle (id, local, primary_hex, status, registered_at, registration)"
    " VALUES (?, ?, ?, 'active', '2026-05-25 03:00:00', '{}')"
)
ENTRY = (
    "INSERT INTO registry_auditentry (at, actor, action, name, handle_id, reason)"
    " VALUES (?, 'operator:olga', ?, 'alice', 1, ?)"
)


def test_what_was_written_before_is_linked_and_guarded(tmp_path):
    file = tmp_path / "kez.sqlite3"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kezsite.settings",
        "DATABASE_URL": f"sqlite:///{file}",
    }
    before = manage(environment, "migrate", "registry", "0001", "--verbosity", "0")
    assert before.returncode == 0, before.stderr
    with sqlite3.connect(file) as database:
        database.executemany(HANDLE, [(1, "alice", "aa" * 32), (2, "b_0b", "bb" * 32)])
        # Out of order, and two in the same moment.
        entries = [
            ("2026-05-25 04:00:00", "suspended", "Spam."),
            ("2026-05-25 03:00:00.123456", "registered", ""),
            ("2026-05-25 04:00:00", "reinstated", ""),
        ]
        database.executemany(ENTRY, entries)
        database.execute(
            "INSERT INTO registry_reservation (name, skeleton, reason, created_at)"
            " VALUES ('town-hall', 'townhall', '', '2026-05-25 03:00:00')"
        )
    after = manage(environment, "migrate", "--verbosity", "0")
    assert after.returncode == 0, after.stderr
    checked = manage(environment, "kez", "audit", "verify", "--json")
    assert json.loads(checked.stdout)["entries"] == 3, checked.stderr
    with sqlite3.connect(file) as database:
        order = database.execute("SELECT action FROM registry_auditentry ORDER BY seq").fetchall()
        assert order == [("registered",), ("suspended",), ("reinstated",)]
        skeletons = database.execute("SELECT skeleton FROM registry_handle ORDER BY id").fetchall()
        assert skeletons == [("allce",), ("bob",)]
        assert database.execute("SELECT skeleton FROM registry_reservation").fetchall() == [("townhall",)]
