"""What JetStream answers to a publish, as a value or a typed error."""

from __future__ import annotations

import json
from dataclasses import dataclass

from natslink.errors import InboxFull, LinkError, MessageTooLarge, NotStored, PublishRefused

# nats-server server/errors.json
STORE_FAILED = 10077
TOO_LARGE = 10054
# In a cluster: the same id came before, and the nodes have not agreed on it yet. It may still fail, so: once more.
SAME_ID_UNDER_WAY = 10158


@dataclass(frozen=True, slots=True)
class PubAck:
    """The stream holds the message under `seq`; `duplicate`: it did already, by the same message id."""

    stream: str
    seq: int
    duplicate: bool


def read_pub_ack(data: bytes) -> PubAck:
    """Raises InboxFull, MessageTooLarge, PublishRefused (for good), NotStored (worth another try)."""
    try:
        answer = json.loads(data)
        if "error" not in answer:
            return PubAck(str(answer["stream"]), int(answer["seq"]), bool(answer.get("duplicate", False)))
        error = answer["error"]
        code, err_code, text = (
            int(error["code"]),
            int(error.get("err_code", 0)),
            str(error.get("description", "")),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotStored("The broker's answer to the message cannot be understood.") from error
    raise _typed(code, err_code, text)


def _typed(code: int, err_code: int, text: str) -> LinkError:
    if err_code == STORE_FAILED and "per subject" in text:
        return InboxFull("The recipient's inbox is full; nothing was stored.")
    if err_code == TOO_LARGE:
        return MessageTooLarge("The message is larger than its stream takes; nothing was stored.")
    if code >= 500 or err_code == SAME_ID_UNDER_WAY:
        return NotStored(f"The broker could not store the message ({text}).")
    return PublishRefused(f"The broker refuses the message ({text}).")
