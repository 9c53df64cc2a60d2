"""This machine as a node: an endpoint with the relay, discovery and address that the settings name, and no others."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import iroh

from kezclient.iroh.faults import CannotBind, Unreachable, reason_of
from kezclient.iroh.ffi_speed import quicken
from kezclient.iroh.settings import N0, NONE, IrohSettings
from kezproto.blob_wire import ALPN
from kezproto.keys import Primary, SigningKey
from kezproto.tickets import MAX_ADDRESSES, Ticket

CONNECT_SECONDS = 7.0
ONLINE_SECONDS = 5.0
CLOSE_SECONDS = 1.0

# What the package raises: its own errors, and for a panic in Rust another.
FFI_ERRORS = (iroh.IrohError, iroh.InternalError)


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a node is reached at the moment: hints for tickets."""

    node: Primary
    addresses: tuple[str, ...]
    relay: str | None


class IrohNode:
    """An endpoint that is bound. `bound` makes one and closes it."""

    def __init__(self, endpoint: iroh.Endpoint, settings: IrohSettings) -> None:
        self._endpoint: iroh.Endpoint | None = endpoint
        self.id = Primary(endpoint.id().to_bytes())
        self._is_six = ":" in settings.host

    @property
    def endpoint(self) -> iroh.Endpoint:
        if self._endpoint is None:
            raise AssertionError("the node is closed")
        return self._endpoint

    async def close(self) -> None:
        """The others hear of it, unless that takes long. The sockets are free when nothing refers to the endpoint."""
        endpoint, self._endpoint = self.endpoint, None
        with suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await endpoint.close()

    @property
    def port(self) -> int:
        """The port of the socket that the settings speak of; they name one family of addresses."""
        (port,) = {
            int(each.rpartition(":")[2])
            for each in self.endpoint.bound_sockets()
            if each.startswith("[") == self._is_six
        }
        return port

    async def wait_for_relay(self) -> None:
        """Returns when a relay knows this node, or after a while: without one it may still be reached directly."""
        try:
            async with asyncio.timeout(ONLINE_SECONDS):
                await self.endpoint.online()
        except TimeoutError:
            return

    def whereabouts(self) -> Whereabouts:
        found = self.endpoint.addr()
        return Whereabouts(self.id, tuple(found.direct_addresses()[:MAX_ADDRESSES]), found.relay_url())

    async def connect(self, ticket: Ticket, *, seconds: float = CONNECT_SECONDS) -> iroh.Connection:
        """A connection to the node that the ticket names, which has proven its key. Unreachable otherwise."""
        address = iroh.EndpointAddr(
            iroh.EndpointId.from_bytes(ticket.node.raw), ticket.relay, list(ticket.addresses)
        )
        try:
            async with asyncio.timeout(seconds):
                return await self.endpoint.connect(address, ALPN)
        except TimeoutError as error:
            raise Unreachable("no answer in time") from error
        except FFI_ERRORS as error:
            raise Unreachable(reason_of(error)) from error


@asynccontextmanager
async def bound(key: SigningKey, settings: IrohSettings, *, port: int = 0) -> AsyncIterator[IrohNode]:
    """A node with this key, closed at the end. CannotBind where the address is not to be had.

    `port` counts where the settings name none; 0 lets the system choose.
    """
    quicken()
    builder = iroh.EndpointBuilder()  # type: ignore[no-untyped-call]
    if settings.discovery == N0:
        builder.apply_n0()
    else:
        builder.apply_minimal()
    builder.relay_mode(_relay_mode(settings.relay))
    builder.secret_key(key.seed)
    builder.alpns([ALPN])
    try:
        for address in _bind_addresses(settings, port):
            builder.bind_addr(address)
        node = IrohNode(await builder.bind(), settings)
    except FFI_ERRORS as error:
        raise CannotBind(reason_of(error)) from error
    try:
        if settings.relay != NONE:
            await node.wait_for_relay()
        yield node
    finally:
        await node.close()


def is_relayed(connection: iroh.Connection) -> bool:
    """Whether the data goes by a relay at the moment, and not directly."""
    chosen = [path for path in connection.paths() if path.is_selected]
    return bool(chosen) and chosen[0].is_relay


def person_key(connection: iroh.Connection) -> Primary:
    """The proven key of the node at the other end."""
    return Primary(connection.remote_id().to_bytes())


def _relay_mode(relay: str) -> iroh.RelayMode:
    if relay == NONE:
        return iroh.RelayMode.disabled()
    return iroh.RelayMode.default_mode() if relay == N0 else iroh.RelayMode.custom_from_urls([relay])


def _bind_addresses(settings: IrohSettings, port: int) -> Sequence[str]:
    """The address that is named comes first. Of the other family iroh would listen on everything: where a single
    address is named, it gets the loopback."""
    host = ipaddress.ip_address(settings.host)
    number = settings.port if settings.port is not None else port
    if isinstance(host, ipaddress.IPv4Address):
        named, other = f"{host}:{number}", "[::1]:0"
    else:
        named, other = f"[{host}]:{number}", "127.0.0.1:0"
    return [named] if host.is_unspecified else [named, other]
