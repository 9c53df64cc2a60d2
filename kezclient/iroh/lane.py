"""Chunks beside the connection, by TCP, between machines of one network.

QUIC from Python costs both sides three times the processor time of everything else together, so on a quick network it
is what limits. The chunks are sealed and have promised hashes, so they need no second encryption: the connection only
hands over a token, and whoever is on the wire between the two can see, change or cut no more than there. What comes by
a lane and is not right is no lie of the node: it is asked for again on the connection.
"""

from __future__ import annotations

import asyncio
import hmac
import ipaddress
import secrets
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING

from kezclient.iroh.faults import Unreachable
from kezproto.blob_wire import LANE_TOKEN_BYTES, LaneOffer

if TYPE_CHECKING:
    import iroh

# For less than this, asking for a lane takes longer than it saves.
LEAST_CHUNKS = 16
ENTER_SECONDS = 5.0
TOKEN_SECONDS = 1.0
CONNECT_SECONDS = 1.5

_ALL_OF_IT = getattr(socket, "MSG_WAITALL", 0)

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def neighbours(connection: iroh.Connection) -> list[IpAddress]:
    """The addresses of the other node, the one in use first; none if that is not of this machine or a private network.

    The two sides need not use the same one.
    """
    paths = sorted(connection.paths(), key=lambda path: not path.is_selected)
    if not paths or not paths[0].is_selected or not paths[0].is_ip or near(paths[0].remote_addr) is None:
        return []
    found = [near(path.remote_addr) for path in paths if path.is_ip]
    return list(dict.fromkeys(each for each in found if each is not None))


def near(remote: str) -> IpAddress | None:
    """The IP address in `host:port`, if it is of this machine or of a private network."""
    try:
        address = ipaddress.ip_address(remote.rpartition(":")[0].strip("[]"))
    except ValueError:
        return None
    if address.is_loopback or (address.is_private and not address.is_link_local):
        return address
    return None


class LaneSocket:
    """A TCP connection; first for the event loop, then for threads. Errors: Unreachable."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected

    async def read_exact(self, size: int) -> bytes:
        data = bytearray(size)
        room = memoryview(data)
        loop = asyncio.get_running_loop()
        try:
            while room:
                count = await loop.sock_recv_into(self._socket, room)
                if count == 0:
                    raise Unreachable("the lane ended too early")
                room = room[count:]
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from error
        return bytes(data)

    async def write_all(self, data: bytes) -> None:
        try:
            await asyncio.get_running_loop().sock_sendall(self._socket, data)
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from error

    def be_for_threads(self) -> None:
        """From here on only the methods that wait for the socket itself are used, and `cut`."""
        self._socket.setblocking(True)

    def receive_into(self, room: memoryview) -> None:
        """Fill it."""
        try:
            while room:
                count = self._socket.recv_into(room, 0, _ALL_OF_IT)
                if count == 0:
                    raise Unreachable("the lane ended too early")
                room = room[count:]
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from error

    def send(self, data: memoryview) -> None:
        try:
            self._socket.sendall(data)
        except OSError as error:
            raise Unreachable(error.strerror or str(error)) from error

    def cut(self) -> None:
        """Whoever waits for the socket goes on: Unreachable."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """What was sent still arrives."""
        self._socket.close()

    def __enter__(self) -> LaneSocket:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class LaneDoor:
    """The node's end of a lane that nobody has entered yet; it opens for one reader, and not for long.

    There is a listener for each family of addresses, all on one port: the two sides need not have each other at the
    same one.
    """

    listeners: tuple[socket.socket, ...]
    offer: LaneOffer

    async def entered(self) -> LaneSocket:
        """The connection that brought the token. Unreachable if none did in time."""
        guests: asyncio.Queue[LaneSocket] = asyncio.Queue()
        waiting = [asyncio.create_task(self._wait(each, guests)) for each in self.listeners]
        first: LaneSocket | None = None
        try:
            async with asyncio.timeout(ENTER_SECONDS):
                first = await guests.get()
        except TimeoutError as error:
            raise Unreachable("nobody came by the lane") from error
        finally:
            for each in waiting:
                each.cancel()
            try:
                await asyncio.gather(*waiting, return_exceptions=True)
            except BaseException:
                if first is not None:
                    first.close()
                raise
            finally:
                # Two may have come at once, by the two listeners.
                while not guests.empty():
                    guests.get_nowait().close()
        return first

    async def _wait(self, listener: socket.socket, guests: asyncio.Queue[LaneSocket]) -> None:
        loop = asyncio.get_running_loop()
        while True:
            guest, _address = await loop.sock_accept(listener)
            guest.setblocking(False)
            lane = LaneSocket(guest)
            try:
                has_token = await self._has_token(lane)
            except BaseException:
                lane.close()
                raise
            if has_token:
                guests.put_nowait(lane)
                return
            lane.close()

    async def _has_token(self, lane: LaneSocket) -> bool:
        try:
            async with asyncio.timeout(TOKEN_SECONDS):
                return hmac.compare_digest(await lane.read_exact(LANE_TOKEN_BYTES), self.offer.token)
        except (TimeoutError, Unreachable):
            return False

    def close(self) -> None:
        for listener in self.listeners:
            listener.close()


def open_door(reader: IpAddress, host: str) -> LaneDoor:
    """Listen for the reader: on the loopback for one on this machine, else where the node itself listens.

    OSError if that cannot be.
    """
    if reader.is_loopback:
        places = ["127.0.0.1", "::1"]
    elif ipaddress.ip_address(host).is_unspecified:
        places = ["0.0.0.0", "::"]  # noqa: S104 - as the node does
    else:
        places = [host]
    first = _listening(places[0], 0)
    port = first.getsockname()[1]
    listeners = [first]
    for place in places[1:]:
        # Without IPv6, or where the port is taken there, one family has to do.
        with suppress(OSError):
            listeners.append(_listening(place, port))
    return LaneDoor(tuple(listeners), LaneOffer(port, secrets.token_bytes(LANE_TOKEN_BYTES)))


def _listening(place: str, port: int) -> socket.socket:
    is_six = ":" in place
    listener = socket.socket(socket.AF_INET6 if is_six else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if is_six:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.bind((place, port))
        listener.listen(1)
        listener.setblocking(False)
    except OSError:
        listener.close()
        raise
    return listener


def lane_rule(host: str) -> Callable[[iroh.Connection], LaneDoor | None]:
    """Opens a door for a reader in the same network; `host` is where the node listens."""

    def rule(connection: iroh.Connection) -> LaneDoor | None:
        readers = neighbours(connection)
        try:
            return open_door(readers[0], host) if readers else None
        except OSError:
            return None

    return rule


async def enter(addresses: Sequence[IpAddress], offer: LaneOffer) -> LaneSocket:
    """The reader's end, at one of these addresses. Unreachable if the way is barred, by a firewall for example."""
    problem: Exception | None = None
    for address in addresses:
        try:
            return await _enter(address, offer)
        except Unreachable as error:
            problem = error
    raise Unreachable("the lane is barred") from problem


async def _enter(node: IpAddress, offer: LaneOffer) -> LaneSocket:
    family = socket.AF_INET if node.version == 4 else socket.AF_INET6
    connecting = socket.socket(family, socket.SOCK_STREAM)
    connecting.setblocking(False)
    lane = LaneSocket(connecting)
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            await asyncio.get_running_loop().sock_connect(connecting, (str(node), offer.port))
            await lane.write_all(offer.token)
    except (TimeoutError, OSError) as error:
        connecting.close()
        raise Unreachable("the lane is barred") from error
    except BaseException:
        connecting.close()
        raise
    return lane
