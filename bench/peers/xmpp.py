"""As much of XMPP as two people need who write to each other. Without TLS: loopback only."""

import asyncio
import base64
import secrets
from collections import deque
from collections.abc import Sequence
from xml.etree.ElementTree import Element, tostring

from bench.peers.program import PeerError
from bench.peers.xmpp_stream import Stanzas
from devstack.ports import HOST

DOMAIN = "localhost"
CLIENT = "{jabber:client}"
OPEN = (
    f"<?xml version='1.0'?><stream:stream to='{DOMAIN}' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
)


class XmppPerson:
    """Somebody with an account and an open stream."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._stanzas = Stanzas()
        self._came: deque[Element] = deque()
        self.address = ""

    @classmethod
    async def sign_up(cls, port: int, name: str) -> "XmppPerson":
        """A new account, logged in by SASL PLAIN, bound and available."""
        person = cls(*await asyncio.open_connection(HOST, port))
        password = secrets.token_hex(16)
        await person._open()
        await person._ask(
            f"<query xmlns='jabber:iq:register'><username>{name}</username><password>{password}</password></query>"
        )
        plain = base64.b64encode(f"\0{name}\0{password}".encode()).decode()
        person._write(f"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>{plain}</auth>")
        await person._expect("{urn:ietf:params:xml:ns:xmpp-sasl}success")
        await person._open()
        bound = await person._ask(
            "<bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'><resource>bench</resource></bind>"
        )
        person.address = bound.findtext(".//{urn:ietf:params:xml:ns:xmpp-bind}jid", "")
        person._write("<presence/>")
        await person._expect(f"{CLIENT}presence")  # the server says it to all of one's own devices
        return person

    async def send(self, to: str, name: str, body: str) -> None:
        """`body` is text without markup."""
        self._write(f"<message type='chat' to='{to}' id='{name}'><body>{body}</body></message>")
        await self._writer.drain()

    async def read(self) -> Sequence[str]:
        """Waits for a message with a body; its name, and those of the messages that came with it."""
        stanzas = [await self._next(), *self._came]
        self._came.clear()
        return [each.get("id", "") for each in stanzas if each.findtext(f"{CLIENT}body")]

    async def version(self) -> str:
        """Of the server."""
        answer = await self._ask("<query xmlns='jabber:iq:version'/>", how=f"type='get' to='{DOMAIN}'")
        return answer.findtext(".//{jabber:iq:version}version", "")

    async def close(self) -> None:
        self._write("</stream:stream>")
        self._writer.close()
        await self._writer.wait_closed()

    async def _open(self) -> None:
        """A new stream on the same connection, up to what the server offers on it."""
        self._stanzas = Stanzas()
        self._write(OPEN)
        await self._expect("{http://etherx.jabber.org/streams}features")

    async def _ask(self, query: str, how: str = "type='set'") -> Element:
        self._write(f"<iq {how} id='ask'>{query}</iq>")
        answer = await self._expect(f"{CLIENT}iq")
        if answer.get("type") != "result":
            raise PeerError(f"it refused: {tostring(answer, encoding='unicode')}")
        return answer

    async def _expect(self, tag: str) -> Element:
        stanza = await self._next()
        if stanza.tag != tag:
            raise PeerError(f"it answered {tostring(stanza, encoding='unicode')} instead of {tag}.")
        return stanza

    async def _next(self) -> Element:
        while not self._came:
            data = await self._reader.read(1 << 16)
            if not data:
                raise PeerError("it closed the connection.")
            self._came.extend(self._stanzas.feed(data))
        return self._came.popleft()

    def _write(self, text: str) -> None:
        self._writer.write(text.encode())
