"""Whether the broker keeps what it acknowledges. Asked before anything that relies on it starts."""

import json
from collections.abc import Mapping
from typing import Any

from natslink.connection import SupervisedConnection
from natslink.errors import NoResponders


class UnsafeBroker(Exception):  # noqa: N818 - reads as what it says
    """The broker may lose messages that it has acknowledged, or cannot serve us. The message says what to change."""


STRICT_SINCE = (2, 12)  # JetStream's strict mode, on by default since then


async def check_broker(system: SupervisedConnection) -> str:
    """A sentence about the servers, all of them; UnsafeBroker if one does not put every message on its disk at once.

    `system` is a connection in account SYS. Reads `$SYS.REQ.SERVER.PING.JSZ`, which NATS has had since 2.10.
    """
    try:
        answers = await system.request_many(
            "$SYS.REQ.SERVER.PING.JSZ", json.dumps({"config": True}).encode(), window=0.4
        )
    except NoResponders as error:
        raise UnsafeBroker(
            "The broker does not tell its settings: KEZ_NATS_SYSADMIN_SEED must belong to a user of its system account."
        ) from error
    for answer in answers:
        report = json.loads(answer.data)
        server = report.get("server", {}).get("name", "?")[:12]
        data = report.get("data") or {}
        config = data.get("config") or {}
        if data.get("disabled") or not config:
            raise UnsafeBroker(f"JetStream is off on the broker {server}: start it with deploy/nats.conf.")
        if config.get("sync_always") is not True:
            raise UnsafeBroker(
                f"The broker {server} acknowledges messages before they are on its disk: set `sync_interval: always` "
                "in its jetstream block, as deploy/nats.conf does, and restart it."
            )
        if config.get("strict") is not True and _version(report) >= STRICT_SINCE:
            raise UnsafeBroker(
                f"The broker {server} takes JetStream requests that it only half understands: remove `strict: false` "
                "from its jetstream block and restart it."
            )
    return f"{len(answers)} broker{'s' if len(answers) > 1 else ''} with sync always"


def _version(report: Mapping[str, Any]) -> tuple[int, ...]:
    """(2, 15, 1) of "2.15.1"; (0,) of what is no version."""
    numbers = str(report.get("server", {}).get("ver", "")).split("-")[0].split(".")
    return tuple(int(number) for number in numbers if number.isdigit()) or (0,)
