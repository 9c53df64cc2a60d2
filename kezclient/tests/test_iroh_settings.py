"""What config.toml and the environment may say about Iroh; nobody else's servers by default."""

from __future__ import annotations

from pathlib import Path

import pytest

from kezclient.config import settings_file, user_settings
from kezclient.errors import LocalDataFault, UsageFault
from kezclient.iroh.faults import CannotBind
from kezclient.iroh.iroh_node import bound
from kezclient.iroh.settings import DEFAULT_BIND, IrohSettings, iroh_settings
from kezclient.tests.iroh_peers import ALICE, BOB, LOOPBACK


def test_by_default_nobody_else_is_asked():
    assert iroh_settings({}, {}) == IrohSettings("none", "none", DEFAULT_BIND, None)
    assert user_settings().iroh.relay == "none"


@pytest.mark.parametrize(
    ("name", "value", "settings"),
    [
        ("iroh_relay", "n0", IrohSettings(relay="n0")),
        ("iroh_relay", "https://relay.kez.lat", IrohSettings(relay="https://relay.kez.lat")),
        ("iroh_discovery", "n0", IrohSettings(discovery="n0")),
        ("iroh_bind", "192.0.2.7", IrohSettings(host="192.0.2.7")),
        ("iroh_bind", "192.0.2.7:4433", IrohSettings(host="192.0.2.7", port=4433)),
        ("iroh_bind", "2001:db8::7", IrohSettings(host="2001:db8::7")),
        ("iroh_bind", "[2001:db8::7]:4433", IrohSettings(host="2001:db8::7", port=4433)),
        ("iroh_bind", "[::]", IrohSettings(host="::")),
    ],
)
def test_a_setting_comes_from_the_file_or_the_environment(name: str, value: str, settings: IrohSettings):
    assert iroh_settings({name: value}, {}) == settings
    assert iroh_settings({name: "none"}, {f"KEZ_CHAT_{name.upper()}": value}) == settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iroh_relay", "relay.kez.lat"),
        ("iroh_relay", "ftp://relay.kez.lat"),
        ("iroh_relay", "https://"),
        ("iroh_relay", "https://[::"),
        ("iroh_relay", 7),
        ("iroh_discovery", "https://relay.kez.lat"),
        ("iroh_discovery", True),
        ("iroh_bind", "localhost"),
        ("iroh_bind", "192.0.2.7:port"),
        ("iroh_bind", "192.0.2.7:65536"),
        ("iroh_bind", "192.0.2.7:-1"),
        ("iroh_bind", "[2001:db8::7"),
        ("iroh_bind", "2001:db8::7%eth0:1:"),
    ],
)
def test_odd_settings_are_refused_by_name(
    home: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str | int
):
    settings_file().parent.mkdir(parents=True)
    written = f'"{value}"' if isinstance(value, str) else str(value).lower()
    settings_file().write_text(f"{name} = {written}\n")
    with pytest.raises(LocalDataFault, match=f"{name} must be"):
        user_settings()
    settings_file().unlink()
    if isinstance(value, str):
        monkeypatch.setenv(f"KEZ_CHAT_{name.upper()}", value)
        with pytest.raises(UsageFault, match=f"KEZ_CHAT_{name.upper()} must be"):
            user_settings()


async def test_a_node_listens_where_it_is_told_to_and_is_its_key():
    async with bound(ALICE, LOOPBACK) as node:
        assert node.id == ALICE.primary
        assert all(each.startswith(("127.0.0.1:", "[::1]:")) for each in node.endpoint.bound_sockets())
        assert f"127.0.0.1:{node.port}" in node.whereabouts().addresses
        assert node.whereabouts().relay is None
        with pytest.raises(CannotBind, match="in use"):
            async with bound(BOB, LOOPBACK, port=node.port):
                pass
        port = node.port
    # The port is free at once, so that tickets stay good.
    async with bound(BOB, LOOPBACK, port=port) as other:
        assert other.port == port
