"""A hundred thousand handles, made by the database itself in a second."""

from django.db import connection

HANDLES = 100_000
LARGE = ("registry_handle", "registry_auditentry", "chatbridge_device", "files_attachment")

_NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
# As long as real rows, registered over two years. In order: what is inserted at random places takes thrice the time.
_STATEMENTS = (
    (
        HANDLES,
        """INSERT INTO registry_handle (local, skeleton, primary_hex, status, well_known, registered_at, registration)
        SELECT printf('crowd%%06d', i), printf('crowd%%06d', i), printf('%%064x', i * 1000003),
          CASE WHEN i %% 50 THEN 'active' ELSE 'suspended' END, 0,
          datetime('2025-01-01', '+' || (i * 9) || ' minutes'), '{"kez":"' || hex(zeroblob(150)) || '"}' FROM n""",
    ),
    (
        HANDLES,
        """INSERT INTO registry_auditentry (seq, prev, hash, at, actor, action, name, handle_id, reason)
        SELECT i, hex(zeroblob(35)), hex(zeroblob(35)), datetime('2025-01-01', '+' || (i * 9) || ' minutes'),
          printf('ed25519:%%064x', i * 1000003), 'registered', printf('crowd%%06d', i),
          (SELECT min(id) FROM registry_handle) + i - 1, '' FROM n""",
    ),
    (
        HANDLES // 4,
        """INSERT INTO chatbridge_device (primary_hex, device, cursor, created, last_seen)
        SELECT printf('%%064x', i * 4 * 1000003), 'aaaaaaaaaaaaaaaa', 0, '2025-01-01',
          datetime('now', '-' || (i %% 60) || ' days') FROM n""",
    ),
    (
        HANDLES // 4,
        """INSERT INTO files_attachment (file_id, uploader_hex, size, chunks, digest, access, announcement, state,
          cause_code, received, attempt, announced_at, changed_at)
        SELECT printf('%%032x', i), printf('%%064x', (i %% 100) * 1000003), i, 1, '', '', '{}',
          'expired', '', '0', 1, datetime('2025-01-01', '+' || (i * 9) || ' minutes'), '2026-01-01' FROM n""",
    ),
)


def fill() -> None:
    """Rows in every table that grows with the number of people."""
    assert connection.vendor == "sqlite"
    with connection.cursor() as cursor:
        for number, statement in _STATEMENTS:
            cursor.execute(_NUMBERS + statement, [number])
        cursor.execute("ANALYZE")


def scanned(queries: list[dict[str, str]]) -> list[str]:
    """The steps of these queries that read a whole table or index of many rows, as SQLite plans them."""
    found = []
    with connection.cursor() as cursor:
        for query in queries:
            if query["sql"].startswith("SELECT"):
                cursor.execute("EXPLAIN QUERY PLAN " + query["sql"])
                steps = [str(row[3]) for row in cursor.fetchall()]
                found += [f"{step} in {query['sql'][:200]}" for step in steps if _reads_all(step)]
    return found


def _reads_all(step: str) -> bool:
    return step.startswith("SCAN ") and any(table in step for table in LARGE) and "INDEX" not in step
