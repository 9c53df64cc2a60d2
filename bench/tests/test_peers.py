"""What of the peers can be told without them: who is here, streams of XML, and the order of a talk."""

import asyncio

import pytest

from bench.figures import Figures, Table
from bench.http_load import whole
from bench.peers.exchange import Pair, exchange
from bench.peers.http_line import read_answer
from bench.peers.part import figures
from bench.peers.program import PeerError
from bench.peers.xmpp_stream import Stanzas

OPEN = (
    b"<?xml version='1.0'?><stream:stream id='1' version='1.0' xmlns='jabber:client' "
    b"xmlns:stream='http://etherx.jabber.org/streams'>"
)
MESSAGE = b"<message id='%d'><body>caf\xc3\xa9 &lt;%d&gt;</body><x><y/></x></message>"


def test_without_any_of_them_the_part_says_so_and_finds_nothing(capsys) -> None:
    def never(program: str, body: str) -> Figures:
        raise AssertionError

    found = figures({"Synapse": (lambda: None, never), "Prosody": (lambda: None, never)})
    assert not found.tables
    assert not found.values
    told = capsys.readouterr().out
    assert told == "Not here, so not measured beside ours: Synapse and Prosody.\n"


def test_one_that_can_not_be_started_does_not_keep_the_other_from_being_measured(capsys) -> None:
    def fails(program: str, body: str) -> Figures:
        raise PeerError(f"{program} did not start.")

    def works(program: str, body: str) -> Figures:
        return Figures([Table("A table", "", (), ())], {"prosody p50": 0.002})

    found = figures({"Synapse": (lambda: "/python", fails), "Prosody": (lambda: "/prosody", works)})
    assert found.values == {"prosody p50": 0.002}
    assert capsys.readouterr().out == "Synapse was not measured: /python did not start.\n"


@pytest.mark.parametrize("size", [1, 7, 10_000])
def test_stanzas_come_whole_however_the_bytes_are_cut(size: int) -> None:
    data = OPEN + b" ".join(MESSAGE % (number, number) for number in range(3))
    stanzas = Stanzas()
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    came = [stanza for piece in pieces for stanza in stanzas.feed(piece)]
    assert [stanza.get("id") for stanza in came] == ["0", "1", "2"]
    assert {stanza.tag for stanza in came} == {"{jabber:client}message"}
    assert [stanza.findtext("{jabber:client}body") for stanza in came] == [f"café <{n}>" for n in range(3)]


@pytest.mark.parametrize(
    ("data", "told"), [(b"</stream:stream>", "ended the stream"), (b"<a></b>", "no XML")]
)
def test_a_stream_that_ends_or_breaks_is_a_fault(data: bytes, told: str) -> None:
    stanzas = Stanzas()
    list(stanzas.feed(OPEN))
    with pytest.raises(PeerError, match=told):
        list(stanzas.feed(data))


async def test_no_more_are_under_way_than_the_window_has_room_for() -> None:
    way: asyncio.Queue[str] = asyncio.Queue()
    most = 0

    async def send(name: str) -> None:
        nonlocal most
        await way.put(name)
        most = max(most, way.qsize())

    async def read() -> list[str]:
        names = [await way.get()]
        while not way.empty():
            names.append(way.get_nowait())
        return names

    times = await exchange([Pair(send, read)], messages=20, window=4)
    assert len(times) == 20
    assert min(times) >= 0
    assert most == 4


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", (200, b"{}")),
        (
            b"HTTP/1.1 404 No\r\ntransfer-encoding: chunked\r\n\r\n1\r\n{\r\nA\r\n          \r\n0\r\n\r\n",
            (404, b"{" + b" " * 10),
        ),
    ],
)
async def test_answers_are_read_to_their_end_and_no_further(answer: bytes, told: tuple[int, bytes]) -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(answer + b"HTTP/1.1")
    assert await read_answer(reader) == told
    reader.feed_eof()
    assert await reader.read() == b"HTTP/1.1"


@pytest.mark.parametrize(
    ("head", "body", "is_whole"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b", b"{}", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 3", b"{}", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"2\r\n{}\r\n", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked", b"2\r\n{}\r\n0\r\n\r\n", True),
    ],
)
def test_an_answer_is_whole_by_its_length_or_by_its_last_chunk(
    head: bytes, body: bytes, is_whole: bool
) -> None:
    assert whole(head, body) is is_whole
