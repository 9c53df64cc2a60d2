"""Everything that a stranger or a broken client may try on `/ws`: a typed refusal, the close code that the docs name,
and afterwards the server serves others as before.
"""

import contextlib
from collections.abc import Awaitable, Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus

from chatbridge.consumers.frames import MAX_BINARY_BYTES, MAX_TEXT_BYTES
from chatbridge.consumers.limits import SIGNAL_BYTES
from chatbridge.tests.sockets import (
    Browser,
    Chatter,
    ack_frame,
    chunk_message,
    new_id,
    online,
    publish_frame,
    socket,
)
from kezproto.padding import MAX_ENVELOPE_BYTES
from natslink.publishing import WINDOW

Deed = Callable[[Browser, Chatter, str], Awaitable[None]]


@pytest.fixture(scope="module")
def alice(stack) -> Chatter:
    return Chatter().register(stack)


async def check_still_serves(stack, chatter: Chatter) -> None:
    """Somebody else writes to themselves, through the same process."""
    async with online(stack, chatter.another_device()) as browser:
        await browser.publish((1, chatter.raw, new_id(), b"still there"))
        await browser.outcome()
        await browser.take_and_ack(1)


HANDSHAKES = {
    "foreign origin": {"origin": "https://evil.example"},
    "our name on another port": {"origin": "http://localhost:1"},
    "an origin that hides": {"origin": "null"},
    "our name as the beginning of another": {"origin": "http://localhost.evil.example"},
    "no subprotocol": {"subprotocols": None},
    "another subprotocol": {"subprotocols": ["kez.v1"]},
}


@pytest.mark.parametrize("options", HANDSHAKES.values(), ids=HANDSHAKES)
async def test_handshakes_that_are_refused(stack, options) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with socket(stack, **options):
            pass
    assert refused.value.response.status_code == 403


async def test_a_program_without_origin_may_come_in(stack, alice) -> None:
    async with online(stack, alice, origin=None):
        pass


async def test_a_page_under_another_allowed_name_may_come_in(stack, alice) -> None:
    async with online(stack, alice, origin=f"http://localhost:{stack.ports.web}"):
        pass


# Before the key is shown -----------------------------------------------------------------------------


def answers(**changes) -> Deed:
    """A session with something wrong in it."""

    async def deed(browser: Browser, chatter: Chatter, challenge: str) -> None:
        device = changes.get("device", chatter.device)
        wrong = {name: value for name, value in changes.items() if name not in ("device", "challenge")}
        document = chatter.session(changes.get("challenge", challenge), **wrong)
        await browser.say("session", device=device, session=document)

    return deed


def sends(data: str | bytes) -> Deed:
    async def deed(browser: Browser, chatter: Chatter, challenge: str) -> None:
        await browser.connection.send(data)

    return deed


async def tampered(browser: Browser, chatter: Chatter, challenge: str) -> None:
    document = chatter.session(challenge)
    document["payload"]["handle"] = "root"
    await browser.say("session", device=chatter.device, session=document)


async def unsigned(browser: Browser, chatter: Chatter, challenge: str) -> None:
    document = {"kez": "session", "payload": chatter.session(challenge)["payload"]}
    await browser.say("session", device=chatter.device, session=document)


async def as_somebody_else(browser: Browser, chatter: Chatter, challenge: str) -> None:
    mallory = Chatter()
    await answers(local=chatter.local)(browser, mallory, challenge)


OPENINGS: dict[str, tuple[Deed, str, str, int]] = {
    "another challenge": (answers(challenge="00" * 32), "bad_session", "challenge_unknown", 4401),
    "another key's signature": (answers(signer=Chatter().key), "bad_session", "key_mismatch", 4401),
    "another server": (answers(server="evil.example"), "bad_session", "wrong_server", 4401),
    "signed too long ago": (answers(age=timedelta(seconds=400)), "bad_session", "stale", 4401),
    "signed in the future": (answers(age=timedelta(seconds=-400)), "bad_session", "stale", 4401),
    "changed after signing": (tampered, "bad_session", "bad_signature", 4401),
    "not signed": (unsigned, "bad_session", "malformed", 4401),
    "another handle": (answers(local="somebody-else"), "not_registered", "", 4403),
    "another key for the handle": (as_somebody_else, "not_registered", "", 4403),
    "a device in upper case": (answers(device="ABCDEF0123456789"), "bad_device", "", 4401),
    "a device that is a subject": (answers(device="*.>"), "bad_device", "", 4401),
    "no device": (answers(device=""), "bad_device", "", 4401),
    "a publish first": (sends(publish_frame((1, bytes(32), bytes(16), b"x"))), "not_authenticated", "", 4401),
    "a chunk first": (sends(chunk_message(1, bytes(16), b"x")), "not_authenticated", "", 4401),
    "an acknowledgement first": (sends(ack_frame(1)), "not_authenticated", "", 4401),
    "a pong first": (sends('{"type":"pong","n":1}'), "not_authenticated", "", 4401),
    "no JSON": (sends("hello?"), "bad_frame", "malformed", 4400),
    "JSON that is no object": (sends("[]"), "bad_frame", "", 4400),
    "a key twice": (sends('{"type":"pong","type":"session"}'), "bad_frame", "malformed", 4400),
    "a session without fields": (sends('{"type":"session"}'), "bad_frame", "", 4400),
    "a type that is none": (sends('{"type":"subscribe","subject":">"}'), "unknown_frame", "", 4400),
    "binary garbage": (sends(bytes(range(255, 0, -1))), "unknown_frame", "", 4400),
    "nothing at all": (sends(b""), "bad_frame", "", 4400),
    "a text that is too long": (sends(" " * (MAX_TEXT_BYTES + 1)), "frame_too_large", "", 4413),
    "a frame that is too long": (sends(b"\x01" + bytes(MAX_BINARY_BYTES)), "frame_too_large", "", 4413),
}


