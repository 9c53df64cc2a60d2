"""The XML stream of XMPP, taken apart: one document that never ends, whose children are the stanzas."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, XMLPullParser

from bench.peers.program import PeerError


class Stanzas:
    """Takes the bytes of one stream as they come. A stream that begins anew needs a new one."""

    def __init__(self) -> None:
        self._parser: XMLPullParser[Element] = XMLPullParser(("start", "end"))
        self._open: list[Element] = []

    def feed(self, data: bytes) -> Iterator[Element]:
        """The stanzas that are whole with these bytes. PeerError if it is no XML, or if the stream has ended."""
        try:
            self._parser.feed(data)
            yield from self._whole()
        except ParseError as error:
            raise PeerError(f"it sent what is no XML: {error}.") from None

    def _whole(self) -> Iterator[Element]:
        for event, *elements in self._parser.read_events():
            (element,) = elements
            assert isinstance(element, Element)
            if event == "start":
                self._open.append(element)
                continue
            self._open.pop()
            if not self._open:
                raise PeerError("it ended the stream.")
            if len(self._open) == 1:
                self._open[0].clear()  # else it would hold every stanza that ever came
                yield element
