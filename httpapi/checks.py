"""The readiness checks of what every web process needs: the database and Valkey."""

import secrets

from django.core.cache import cache
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from httpapi.readiness import NotReady


class DatabaseCheck:
    """The database answers and has the tables of this release."""

    def __init__(self) -> None:
        self._migrated = False

    def __call__(self) -> str:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if not self._migrated:
            executor = MigrationExecutor(connection)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                raise NotReady("The tables are of another release: run `manage.py migrate`.")
            # Migrations are not undone under a running process: once is enough.
            self._migrated = True
        return f"{connection.vendor} answers"


def check_valkey() -> str:
    """Valkey answers and keeps what it is given."""
    token = secrets.token_hex(8)
    key = f"readiness:{token}"
    cache.set(key, token, timeout=10)
    if cache.get(key) != token:
        raise NotReady("Valkey answers but does not keep what it is given: look at its memory limit.")
    cache.delete(key)
    return "answers"