@pytest.mark.parametrize(("deed", "code", "cause", "close"), OPENINGS.values(), ids=OPENINGS)
async def test_before_the_key_is_shown(stack, alice, deed, code, cause, close) -> None:
    async with socket(stack) as browser:
        hello = await browser.expect("hello")
        await deed(browser, alice, hello["challenge"])
        error = await browser.expect("error")
        assert (error["code"], error.get("cause", "")) == (code, cause)
        assert await browser.close_code() == close
    await check_still_serves(stack, alice)


async def test_a_challenge_of_another_socket(stack, alice) -> None:
    async with socket(stack) as first, socket(stack) as second:
        hello, other = await first.expect("hello"), await second.expect("hello")
        assert hello["challenge"] != other["challenge"]
        document = alice.session(hello["challenge"])
        await second.say("session", device=alice.device, session=document)
        assert await second.refusal() == ("bad_session", 4401)
        await first.say("session", device=alice.device, session=document)
        await first.expect("ready")


async def test_an_answer_is_good_for_one_socket_only(stack, alice) -> None:
    async with socket(stack) as first:
        document = alice.session((await first.expect("hello"))["challenge"])
        await first.say("session", device=alice.device, session=document)
        await first.expect("ready")
    async with socket(stack) as second:
        await second.expect("hello")
        await second.say("session", device=alice.device, session=document)
        assert await second.refusal() == ("bad_session", 4401)


async def test_a_key_without_a_handle(stack) -> None:
    async with socket(stack) as browser:
        await answers()(browser, Chatter(), (await browser.expect("hello"))["challenge"])
        assert await browser.refusal() == ("not_registered", 4403)


async def test_a_socket_that_never_answers_is_closed(stack, alice) -> None:
    async with socket(stack) as browser:
        assert await browser.refusal() == ("no_answer", 4408)
    await check_still_serves(stack, alice)


async def test_more_than_the_web_server_takes(stack, alice) -> None:
    async with socket(stack) as browser:
        with contextlib.suppress(ConnectionClosed):  # it may be closed before all of it is sent
            await browser.connection.send(bytes(2 * 1024 * 1024))
        assert await browser.close_code() in (1006, 1009)
    await check_still_serves(stack, alice)


# After that ------------------------------------------------------------------------------------------

CLOSING: dict[str, tuple[Deed, str, int]] = {
    "a second session": (answers(), "already_open", 4400),
    "text garbage": (sends("\u2603" * 100), "bad_frame", 4400),
    "a type that is none": (sends('{"type":"purge"}'), "unknown_frame", 4400),
    "binary garbage": (sends(b"\x7f" + bytes(1000)), "unknown_frame", 4400),
    "a publish that is cut short": (
        sends(publish_frame((1, bytes(32), bytes(16), b"abc"))[:-1]),
        "bad_frame",
        4400,
    ),
    "a publish of nothing": (sends(publish_frame((1, bytes(32), bytes(16), b""))), "bad_frame", 4400),
    "a publish with half a head": (sends(b"\x01" + bytes(20)), "bad_frame", 4400),
    "half an acknowledgement": (sends(b"\x02" + bytes(7)), "bad_frame", 4400),
    "a chunk with half a head": (sends(b"\x04" + bytes(19)), "bad_frame", 4400),
    "a signal to nobody": (sends(b"\x03" + bytes(31)), "bad_frame", 4400),
    "a frame that is too long": (sends(b"\x02" + bytes(MAX_BINARY_BYTES)), "frame_too_large", 4413),
}


