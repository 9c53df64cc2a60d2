"""What happens here when something happens in the registry."""

import logging
from typing import Any

from asgiref.sync import async_to_sync
from django.dispatch import receiver
from kombu.exceptions import OperationalError

from chatbridge.consumers.notices import tell_suspended
from chatbridge.kick import kick_now
from chatbridge.tasks import kick_primary
from registry.signals import handle_released, handle_suspended

logger = logging.getLogger(__name__)

# A login that was allowed in the moment before the suspension may still be on its way: the broker gives it 3 s.
SECOND_LOOK_SECONDS = 4


@receiver((handle_suspended, handle_released), dispatch_uid="chatbridge kicks suspended keys")
def cut_connections(sender: Any, primary_hex: str, **_: Any) -> None:
    """Cut what is connected now, and look once more for what came in between."""
    try:
        kick_primary.apply_async((primary_hex,), retry=False)
        kick_primary.apply_async((primary_hex,), countdown=SECOND_LOOK_SECONDS, retry=False)
    except OperationalError:
        logger.exception(
            "The task queue is out of reach; cutting the connections of a suspended key from here."
        )
        kick_now(primary_hex)


@receiver((handle_suspended, handle_released), dispatch_uid="chatbridge closes websockets of suspended keys")
def close_websockets(sender: Any, primary_hex: str, **_: Any) -> None:
    """End the browsers' sockets in all web processes. What the channel layer loses, each process finds by itself."""
    async_to_sync(tell_suspended)(primary_hex)
