"""Chunks of files through the bridge, with a real daphne and NATS: under whose key, how fast, and what is refused."""

import asyncio

import pytest

from chatbridge.consumers.frames import MAX_BINARY_BYTES
from chatbridge.consumers.limits import CHUNK_WINDOW
from chatbridge.consumers.notices import tell_file
from chatbridge.tests.sockets import LIMIT, Chatter, new_id, online, socket
from chatbridge.tests.uploads import Store, Upload
from kezproto.file_chunks import MAX_CHUNK_FRAME_BYTES
from kezproto.payloads import MAX_CHUNKS


@pytest.fixture(scope="module")
def alice(stack) -> Chatter:
    return Chatter().register(stack)


async def test_chunks_are_stored_under_the_key_of_the_socket(stack, alice) -> None:
    upload = Upload(3)
    async with online(stack, alice) as browser, Store.of(stack) as store:
        await upload.send(browser, [2, 0, 1], first_ref=7)
        outcomes = [await browser.outcome() for _ in range(3)]
        assert [(ref, duplicate) for ref, _, duplicate in outcomes] == [(9, False), (7, False), (8, False)]
        await upload.send(browser, [1])
        assert await browser.outcome() == (1, outcomes[2][1], True)
        assert await store.holds(alice, upload)


async def test_nobody_puts_a_chunk_among_anothers(stack, alice) -> None:
    upload, forged = Upload(2), Upload(2)
    mallory = Chatter().register(stack)
    forged.file_id = upload.file_id
    async with online(stack, alice) as owner, online(stack, mallory) as other, Store.of(stack) as store:
        await upload.send_until_stored(owner)
        await forged.send_until_stored(other)
        assert await store.holds(alice, upload)
        assert await store.holds(mallory, forged)


GOOD = Upload(2).frame(0)
NO_CHUNKS = {
    "nothing": b"",
    "cut short in its head": GOOD[:20],
    "cut short": GOOD[:-1],
    "too long by a byte": GOOD + b"x",
    "as long as a frame may be": GOOD.ljust(MAX_BINARY_BYTES - 21, b"x"),
    "another version": b"\x02" + GOOD[1:],
    "beyond the end": GOOD[:17] + b"\0\0\0\2" + GOOD[21:],
    "of no chunks at all": GOOD[:21] + bytes(4) + GOOD[25:],
    "of too many chunks": GOOD[:21] + (MAX_CHUNKS + 1).to_bytes(4, "big") + GOOD[25:],
}


async def test_what_is_no_chunk_is_refused_and_the_socket_stays(stack, alice) -> None:
    assert len(GOOD) == MAX_CHUNK_FRAME_BYTES
    async with online(stack, alice) as browser:
        for ref, frame in enumerate(NO_CHUNKS.values()):
            await browser.send_chunk(ref, new_id(), frame)
            refused = await browser.expect("refused")
            told = [refused[name] for name in ("refs", "code", "retry", "held")]
            assert told == [[ref], "bad_chunk", False, False], list(NO_CHUNKS)[ref]
        await browser.publish((100, alice.raw, new_id(), b"still open"))
        assert (await browser.outcome())[0] == 100


async def test_a_file_of_ten_megabytes_passes_at_once_beside_messages(stack, alice) -> None:
    bob, upload = Chatter().register(stack), Upload(MAX_CHUNKS)
    words = [b"%d" % number for number in range(MAX_CHUNKS)]
    async with online(stack, alice) as browser, online(stack, bob) as reader, Store.of(stack) as store:
        async with asyncio.timeout(LIMIT):
            open_chunks = 0
            for index, word in enumerate(words):
                await upload.send(browser, [index])
                await browser.publish((1000 + index, bob.raw, new_id(), word))
                open_chunks += 1
                while open_chunks >= 16:
                    ref, code = await browser.answer()
                    assert code == "stored"
                    open_chunks -= ref < 1000
            assert [each.envelope for each in await reader.take_and_ack(len(words))] == words
            while open_chunks:
                ref, code = await browser.answer()
                assert code == "stored"
                open_chunks -= ref < 1000
        assert await store.holds(alice, upload)


async def test_a_flood_of_chunks_is_slowed_down_and_messages_are_not(stack, alice) -> None:
    """30 MiB pass at once, then 2 MiB a second; the last 10 MiB of what may come at once are for messages."""
    stored = 0
    async with online(stack, alice) as browser:
        while browser.texts["refused"].empty():
            upload = Upload(CHUNK_WINDOW)
            await upload.send(browser)
            stored += [(await browser.answer())[1] for _ in range(upload.total)].count("stored")
            assert stored < 2000, "nothing slows it down"
        assert stored * MAX_CHUNK_FRAME_BYTES > 29 * 2**20
        refused = await browser.expect("refused")
        assert (refused["code"], refused["retry"], refused["held"]) == ("rate_limited", True, False)
        assert 0 <= refused["retry_after"] < 1
        await browser.publish((1000, alice.raw, new_id(), bytes(200_000)))
        assert await browser.answer() == (1000, "stored")
        await upload.send_until_stored(browser)
        await browser.take_and_ack(1)


async def test_a_notice_about_a_file_reaches_the_sockets_of_its_owner_only(stack, alice, settings) -> None:
    hosts = [{"address": stack.environment["REDIS_URL"]}]
    settings.CHANNEL_LAYERS = {"default": {**settings.CHANNEL_LAYERS["default"], "CONFIG": {"hosts": hosts}}}
    bob = Chatter().register(stack)
    about_alices = (alice.key.primary.hex, "a" * 32, "pending", 3, 5, None)
    about_bobs = (bob.key.primary.hex, "b" * 32, "failed", 5, 5, "digest_mismatch")
    phone = alice.another_device()
    async with (
        online(stack, alice) as one,
        online(stack, phone) as two,
        online(stack, bob) as other,
        socket(stack) as stranger,
    ):
        await tell_file(*about_alices)
        await tell_file(*about_bobs)
        for browser in (one, two):
            assert await browser.expect("file") == {
                "type": "file",
                "file_id": "a" * 32,
                "state": "pending",
                "received": 3,
                "chunks": 5,
                "cause_code": None,
            }
        told = await other.expect("file")
        assert [told[name] for name in ("file_id", "state", "cause_code")] == [
            "b" * 32,
            "failed",
            "digest_mismatch",
        ]
        assert [browser.texts["file"].qsize() for browser in (one, two, other, stranger)] == [0, 0, 0, 0]
