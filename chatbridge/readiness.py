"""The readiness checks of the NATS room: the broker with its sync policy and streams, and the auth callout."""

from asgiref.sync import async_to_sync
from django.core.exceptions import ImproperlyConfigured

from chatbridge.broker import backend_connection
from chatbridge.callout_process import PING_SUBJECT
from chatbridge.jetstream import JetStreamError
from chatbridge.processes import check_broker_and_streams
from chatbridge.safety import UnsafeBroker
from chatbridge.streams import UnsafeStream
from httpapi.readiness import NotReady
from natslink.errors import AccessRefused, LinkError, NoResponders

CONNECT_SECONDS = 1.5
PING_SECONDS = 1.0


def check_jetstream() -> str:
    """Every broker syncs each message, and our streams are there and as they must be."""
    try:
        return async_to_sync(check_broker_and_streams)(timeout=CONNECT_SECONDS)
    except (UnsafeBroker, UnsafeStream, ImproperlyConfigured) as error:
        raise NotReady(str(error)) from error
    except AccessRefused as error:
        raise NotReady(
            "The broker refuses this server's keys: compare its nkeys with the seeds here."
        ) from error
    except (LinkError, JetStreamError) as error:
        raise NotReady(
            "The broker does not answer: is nats-server running, and is NATS_URL right?"
        ) from error


def check_callout() -> str:
    """An auth callout answers through the broker and reaches its database."""
    try:
        return async_to_sync(_callout)()
    except ImproperlyConfigured as error:
        raise NotReady(str(error)) from error
    except NoResponders as error:
        raise NotReady("No auth callout is running: start `manage.py run_auth_callout`.") from error
    except LinkError as error:
        raise NotReady("The auth callout does not answer in time.") from error


async def _callout() -> str:
    backend = backend_connection()
    try:
        await backend.start(timeout=CONNECT_SECONDS)
        answer = await backend.request(PING_SUBJECT, timeout=PING_SECONDS)
    finally:
        await backend.close()
    if answer.data != b"ok":
        raise NotReady("The auth callout has lost its connection to the streams.")
    return "answers"
