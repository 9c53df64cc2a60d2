"""The TCP ports of a local server: the fixed ones of `make run`, free ones for tests and the demo."""

import os
import random
import socket
from dataclasses import astuple, dataclass, fields
from itertools import islice

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ports:
    web: int = 6969
    sigchain: int = 7878
    nats: int = 4222
    nats_ws: int = 8443
    valkey: int = 6379

    @classmethod
    def free(cls) -> "Ports":
        """Ports of which nothing listens on any now."""
        return cls(*free_ports(len(fields(cls))))

    @classmethod
    def from_environment(cls) -> "Ports":
        """The usual ports, each overridden by `KEZ_PORT_<NAME>` (`KEZ_PORT_WEB=8000`)."""
        chosen = {}
        for field in fields(cls):
            text = os.environ.get(f"KEZ_PORT_{field.name.upper()}", "")
            if text:
                if not text.isdigit() or not 0 < int(text) < 65536:
                    raise SystemExit(f"KEZ_PORT_{field.name.upper()}={text} is not a port number.")
                chosen[field.name] = int(text)
        return cls(**chosen)

    def taken(self) -> list[tuple[str, int]]:
        """Name and number of each port that another program listens on."""
        return [
            (field.name, port)
            for field, port in zip(fields(self), astuple(self), strict=True)
            if not _can_bind(port)
        ]


def free_ports(count: int) -> list[int]:
    """Different ports that nothing listens on now, below those that the system gives to outgoing connections."""
    candidates = random.sample(range(10_000, 32_000), 200)
    return list(islice(filter(_can_bind, candidates), count))


def _can_bind(port: int) -> bool:
    try:
        socket.create_server((HOST, port)).close()
    except OSError:
        return False
    return True
