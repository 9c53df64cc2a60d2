"""docs/websocket.md says what the code does: codes, frames, limits, metrics, files."""

import re

import pytest

from chatbridge import metrics
from chatbridge.consumers import frames, limits
from chatbridge.consumers.codes import Code
from chatbridge.consumers.notices import FILE_FIELDS
from chatbridge.consumers.publishing import HOLDING
from devstack.environment import ROOT
from kezproto.file_chunks import MAX_CHUNK_FRAME_BYTES
from kezproto.padding import MAX_ENVELOPE_BYTES
from natslink.publishing import WINDOW

DOCS = (ROOT / "docs" / "websocket.md").read_text()
WS_JS = (ROOT / "static" / "js" / "ws.js").read_text()


def test_the_table_of_codes_is_the_code() -> None:
    table = DOCS.partition("## Codes")[2]
    rows = re.findall(r"^\| `(\w+)` \| (\d+|stays open) \| (yes|no) \| (.+) \|$", table, re.MULTILINE)
    assert rows == [
        (code.value, str(code.close or "stays open"), "yes" if code.retry else "no", code.sentence)
        for code in Code
    ]


def test_what_is_held_is_said_so() -> None:
    (said,) = re.findall(r"held until `resume`, (.+?)\.", DOCS)
    assert set(re.findall(r"`(\w+)`", said)) == {code.value for code in HOLDING}


def test_every_close_code_that_nobody_should_retry_is_known_to_the_browser() -> None:
    (final,) = re.findall(r"const FINAL = new Set\(\[(.+)\]\)", WS_JS)
    stays_away = {code.close for code in Code if code.close and not code.retry}
    # 4400 and 4413 are faults of a program, which another attempt may well avoid; 4423 has its own pause.
    assert {int(number) for number in final.split(",")} == stays_away - {4400, 4413, 4423}


@pytest.mark.parametrize(
    "kind",
    [
        frames.PUBLISH,
        frames.ACK,
        frames.SIGNAL,
        frames.CHUNK,
        frames.DELIVERIES,
        frames.PUBLISHED,
        frames.SIGNALLED,
    ],
)
def test_every_binary_frame_is_described(kind: int) -> None:
    assert re.search(rf"^\| (client|server) \| `0x{kind:02x}` ", DOCS, re.MULTILINE)


@pytest.mark.parametrize(
    "kind", ["hello", "session", "ready", "caughtup", "file", "refused", "resume", "error", "ping", "pong"]
)
def test_every_text_frame_is_described(kind: str) -> None:
    assert re.search(rf"^\| (client|server) \| `{kind}` \|", DOCS, re.MULTILINE)


@pytest.mark.parametrize(
    "number",
    [
        frames.MAX_BINARY_BYTES,
        frames.MAX_TEXT_BYTES,
        MAX_ENVELOPE_BYTES,
        WINDOW,
        MAX_CHUNK_FRAME_BYTES,
        limits.CHUNK_WINDOW,
        limits.SIGNAL_BYTES,
        limits.UNACKED_BYTES // 2**20,
        limits.ANSWER_SECONDS,
        limits.HEARTBEAT_SECONDS,
        limits.SILENCE_SECONDS,
        limits.PONG_SECONDS,
        limits.BURST_SECONDS,
        limits.SIGNALS_PER_SECOND,
    ],
)
def test_every_limit_is_described(number: float) -> None:
    assert re.search(rf"\b{int(number):,}\b", DOCS)


def test_the_fields_of_a_notice_about_a_file_are_described() -> None:
    (fields,) = re.findall(r"^\| server \| `file` \| (.+?):", DOCS, re.MULTILINE)
    assert tuple(re.findall(r"`(\w+)`", fields)) == FILE_FIELDS


def test_what_ready_announces_is_described() -> None:
    for name in limits.announced():
        assert f"`{name}`" in DOCS


def test_every_metric_is_described() -> None:
    ours = [metric for name, metric in vars(metrics).items() if name.startswith("WS_")]
    names = {family.name for metric in ours for family in metric.describe()}
    described = {
        name.removesuffix("_total") for name in re.findall(r"^\| `(kez_ws_\w+)` \|", DOCS, re.MULTILINE)
    }
    assert described == names


def test_every_file_is_named() -> None:
    for path in (ROOT / "chatbridge" / "consumers").glob("*.py"):
        if path.stem not in ("__init__", "tasks"):
            assert f"`{path.stem}`" in DOCS or path.name in DOCS
