"""Connections to the broker as each of this server's static users, from settings."""

import random
import secrets

from django.conf import settings

from chatbridge.xkey import XKey
from httpapi.seeds import nkey_seed
from kezproto.keys import SigningKey
from natslink.connection import SupervisedConnection

BRIDGE_REPLIES = "_INBOX_BRIDGE"  # a client's token is longer


def issuer_key() -> SigningKey:
    """The account key that signs user tokens; its public half stands in the broker's `auth_callout`."""
    return SigningKey(nkey_seed("KEZ_NATS_ISSUER_SEED", prefix="A"))


def callout_xkey() -> XKey:
    """The curve key that requests to the callout are sealed to."""
    nkey_seed("KEZ_NATS_XKEY_SEED", prefix="X")
    return XKey(settings.KEZ_NATS_XKEY_SEED.strip())


def callout_connection() -> SupervisedConnection:
    """In account AUTH: answers logins."""
    return _connection("KEZ_NATS_CALLOUT_SEED", "kez callout")


def backend_connection() -> SupervisedConnection:
    """In account KEZ: streams and consumers."""
    return _connection("KEZ_NATS_BACKEND_SEED", "kez backend")


def bridge_connection() -> SupervisedConnection:
    """In account USERS: what browsers send and read, on their behalf. Its replies come where no client may listen."""
    prefix = f"{BRIDGE_REPLIES}.{secrets.token_hex(16)}"
    return _connection("KEZ_NATS_BRIDGE_SEED", "kez bridge", reply_prefix=prefix)


def system_connection() -> SupervisedConnection:
    """In account SYS: sees and ends connections, reads the server's settings."""
    return _connection("KEZ_NATS_SYSADMIN_SEED", "kez operator")


def _connection(setting: str, name: str, *, reply_prefix: str | None = None) -> SupervisedConnection:
    urls = settings.NATS_URL.split(",")
    random.shuffle(urls)  # the processes spread over the nodes
    seed = nkey_seed(setting, prefix="U")
    return SupervisedConnection(urls=urls, seed=seed, name=name, reply_prefix=reply_prefix)
