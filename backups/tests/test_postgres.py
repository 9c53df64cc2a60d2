"""A PostgreSQL database is copied while somebody writes, and put in the place of another; twice, if need be."""

import psycopg
import pytest
from psycopg import conninfo

from backups.errors import BackupFailed, RestoreFailed
from backups.postgres import PostgresDatabase
from devstack.postgres import Postgres

pytestmark = pytest.mark.postgres
TABLES = {"words": "words"}


def database(url: str) -> PostgresDatabase:
    return PostgresDatabase(conninfo.conninfo_to_dict(url))


def test_a_copy_of_one_moment_takes_the_place_of_what_was_there(postgres: Postgres):
    source, target = postgres.url("copied_from"), postgres.url("copied_to")
    with psycopg.connect(source) as connection:
        connection.execute("CREATE TABLE words (word text)")
        connection.execute("INSERT INTO words VALUES ('one'), ('two')")
        connection.execute("CREATE TABLE django_migrations (id serial, app text, name text)")
        connection.execute("INSERT INTO django_migrations (app, name) VALUES ('words', '0001_initial')")
    with psycopg.connect(target) as connection:
        connection.execute("CREATE TABLE words (other int)")
        connection.execute("CREATE TABLE newer (other int)")
    with database(source).copying() as copy:
        with psycopg.connect(source) as connection:
            connection.execute("INSERT INTO words VALUES ('too late')")
        pieces = list(copy.pieces())
        assert copy.counts(TABLES) == {"words": 2}
        assert copy.migrations() == ["words.0001_initial"]
    for _ in range(2):
        putting = database(target).putting()
        for piece in pieces:
            putting.take(piece)
        putting.finish()
        assert database(target).count("words") == 2
        assert database(target).count("newer") == 0


def test_half_a_copy_is_refused_and_can_be_repeated(postgres: Postgres):
    source = postgres.url("half_from")
    with psycopg.connect(source) as connection:
        connection.execute("CREATE TABLE words (word text)")
        connection.execute("INSERT INTO words SELECT 'word' FROM generate_series(1, 1000)")
    with database(source).copying() as copy:
        data = b"".join(copy.pieces())
    putting = database(source).putting()
    putting.take(data[: len(data) // 2])
    with pytest.raises(RestoreFailed, match="pg_restore failed"):
        putting.finish()
    assert database(source).count("words") == 0
    putting = database(source).putting()
    putting.take(data)
    putting.finish()
    assert database(source).count("words") == 1000


def test_a_database_that_is_not_there(postgres: Postgres):
    gone = postgres.url("gone").replace("/gone", "/never_made")
    with pytest.raises(BackupFailed, match="cannot be read"), database(gone).copying():
        pass
