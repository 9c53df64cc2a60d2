"""How this machine takes part in Iroh. Nobody else's servers are asked for anything unless these settings say so.

In `config.toml`, or in the environment, which goes before it:

    iroh_relay = "none"         KEZ_CHAT_IROH_RELAY       none, n0 (the public relays of number 0), or a relay's URL
    iroh_discovery = "none"     KEZ_CHAT_IROH_DISCOVERY   none, or n0 (their DNS: where a node is, by its key)
    iroh_bind = "0.0.0.0"       KEZ_CHAT_IROH_BIND        the address that is listened on, with or without a port
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

NONE, N0 = "none", "n0"
DEFAULT_BIND = "0.0.0.0"  # noqa: S104 - others are meant to reach it
SETTINGS = ("iroh_relay", "iroh_discovery", "iroh_bind")

_PORT = re.compile(r"[0-9]{1,5}")


class BadIrohSetting(ValueError):  # noqa: N818 - named for what happened
    """The text says which setting, and what it may be."""


@dataclass(frozen=True, slots=True)
class IrohSettings:
    """`port` is None where it is chosen once and then kept, so that tickets stay good."""

    relay: str = NONE
    discovery: str = NONE
    host: str = DEFAULT_BIND
    port: int | None = None


def iroh_settings(
    document: Mapping[str, object], environment: Mapping[str, str] = os.environ
) -> IrohSettings:
    """From the members of `config.toml` named in `SETTINGS`, and the environment. BadIrohSetting for an odd one."""
    defaults = {"iroh_relay": NONE, "iroh_discovery": NONE, "iroh_bind": DEFAULT_BIND}
    found: dict[str, str] = {}
    for name, default in defaults.items():
        variable = f"KEZ_CHAT_{name.upper()}"
        value = environment.get(variable) or document.get(name, default)
        if not isinstance(value, str):
            raise BadIrohSetting(f"{name} must be text")
        found[name] = value
    host, port = _parse_bind(found["iroh_bind"])
    return IrohSettings(
        _checked_relay(found["iroh_relay"]), _checked_discovery(found["iroh_discovery"]), host, port
    )


def _checked_relay(value: str) -> str:
    if value in (NONE, N0):
        return value
    try:
        parts = urlsplit(value)
        is_url = parts.scheme in ("https", "http") and bool(parts.hostname)
    except ValueError:
        is_url = False
    if not is_url:
        raise BadIrohSetting("iroh_relay must be `none`, `n0` or the https:// address of a relay")
    return value


def _checked_discovery(value: str) -> str:
    if value not in (NONE, N0):
        raise BadIrohSetting("iroh_discovery must be `none` or `n0`")
    return value


def _parse_bind(value: str) -> tuple[str, int | None]:
    """`192.0.2.7`, `192.0.2.7:4433`, `2001:db8::7`, `[2001:db8::7]:4433`."""
    host, port = value, None
    bracketed = re.fullmatch(r"\[([0-9a-f:]+)\](?::([0-9]{1,5}))?", value)
    if bracketed:
        host, port = bracketed[1], bracketed[2]
    elif value.count(":") == 1:
        host, _, port = value.partition(":")
    try:
        ipaddress.ip_address(host)
        number = int(port) if port is not None and _PORT.fullmatch(port) else None
        if (port is not None and number is None) or not 0 <= (number or 0) <= 65535:
            raise ValueError(port)
    except ValueError as error:
        raise BadIrohSetting(
            "iroh_bind must be an IP address of this machine, with or without a port"
        ) from error
    return host, number
