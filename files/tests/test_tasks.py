"""The tasks as a worker runs them: what is out of reach is said in a line, and done later."""

import logging
from datetime import timedelta

import pytest
from django.utils import timezone

from files import housekeeping, storage, tasks
from files.storage import StorageFailed
from files.tests.cast import SentFile, some_bytes
from files.tests.scene import announced, in_database, until
from registry.tests.cast import ALICE

IN_THE_WAY = {"BACKEND": "files.folder_storage.FolderStorage", "OPTIONS": {"location": "/dev/null"}}


@pytest.fixture
async def sent(ingest, backend) -> SentFile:
    """Complete."""
    sent = SentFile(ALICE, some_bytes(2))
    await announced(sent)
    await sent.publish(backend)
    await until(lambda: sent.row.is_complete)
    return sent


async def test_the_task_puts_a_file_together(sent):
    await in_database(tasks.finalise, sent.file_id)
    row = await in_database(lambda: sent.row)
    assert row.state == "ready"
    assert await in_database(storage.read, row.stored_as) == sent.content


async def test_without_storage_a_file_waits(sent, settings, caplog):
    caplog.set_level(logging.WARNING)
    usable, settings.STORAGES = settings.STORAGES, {**settings.STORAGES, "attachments": IN_THE_WAY}
    await in_database(tasks.finalise, sent.file_id)
    assert "A file waits to be finalised: The storage of attachments failed" in caplog.text
    assert (await in_database(lambda: sent.row)).state == "pending"
    await in_database(tasks.tidy)
    assert "tidying failed" in caplog.text
    settings.STORAGES = usable
    await in_database(tasks.finalise, sent.file_id)
    assert (await in_database(lambda: sent.row)).state == "ready"


async def test_without_a_broker_a_file_waits(sent, settings, caplog, monkeypatch):
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr("files.finalising.CONNECT_SECONDS", 0.2)
    url, settings.NATS_URL = settings.NATS_URL, "nats://127.0.0.1:1"
    await in_database(tasks.finalise, sent.file_id)
    assert "A file waits to be finalised: No NATS server answers" in caplog.text
    settings.NATS_URL = url
    await in_database(tasks.finalise, sent.file_id)
    assert (await in_database(lambda: sent.row)).state == "ready"


async def test_bytes_that_cannot_be_deleted_go_later(sent, settings, storage_folder):
    await in_database(tasks.finalise, sent.file_id)
    usable, settings.STORAGES = settings.STORAGES, {**settings.STORAGES, "attachments": IN_THE_WAY}
    far = timezone.now() + timedelta(days=settings.KEZ_FILES_MAX_AGE_DAYS, minutes=1)
    await housekeeping.expire(now=far)
    row = await in_database(lambda: sent.row)
    assert row.state == "expired"
    settings.STORAGES = usable
    await housekeeping.tidy(now=timezone.now() + timedelta(hours=2))
    with pytest.raises(StorageFailed):
        await in_database(storage.read, row.stored_as)


@pytest.mark.django_db
def test_an_unknown_file_is_nothing_to_do():
    tasks.finalise("0" * 32)
    tasks.sweep()
