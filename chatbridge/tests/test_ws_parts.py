"""The parts of the bridge that need no server: who may connect, the buckets, the reading of frames."""

import struct

import pytest
from channels.layers import get_channel_layer

from chatbridge.consumers import frames
from chatbridge.consumers.codes import Code, Refused
from chatbridge.consumers.limits import BURST_SECONDS, Bucket
from chatbridge.consumers.origins import may_connect

HOST = (b"host", b"chat.kez.lat")


@pytest.fixture(autouse=True)
def _names(settings) -> None:
    settings.KEZ_CHAT_PUBLIC_URL = "https://chat.kez.lat"
    settings.ALLOWED_HOSTS = ["chat.kez.lat", "localhost", "[::1]"]


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ([HOST, (b"origin", b"https://chat.kez.lat")], True),
        ([HOST, (b"origin", b"HTTPS://CHAT.KEZ.LAT")], True),
        ([HOST, (b"origin", b"http://chat.kez.lat")], True),
        ([(b"host", b"localhost:6969"), (b"origin", b"http://localhost:6969")], True),
        ([(b"host", b"[::1]:6969"), (b"origin", b"http://[::1]:6969")], True),
        ([HOST], True),
        ([HOST, (b"origin", b"https://evil.example")], False),
        ([HOST, (b"origin", b"https://chat.kez.lat:8443")], False),
        ([HOST, (b"origin", b"https://chat.kez.lat.evil.example")], False),
        ([HOST, (b"origin", b"https://chat.kez.lat@evil.example")], False),
        ([HOST, (b"origin", b"null")], False),
        ([HOST, (b"origin", b"")], False),
        ([HOST, (b"origin", b"chat.kez.lat")], False),
        ([HOST, (b"origin", b"ftp://chat.kez.lat")], False),
        ([HOST, (b"origin", b"https://chat.kez.lat"), (b"origin", b"https://evil.example")], False),
        ([(b"host", b"evil.example"), (b"origin", b"http://evil.example")], False),
        ([(b"host", b"evil.example")], False),
        ([HOST, (b"host", b"localhost")], False),
        ([], False),
    ],
)
def test_who_may_connect(headers, allowed) -> None:
    assert may_connect(headers) is allowed


def test_waiting_for_a_notice_is_no_fault_of_the_channel_layer() -> None:
    layer = get_channel_layer()
    assert layer.hosts[0]["socket_timeout"] > 2 * layer.brpop_timeout


def test_a_bucket_gives_a_burst_and_then_the_rate() -> None:
    bucket = Bucket(10, at=100.0)
    assert [bucket.take(1, now=100.0) for _ in range(int(10 * BURST_SECONDS))] == [0.0] * 200
    assert bucket.take(1, now=100.0) == pytest.approx(0.1)
    assert bucket.take(1, now=100.2) == 0.0
    assert bucket.take(5, now=100.2) == pytest.approx(0.4)


def test_a_bucket_never_holds_more_than_a_burst() -> None:
    bucket = Bucket(1, at=0.0)
    assert bucket.take(BURST_SECONDS, now=1e9) == 0.0
    assert bucket.take(1, now=1e9) == pytest.approx(1.0)


def test_more_than_a_burst_passes_when_the_bucket_is_full_and_is_paid_back() -> None:
    bucket = Bucket(1, at=0.0)
    assert bucket.take(2 * BURST_SECONDS, now=0.0) == 0.0
    assert bucket.take(1, now=0.0) == pytest.approx(BURST_SECONDS + 1)


def test_frames_are_read_as_they_are_written() -> None:
    head = struct.pack(">I32s16sI", 9, b"r" * 32, b"m" * 16, 3)
    assert frames.read_binary(b"\x01" + head + b"abc" + head + b"def") == frames.Publishes(
        [
            frames.Publish(9, b"r" * 32, (b"m" * 16).hex(), b"abc"),
            frames.Publish(9, b"r" * 32, (b"m" * 16).hex(), b"def"),
        ]
    )
    assert frames.read_binary(b"\x02" + struct.pack(">2Q", 1, 2**53)) == frames.Acks((1, 2**53))
    assert frames.read_binary(b"\x03" + b"r" * 32 + b"x") == frames.Signal(b"r" * 32, b"x")
    chunk = b"\x04" + struct.pack(">I16s", 9, b"m" * 16)
    assert frames.read_binary(chunk + b"c") == frames.Chunk(9, (b"m" * 16).hex(), b"c")
    assert frames.read_text('{"type":"pong","n":3}') == frames.Pong(3)
    assert frames.read_text('{"type":"resume"}') == frames.Resume()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "1",
        "null",
        '"session"',
        "{}",
        '{"type":1}',
        '{"type":"\ud800"}',
        '{"type":"pong"}',
        '{"type":"pong","n":"1"}',
        '{"type":"pong","n":1.5}',
        '{"type":"resume","more":1}',
        "[" * 500,
    ],
)
def test_texts_that_are_no_frame(text) -> None:
    with pytest.raises(Refused) as refused:
        frames.read_text(text)
    assert refused.value.code in (Code.BAD_FRAME, Code.UNKNOWN_FRAME)