@pytest.mark.parametrize(("deed", "code", "close"), CLOSING.values(), ids=CLOSING)
async def test_frames_that_end_the_socket(stack, alice, deed, code, close) -> None:
    chatter = alice.another_device()
    async with online(stack, chatter) as browser:
        await deed(browser, chatter, "00" * 32)
        assert await browser.refusal() == (code, close)
    await check_still_serves(stack, alice)


async def test_refusals_that_leave_the_socket_open(stack, alice) -> None:
    chatter = alice.another_device()
    async with online(stack, chatter) as browser:
        await browser.publish((1, bytes(32), new_id(), b"to a point of small order"))
        refused = await browser.expect("refused")
        assert (refused["refs"], refused["code"], refused["retry"]) == ([1], "bad_recipient", False)
        await browser.publish((2, b"\xff" * 32, new_id(), b"to no point at all"))
        assert (await browser.expect("refused"))["code"] == "bad_recipient"
        await browser.publish((3, alice.raw, new_id(), bytes(MAX_ENVELOPE_BYTES + 1)))
        assert (await browser.expect("refused"))["code"] == "too_large"
        await browser.ack([1, 2**63])
        assert (await browser.expect("error"))["code"] == "unknown_seq"
        await browser.connection.send(b"\x03" + alice.raw + bytes(SIGNAL_BYTES + 1))
        assert (await browser.expect("error"))["code"] == "signal_too_large"
        await browser.connection.send(b"\x03" + bytes(32) + b"x")
        assert (await browser.expect("error"))["code"] == "bad_recipient"
        await browser.publish((4, alice.raw, new_id(), b"still open"))
        assert (await browser.outcome())[0] == 4


async def test_one_cannot_acknowledge_what_another_was_given(stack, alice) -> None:
    bob = Chatter().register(stack)
    async with online(stack, alice.another_device()) as mallory, online(stack, bob) as reader:
        await mallory.publish((1, bob.raw, new_id(), b"for bob"))
        _, seq, _ = await mallory.outcome()
        await mallory.ack([seq])
        assert (await mallory.expect("error"))["code"] == "unknown_seq"
        await reader.take(1)
    async with online(stack, bob) as again:
        assert [each.seq for each in await again.take_and_ack(1)] == [seq]


async def test_the_largest_envelope_passes(stack, alice) -> None:
    # The headers count in JetStream, and there are more of them from one node of a cluster to the next.
    envelope = bytes(MAX_ENVELOPE_BYTES - 300)
    bob = Chatter().register(stack)
    async with online(stack, bob) as browser:
        await browser.publish((1, bob.raw, new_id(), envelope))
        await browser.outcome()
        assert (await browser.take_and_ack(1))[0].envelope == envelope


async def test_more_than_the_window_is_refused_and_nothing_overtakes(stack, alice) -> None:
    bob = Chatter().register(stack)
    items = [(ref, bob.raw, new_id(), b"%d" % ref) for ref in range(WINDOW + 44)]
    async with online(stack, alice.another_device()) as browser, online(stack, bob) as reader:
        await browser.publish(*items)
        refused = await browser.expect("refused")
        assert (refused["code"], refused["retry"], refused["held"]) == ("rate_limited", True, True)
        assert refused["refs"] == list(range(WINDOW, WINDOW + 44))
        assert [(await browser.outcome())[0] for _ in range(WINDOW)] == list(range(WINDOW))
        await browser.publish(items[-1])
        assert (await browser.expect("refused"))["refs"] == [WINDOW + 43]
        await browser.say("resume")
        await browser.publish(*items[WINDOW:])
        got = await reader.take_and_ack(len(items))
        assert [each.envelope for each in got] == [envelope for _, _, _, envelope in items]


async def test_too_many_frames_end_the_socket(stack, alice) -> None:
    async with online(stack, alice.another_device()) as browser:
        for number in range(6000):
            if browser.closed.is_set():
                break
            await browser.say("pong", n=number)
        assert await browser.refusal() == ("too_fast", 4429)
    await check_still_serves(stack, alice)


async def test_too_many_sockets_of_one_handle(stack) -> None:
    carol = Chatter().register(stack)
    port = urlsplit(stack.web_urls[0]).port  # each web process counts by itself
    async with contextlib.AsyncExitStack() as sockets:
        for _ in range(16):
            await sockets.enter_async_context(online(stack, carol.another_device(), port=port))
        async with socket(stack, port=port) as browser:
            await answers()(browser, carol, (await browser.expect("hello"))["challenge"])
            assert await browser.refusal() == ("too_many_sockets", 4429)
