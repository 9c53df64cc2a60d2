"""How this machine takes part in Iroh. Nobody else's servers are asked for anything unless these settings say so.

In `config.toml`, or in the environment, which goes before it:

    iroh_relay = "none"         KEZ_CHAT_IROH_RELAY       none, n0 (the public relays of number 0), or a relay's URL
    iroh_discovery = "none"     KEZ_CHAT_IROH_DISCOVERY   none, or n0 (their DNS: where a node is, by its key)
    iroh_bind = "0.0.0.0"       KEZ_CHAT_IROH_BIND        the address that is listened on, with or without a port
    iroh_lane = "auto"          KEZ_CHAT_IROH_LANE        auto: TCP beside the connection within one network; or off
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

NONE, N0 = "none", "n0"
DEFAULT_BIND = "0.0.0.0"  # noqa: S104 - others are meant to reach it

_PORT = re.compile(r"[0-9]{1,5}")
_BRACKETED = re.compile(r"\[([0-9a-fA-F:.]+)\](?::([0-9]{1,5}))?")


class BadIrohSetting(ValueError):  # noqa: N818 - named for what happened
    """`str(error)` says what the setting may be; `variable` is set where the value came from the environment."""

    def __init__(self, wanted: str, *, name: str, variable: str | None) -> None:
        super().__init__(wanted)
        self.name = name
        self.variable = variable


@dataclass(frozen=True, slots=True)
class IrohSettings:
    """`port` is None where it is chosen once and then kept, so that tickets stay good."""

    relay: str = NONE
    discovery: str = NONE
    host: str = DEFAULT_BIND
    port: int | None = None
    lane: bool = True


def iroh_settings(document: Mapping[str, object], environment: Mapping[str, str]) -> IrohSettings:
    """From the members of `config.toml` named in `SETTINGS`, and the environment. BadIrohSetting for an odd one."""
    found: dict[str, str] = {}
    for name, (default, is_good, wanted) in _RULES.items():
        variable = f"KEZ_CHAT_{name.upper()}"
        given = environment.get(variable) or None
        value = given or document.get(name, default)
        if not isinstance(value, str) or not is_good(value):
            raise BadIrohSetting(wanted, name=name, variable=variable if given else None)
        found[name] = value
    host, port = _parse_bind(found["iroh_bind"])
    return IrohSettings(
        found["iroh_relay"], found["iroh_discovery"], host, port, found["iroh_lane"] == "auto"
    )


def _is_relay(value: str) -> bool:
    if value in (NONE, N0):
        return True
    try:
        parts = urlsplit(value)
        return parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        return False


def _is_discovery(value: str) -> bool:
    return value in (NONE, N0)


def _is_lane(value: str) -> bool:
    return value in ("auto", "off")


def _is_bind(value: str) -> bool:
    try:
        host, port = _parse_bind(value)
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host and (port is None or port <= 65535)


def _parse_bind(value: str) -> tuple[str, int | None]:
    """`192.0.2.7`, `192.0.2.7:4433`, `2001:db8::7`, `[2001:db8::7]:4433`. ValueError for a port that is no number."""
    if match := _BRACKETED.fullmatch(value):
        host, port = match[1], match[2]
    elif value.count(":") == 1:
        host, _, port = value.partition(":")
    else:
        host, port = value, None
    if port is not None and not _PORT.fullmatch(port):
        raise ValueError(port)
    return host, int(port) if port is not None else None


_RULES: dict[str, tuple[str, Callable[[str], bool], str]] = {
    "iroh_relay": (NONE, _is_relay, "`none`, `n0` or the https:// address of a relay"),
    "iroh_discovery": (NONE, _is_discovery, "`none` or `n0`"),
    "iroh_bind": (DEFAULT_BIND, _is_bind, "an IP address of this machine, with or without a port"),
    "iroh_lane": ("auto", _is_lane, "`auto` or `off`"),
}
SETTINGS = tuple(_RULES)
