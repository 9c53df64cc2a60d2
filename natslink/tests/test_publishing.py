"""The window of publishes: an answer belongs to the message that it answers, whatever the subjects are."""

import asyncio
import json

import pytest
from nats.aio.msg import Msg

from natslink.acks import read_pub_ack
from natslink.connection import SupervisedConnection
from natslink.errors import NotStored
from natslink.publishing import PublishWindow


async def test_an_answer_that_comes_too_late_is_not_taken_for_anothers(
    conn: SupervisedConnection, stream: str
) -> None:
    async def say_nothing(msg: Msg) -> None:
        pass

    await conn.subscribe("silence", say_nothing)
    assert conn.live
    async with PublishWindow(conn.live, size=2) as window, asyncio.timeout(30):
        await window.submit(1, "trial.a", b"slow", msg_id="a")
        window._give_up(1)
        assert isinstance((await window.outcomes.get()).error, NotStored)
        await window.submit(1, "silence", b"never answered", msg_id="b")
        await window.submit(2, "trial.a", b"answered behind the slow one", msg_id="c")
        assert (await window.outcomes.get()).key == 2
        assert window.is_open(1)


async def test_a_window_holds_as_many_as_it_says(conn: SupervisedConnection, stream: str) -> None:
    assert conn.live
    async with PublishWindow(conn.live, size=2) as window, asyncio.timeout(30):
        for key in range(2):
            await window.submit(key, f"trial.{key}", b"x", msg_id=str(key))
        third = asyncio.create_task(window.submit(2, "trial.2", b"x", msg_id="2"))
        await asyncio.sleep(0)
        assert window.open_count == 2
        await third
        seqs = [outcome.ack.seq for outcome in [await window.outcomes.get() for _ in range(3)] if outcome.ack]
        assert sorted(seqs) == [1, 2, 3]


def test_an_id_that_is_still_under_way_is_worth_another_try() -> None:
    """What three nodes answered to the second of two messages of one id, sent at once (nats-server 2.15.1)."""
    error = {"code": 409, "err_code": 10158, "description": "duplicate message id is in process"}
    with pytest.raises(NotStored):
        read_pub_ack(json.dumps({"error": error, "stream": "KEZ_INBOX", "seq": 0}).encode())
