"""Pages of long lists, without counting what nobody reads to its end."""

from functools import cached_property
from typing import Any

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import Max, QuerySet

COUNTED = 10_000


class BoundedPaginator(Paginator):  # type: ignore[type-arg]
    """Counts up to 10,000 rows. Of a whole table with more it takes the database's estimate, of a selection of it
    `COUNTED`: later pages of a selection are not offered, a narrower filter finds what is there.
    """

    @cached_property
    def count(self) -> int:
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]
        counted = rows.order_by()[: COUNTED + 1].count()
        if counted <= COUNTED:
            return counted
        return COUNTED if rows.query.where else max(COUNTED, estimated_rows(rows))

    @property
    def is_bounded(self) -> bool:
        """Whether there is more than was counted."""
        return self.count >= COUNTED


def estimated_rows(rows: QuerySet[Any]) -> int:
    """About how many rows a table has, without reading it."""
    connection = connections[rows.db]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT reltuples FROM pg_class WHERE oid = %s::regclass", [rows.model._meta.db_table]
            )
            return int(cursor.fetchone()[0])
    # SQLite hands row numbers out in order; no table with that many rows here ever loses any.
    return int(rows.model._default_manager.aggregate(last=Max("pk"))["last"] or 0)
