"""The database's own refusal to change or remove entries, for SQLite and PostgreSQL.

Made by a migration, and again after each `migrate`: SQLite drops a table's triggers when a migration rebuilds it.
"""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

TABLES = ("registry_auditentry", "registry_transparencyentry")
SENTENCE = "entries are never changed and never deleted"

_FUNCTION = f"""
CREATE OR REPLACE FUNCTION kez_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{SENTENCE}' USING ERRCODE = 'restrict_violation'; END $$
"""


def install(connection: BaseDatabaseWrapper) -> None:
    """Refuse UPDATE, DELETE and (PostgreSQL) TRUNCATE on the logs. Doing it again changes nothing."""
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    """For tests, which empty every table between them, and for undoing the migration."""
    with connection.cursor() as cursor:
        for table in TABLES:
            for name in _names(connection.vendor, table):
                on_table = f" ON {table}" if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


def missing(connection: BaseDatabaseWrapper) -> list[str]:
    """The tables that are not guarded as they should be."""
    query = (
        "SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {row[0] for row in cursor.fetchall()}
    return [table for table in TABLES if not found.issuperset(_names(connection.vendor, table))]


def after_migrate(**given: Any) -> None:
    """Receiver of `post_migrate`."""
    from django.db import connections

    connection = connections[given["using"]]
    if set(TABLES) <= set(connection.introspection.table_names()):
        install(connection)


def _names(vendor: str, table: str) -> list[str]:
    kinds = ("update", "delete", "truncate") if vendor == "postgresql" else ("update", "delete")
    return [f"{table}_no_{kind}" for kind in kinds]


def _statements(vendor: str) -> list[str]:
    if vendor == "sqlite":
        return [
            f"CREATE TRIGGER IF NOT EXISTS {table}_no_{kind} BEFORE {kind.upper()} ON {table} "
            f"BEGIN SELECT RAISE(ABORT, '{SENTENCE}'); END"
            for table in TABLES
            for kind in ("update", "delete")
        ]
    statements = [_FUNCTION]
    for table in TABLES:
        for kind, each in (("update", "ROW"), ("delete", "ROW"), ("truncate", "STATEMENT")):
            statements.append(
                f"CREATE OR REPLACE TRIGGER {table}_no_{kind} BEFORE {kind.upper()} ON {table} "
                f"FOR EACH {each} EXECUTE FUNCTION kez_refuse_change()"
            )
    return statements
