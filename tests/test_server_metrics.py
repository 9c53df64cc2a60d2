"""What Prometheus learns of the whole server: the newest sample and a few counts, at the price of a few queries."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError
from django.utils import timezone
from redis import Redis

from backups.services import note_backup
from console import metrics, sampling, task_figures
from console.models import Sample
from kezsite.celery import app

pytestmark = pytest.mark.django_db


def samples(client) -> dict[str, float]:
    text = client.get("/metrics").content.decode()
    lines = [line for line in text.splitlines() if line.startswith("kez_")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def test_the_newest_sample_is_shown_and_the_older_ones_are_not(client):
    now = timezone.now()
    Sample.objects.create(at=now - timedelta(minutes=1), waiting=5, messages=50, tasks=7)
    Sample.objects.create(at=now, waiting=6, messages=60, uncounted=3, task_age=1.5)
    found = samples(client)
    assert found["kez_inbox_messages"] == 6
    assert found["kez_inbox_taken_total"] == 60
    assert found["kez_ingest_lag_chunks"] == 3
    assert found["kez_task_oldest_seconds"] == 1.5
    assert "kez_task_queue" not in found  # it could not be told
    assert 0 <= found["kez_sample_age_seconds"] < 60
    assert found["kez_database_up"] == 1
    assert found["kez_registrations_waiting"] == 0
    assert found['kez_reports_open{state="new"}'] == 0


def test_a_scrape_costs_a_few_queries_however_much_there_is(client, django_assert_max_num_queries):
    with django_assert_max_num_queries(8):
        samples(client)


def test_without_a_database_it_says_so(monkeypatch):
    def gone() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(metrics, "_queues", gone)
    found = {family.name: family for family in metrics.ServerCollector().collect()}
    assert found["kez_database_up"].samples[0].value == 0
    assert "kez_inbox_messages" not in found


def test_the_last_backup_is_shown(client):
    assert "kez_backup_last_timestamp_seconds" not in samples(client)
    now = timezone.now()
    note_backup({"id": "00", "size": 123}, seconds=4.5, sealed=True, at=now)
    found = samples(client)
    assert found["kez_backup_last_timestamp_seconds"] == pytest.approx(now.timestamp(), abs=1)
    assert (found["kez_backup_last_bytes"], found["kez_backup_last_seconds"]) == (123, 4.5)


def test_tasks_are_counted_by_what_became_of_them(client, settings):
    with Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.delete(task_figures.KEY)

    @app.task(name="tests.works")
    def works() -> None:
        return None

    @app.task(name="tests.fails")
    def fails() -> None:
        raise ValueError("on purpose")

    works.apply()
    works.apply()
    fails.apply()
    found = samples(client)
    assert found['kez_task_runs_total{result="done",task="tests.works"}'] == 2
    assert found['kez_task_runs_total{result="failed",task="tests.fails"}'] == 1
    assert found['kez_task_seconds_total{result="done",task="tests.works"}'] >= 0


def test_a_task_says_since_when_it_waits(settings):
    with Redis.from_url(settings.REDIS_URL) as valkey:
        valkey.delete(sampling.TASK_QUEUE)
        now = timezone.now()
        assert sampling._queue(now) == {"tasks": 0, "task_age": 0.0}
        app.send_task("tests.nobody", retry=False)
        app.send_task("tests.nobody", retry=False)
        oldest = json.loads(valkey.lindex(sampling.TASK_QUEUE, -1))["headers"][task_figures.QUEUED_AT]
        later = datetime.fromtimestamp(oldest + 90, tz=now.tzinfo)
        assert sampling._queue(later) == {"tasks": 2, "task_age": pytest.approx(90, abs=0.1)}
        valkey.delete(sampling.TASK_QUEUE)
