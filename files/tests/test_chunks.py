"""Chunks on a real broker, in every order: counted once, put together once, or refused with a cause."""

import asyncio
import random

import pytest
from django.utils import timezone

from chatbridge.jetstream import api
from files import services, storage
from files.finalising import finalise_file
from files.ingest import ChunkIngest
from files.models import Attachment, EarlyChunks
from files.tests.cast import SentFile, some_bytes
from files.tests.scene import announced, finalised, held, in_database, row_of, until, until_held
from registry.models import Handle
from registry.tests.cast import ALICE, BOB, MALLORY


@pytest.fixture
def sent() -> SentFile:
    return SentFile(ALICE, some_bytes(5))


async def assert_ready(sent: SentFile, backend) -> None:
    """All chunks are counted; finalised, the file is in storage as it was announced, and the stream is empty of it."""
    row = await finalised(sent)
    assert (row.state, row.cause_code) == ("ready", "")
    assert await in_database(storage.read, row.stored_as) == sent.content
    assert await held(backend, sent.upload.subjects) == []


async def test_announced_then_sent(ingest, backend, sent):
    await announced(sent)
    await sent.publish(backend)
    await assert_ready(sent, backend)


async def test_sent_then_announced(ingest, backend, sent):
    await sent.publish(backend)
    await until(lambda: EarlyChunks.objects.filter(received__endswith="1f").exists())
    assert (await announced(sent)).is_complete
    await assert_ready(sent, backend)
    assert not await in_database(EarlyChunks.objects.exists)


async def test_announced_in_the_middle(ingest, backend, sent):
    await sent.publish(backend, [3, 4])
    await until(lambda: EarlyChunks.objects.exists())
    await announced(sent)
    await sent.publish(backend, [0, 1, 2])
    await assert_ready(sent, backend)


async def test_shuffled_and_doubled(ingest, backend, sent):
    await announced(sent)
    order = [0, 1, 2, 3, 4] * 3
    random.Random(1).shuffle(order)
    await sent.publish(backend, order)
    sent.again()  # and under other ids, as a client that forgot the first ones
    await sent.publish(backend, order[:5])
    await assert_ready(sent, backend)


async def test_one_missing_is_sent_by_the_list(ingest, backend, sent, client):
    await announced(sent)
    await sent.publish(backend, [0, 1, 3, 4])
    await until(lambda: sent.row.received_count == 4)
    answer = await in_database(client.get, f"/v1/files/{sent.file_id}", headers=sent.bearer)
    assert answer.json()["missing"] == [2]
    await finalise_file(sent.file_id)  # too early: nothing happens
    assert (await row_of(sent)).state == "pending"
    await sent.publish(backend, answer.json()["missing"])
    await assert_ready(sent, backend)


async def test_one_bit_flipped(ingest, backend, sent):
    await announced(sent)
    await sent.publish(backend, flipped=3)
    row = await finalised(sent)
    assert (row.state, row.cause_code) == ("failed", "digest_mismatch")
    assert await held(backend, sent.upload.subjects) == []
    assert await in_database(lambda: list(storage.stored_names(older_than=timezone.now()))) == []
    # The sender tries again.
    assert (await announced(sent)).received_count == 0
    sent.again()
    await sent.publish(backend)
    await assert_ready(sent, backend)


async def test_a_chunk_of_another_form(ingest, backend, sent):
    await announced(sent)
    await sent.publish(backend, [0, 1, 2, 3])
    await backend.publish(sent.upload.subject(4), b"no chunk", msg_id=sent.ids[4])
    row = await finalised(sent)
    assert (row.state, row.cause_code) == ("failed", "bad_chunk")


async def test_a_header_that_imitates_a_status(ingest, backend, sent):
    """Headers are the sender's words. One that says that there is no message must not hold up the worker."""
    await announced(sent)
    await sent.publish(backend, [1, 2, 3, 4])
    headers = {"Status": "404", "Nats-Subject": "elsewhere"}
    await backend.publish(sent.upload.subject(0), sent.frame(0), msg_id=sent.ids[0], headers=headers)
    await assert_ready(sent, backend)


async def test_finalised_twice_and_twice_at_once(ingest, backend, sent):
    await announced(sent)
    await sent.publish(backend)
    await until(lambda: sent.row.is_complete)
    await asyncio.gather(finalise_file(sent.file_id), finalise_file(sent.file_id))
    first = await row_of(sent)
    await finalise_file(sent.file_id)
    assert (await row_of(sent)).ready_at == first.ready_at
    await assert_ready(sent, backend)
    assert await in_database(lambda: list(storage.stored_names(older_than=timezone.now()))) == [
        first.stored_as
    ]


