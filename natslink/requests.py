# ruff: noqa: ASYNC109 - a time limit is part of the contract, with a typed error at its end
"""One request and its answer on one session, with everything that may happen instead as a typed error."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import nats.errors
from nats.aio.msg import Msg

from natslink.errors import MessageTooLarge, NoResponders, PublishRefused, RequestTimedOut
from natslink.session import BrokerSession


async def one_request(
    session: BrokerSession, subject: str, data: bytes, *, headers: Mapping[str, str] | None, timeout: float
) -> Msg:
    """Raises PublishRefused, MessageTooLarge, NoResponders, RequestTimedOut.

    nats-py alone would wait out its time after a denied publish and after the loss of the connection.
    """
    denied = session.denied(subject)
    answer: asyncio.Future[Any] = asyncio.ensure_future(
        session.nc.request(subject, data, timeout=timeout, headers=dict(headers) if headers else None)
    )

    def give_up() -> None:
        answer.cancel()

    session.on_lost(give_up)
    try:
        await asyncio.wait([answer, denied], return_when=asyncio.FIRST_COMPLETED)
        if denied.done() and not answer.done():
            raise PublishRefused(f"This connection may not publish to {subject}.")
        return _answer_of(answer, subject)
    finally:
        session.forget_lost(give_up)
        session.forget_denied(subject, denied)
        answer.cancel()
        denied.cancel()


async def many_answers(session: BrokerSession, subject: str, data: bytes, *, window: float) -> list[Msg]:
    """One request that any number of servers may answer: what came within `window` seconds after sending it.

    Raises NoResponders, RequestTimedOut (the connection went), PublishRefused.
    """
    answers: list[Msg] = []
    denied = session.denied(subject)
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def collect(msg: Msg) -> None:
        answers.append(msg)

    def give_up() -> None:
        if not lost.done():
            lost.set_result(None)

    session.on_lost(give_up)
    try:
        inbox = session.nc.new_inbox()
        subscription = await session.nc.subscribe(inbox, cb=collect)
        await session.nc.publish(subject, data, reply=inbox)
        await asyncio.wait([denied, lost], timeout=window, return_when=asyncio.FIRST_COMPLETED)
        if lost.done():
            raise RequestTimedOut("The connection to the NATS server was lost before it answered.")
        await subscription.unsubscribe()
    except (nats.errors.Error, OSError) as error:
        raise RequestTimedOut(f"The NATS server did not answer on {subject}.") from error
    finally:
        session.forget_lost(give_up)
        session.forget_denied(subject, denied)
    if denied.done():
        raise PublishRefused(f"This connection may not publish to {subject}.")
    denied.cancel()
    if not answers or (answers[0].headers or {}).get("Status") == "503":
        raise NoResponders(f"Nobody serves {subject} at the moment.")
    return answers


def _answer_of(answer: asyncio.Future[Any], subject: str) -> Msg:
    if answer.cancelled():
        raise RequestTimedOut("The connection to the NATS server was lost before it answered.")
    try:
        msg: Msg = answer.result()
        return msg
    except nats.errors.MaxPayloadError as error:
        raise MessageTooLarge("The message is larger than the broker takes; nothing was sent.") from error
    except nats.errors.BadSubjectError as error:
        raise PublishRefused(f"{subject!r} is not a subject.") from error
    except nats.errors.NoRespondersError as error:
        raise NoResponders(f"Nobody serves {subject} at the moment.") from error
    except (nats.errors.Error, OSError) as error:  # time-outs, and a connection that closes under us
        raise RequestTimedOut(f"The NATS server did not answer in time on {subject}.") from error
