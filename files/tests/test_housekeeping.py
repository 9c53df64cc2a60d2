"""What is left lying is handed out again, what is over ends, what belongs to nobody goes."""

from datetime import timedelta

import pytest
from django.utils import timezone

from files import housekeeping, lookup, services, storage
from files.models import EarlyChunks
from files.signals import attachment_complete
from files.tests.cast import SentFile, some_bytes
from files.tests.scene import announced, finalised, held, in_database, until, until_held
from files.tests.test_fetch import files_in
from registry.errors import ModerationRefused
from registry.models import AuditEntry
from registry.tests.cast import ALICE, BOB


@pytest.fixture
def sent() -> SentFile:
    return SentFile(ALICE, some_bytes(2))


@pytest.fixture
def handed_out():
    """The file ids that were given to workers, in order."""
    given: list[str] = []

    def note(sender, file_id, **_):
        given.append(file_id)

    attachment_complete.connect(note)
    yield given
    attachment_complete.disconnect(note)


# Files that no worker has finished ----------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_a_complete_file_is_handed_out_again_less_and_less_often(announce, sent, handed_out):
    announce(sent)
    begun = timezone.now()
    services.record_chunks({sent.upload: 0b11}, now=begun)
    assert handed_out == [sent.file_id]
    for second in range(0, 900, 5):
        housekeeping.hand_out_overdue(now=begun + timedelta(seconds=second))
    assert 5 <= len(handed_out) <= 15
    assert set(handed_out) == {sent.file_id}
    two_days = begun + timedelta(days=2)
    assert lookup.overdue(now=two_days)[0].file_id == sent.file_id


@pytest.mark.django_db
def test_only_one_of_two_sweeps_hands_it_out(announce, sent):
    announce(sent)
    services.record_chunks({sent.upload: 0b11}, now=timezone.now())
    later = timezone.now() + timedelta(seconds=10)
    row = sent.row
    assert [services.requeue(row, now=later), services.requeue(row, now=later)] == [True, False]


@pytest.mark.django_db
def test_an_incomplete_file_waits_for_its_sender(announce, sent, handed_out):
    announce(sent)
    services.record_chunks({sent.upload: 0b01}, now=timezone.now())
    housekeeping.hand_out_overdue(now=timezone.now() + timedelta(hours=1))
    assert handed_out == []


# Time is over -------------------------------------------------------------------------------------------


async def test_ready_files_expire_and_their_bytes_go(ingest, backend, sent, storage_folder, settings):
    await announced(sent)
    await sent.publish(backend)
    assert (await finalised(sent)).state == "ready"
    almost = timezone.now() + timedelta(days=settings.KEZ_FILES_MAX_AGE_DAYS, minutes=-1)
    await housekeeping.expire(now=almost)
    assert (await in_database(lambda: sent.row)).state == "ready"
    await housekeeping.expire(now=almost + timedelta(minutes=2))
    assert (await in_database(lambda: sent.row)).state == "expired"
    assert files_in(storage_folder) == []


async def test_uploads_end_after_a_day(ingest, sent):
    await announced(sent)
    await housekeeping.expire(now=timezone.now() + timedelta(hours=23))
    assert (await in_database(lambda: sent.row)).state == "pending"
    await housekeeping.expire(now=timezone.now() + timedelta(hours=25))
    row = await in_database(lambda: sent.row)
    assert (row.state, row.cause_code) == ("failed", "timed_out")


async def test_unannounced_chunks_go_after_an_hour(ingest, backend, sent):
    await sent.publish(backend)
    await until(EarlyChunks.objects.exists)
    await housekeeping.expire(now=timezone.now() + timedelta(minutes=59))
    assert len(await held(backend)) == 2
    await housekeeping.expire(now=timezone.now() + timedelta(minutes=61))
    assert await held(backend) == []
    assert not await in_database(EarlyChunks.objects.exists)


# What belongs to nobody ---------------------------------------------------------------------------------


async def test_chunks_that_the_ingest_has_missed_are_counted(transactional_db, inboxes, people, backend):
    sent = SentFile(people["alice"].key, some_bytes(2))
    await announced(sent)
    await sent.publish(backend)  # nobody counts
    await housekeeping.tidy(now=timezone.now())
    assert (await in_database(lambda: sent.row)).is_complete


async def test_chunks_that_nobody_waits_for_are_purged(transactional_db, inboxes, people, backend):
    removed = SentFile(people["alice"].key, some_bytes(2))
    row = await announced(removed)
    await removed.publish(backend)
    await backend.publish("kez.files.a.b.c", b"x", msg_id=removed.file_id)
    await in_database(
        services.remove_attachment, row, actor="operator:olga", reason="illegal", now=timezone.now()
    )
    await housekeeping.tidy(now=timezone.now())
    await until_held(backend, 0)


async def test_what_lies_in_storage_without_a_row(ingest, backend, sent, storage_folder):
    await announced(sent)
    await sent.publish(backend)
    row = await finalised(sent)
    other = SentFile(BOB, b"x")
    await in_database(storage.write, storage.storage_name(other.digest, other.file_id), b"orphan")
    (storage_folder / ".part-torn").write_bytes(b"half")
    now = timezone.now()
    await housekeeping.tidy(now=now)
    assert len(files_in(storage_folder)) == 3  # fresh: somebody may be writing them
    await housekeeping.tidy(now=now + timedelta(minutes=61))
    assert files_in(storage_folder) == [storage_folder / row.stored_as]


# Operators ----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_removal_is_audited(announce, sent):
    announce(sent)
    with pytest.raises(ModerationRefused, match="reason"):
        services.remove_attachment(sent.row, actor="operator:olga", reason=" ", now=timezone.now())
    assert sent.row.state == "pending"
    services.remove_attachment(sent.row, actor="operator:olga", reason="illegal", now=timezone.now())
    entry = AuditEntry.objects.get(action="file_removed")
    assert (entry.actor, entry.name, entry.reason) == ("operator:olga", sent.file_id, "illegal")
    assert entry.handle is not None
    assert entry.handle.local == "alice"
    with pytest.raises(ModerationRefused, match="not there any more"):
        services.remove_attachment(sent.row, actor="operator:olga", reason="again", now=timezone.now())


@pytest.mark.django_db
def test_a_file_that_was_removed_meanwhile_does_not_become_ready(announce, sent):
    announce(sent)
    before = sent.row
    services.remove_attachment(sent.row, actor="operator:olga", reason="illegal", now=timezone.now())
    assert not services.mark_ready(before, now=timezone.now())


@pytest.mark.django_db
def test_metrics_count_by_state(announce, sent, client):
    announce(sent)
    text = client.get("/metrics").content.decode()
    assert 'kez_files{state="pending"} 1.0' in text
    assert f'kez_files_bytes{{state="pending"}} {float(len(sent.data))}' in text