async def test_a_flipped_one_finalised_twice_at_once(ingest, backend, sent):
    await announced(sent)
    await sent.publish(backend, flipped=0)
    await until(lambda: sent.row.is_complete)
    await asyncio.gather(finalise_file(sent.file_id), finalise_file(sent.file_id))
    assert (await row_of(sent)).cause_code == "digest_mismatch"


async def test_a_verdict_on_the_last_attempt_does_not_touch_this_one(ingest, backend, sent):
    before = await announced(sent)
    assert await in_database(
        services.mark_failed, before, cause=Attachment.Cause.BAD_CHUNK, now=timezone.now()
    )
    await announced(sent)
    mismatch, now = Attachment.Cause.DIGEST_MISMATCH, timezone.now()
    assert not await in_database(services.mark_failed, before, cause=mismatch, now=now)
    assert not await in_database(services.forget_chunks, before, 1, now=timezone.now())
    assert (await row_of(sent)).state == "pending"


async def test_chunks_that_the_stream_has_lost_are_missing_again(ingest, backend, sent):
    await announced(sent)
    await sent.publish(backend)
    await until(lambda: sent.row.is_complete)
    await api(backend, "STREAM.PURGE.KEZ_FILES", {"filter": sent.upload.subject(2)})
    row = await finalised(sent)
    assert (row.state, row.received_count) == ("pending", 4)
    sent.again()
    await sent.publish(backend, [2])
    await assert_ready(sent, backend)


async def test_what_nobody_waits_for_is_purged(ingest, backend, sent):
    """Chunks beyond the end, of a file that is ready, of a key without a handle, and what is no chunk at all."""
    await announced(sent)
    await sent.publish(backend)
    await assert_ready(sent, backend)
    other = SentFile(ALICE, some_bytes(2))
    await announced(other)
    subjects = [
        sent.upload.subject(0),
        other.upload.subject(2),
        other.upload.subject(127),
        SentFile(MALLORY, b"x").upload.subject(0),
        "kez.files.a.b.c",
        f"kez.files.{ALICE.primary.hex}.{other.file_id}.128",
    ]
    for subject in subjects:
        await backend.publish(subject, b"x", msg_id=SentFile(ALICE, b"x").ids[0])
    await until_held(backend, 0)
    assert (await row_of(other)).received_count == 0


async def test_unannounced_chunks_have_a_limit(ingest, backend, settings):
    """Only so many of one key, whatever the ids; another key is not touched by that."""
    settings.KEZ_FILES_IN_FLIGHT_BYTES = 4 * 81920
    flood = [SentFile(ALICE, some_bytes(2)) for _ in range(4)]
    quiet = SentFile(BOB, some_bytes(2))
    for each in [*flood, quiet]:
        await each.publish(backend)
    await until(lambda: EarlyChunks.objects.filter(uploader_hex=BOB.primary.hex).exists())
    await until_held(backend, 6)
    assert await in_database(EarlyChunks.objects.filter(uploader_hex=ALICE.primary.hex).count) == 2
    await announced(quiet)
    await assert_ready(quiet, backend)


async def test_two_senders_of_one_id_do_not_disturb_each_other(ingest, backend, sent):
    stranger = SentFile(BOB, some_bytes(5), file_id=sent.file_id)
    await stranger.publish(backend)
    await until(lambda: EarlyChunks.objects.exists())
    await announced(sent)
    await sent.publish(backend)
    await assert_ready(sent, backend)
    assert len(await held(backend, stranger.upload.subjects)) == 5


async def test_a_suspended_key_sends_in_vain(ingest, backend, sent):
    await in_database(Handle.objects.filter(local="alice").update, status="suspended")
    await sent.publish(backend, [0])
    await until_held(backend, 0)
    assert not await in_database(EarlyChunks.objects.exists)


async def test_two_ingests_share_the_work(ingest, backend, sent):
    second = ChunkIngest()
    running = asyncio.create_task(second.run())
    await asyncio.wait_for(second.ready.wait(), 20)
    await announced(sent)
    await sent.publish(backend)
    await assert_ready(sent, backend)
    second.stop()
    await asyncio.wait_for(running, 20)


async def test_a_consumer_that_somebody_deleted_is_made_anew(ingest, backend, sent):
    await announced(sent)
    await sent.publish(backend, [0])
    await until(lambda: sent.row.received_count == 1)
    await api(backend, "CONSUMER.DELETE.KEZ_FILES.ingest")
    await sent.publish(backend, [1, 2, 3, 4])
    await assert_ready(sent, backend)
