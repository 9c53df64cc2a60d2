"""Text of others never reaches the terminal as a command."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kezclient.sanitize import neutralise, one_line


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("plain, ümläut, 日本語, emoji 👩‍👩‍👧", "plain, ümläut, 日本語, emoji 👩‍👩‍👧"),
        ("\x1b[2J\x1b]0;title\x07", "␛[2J␛]0;title␇"),
        ("\x9b31m", "<U+009B>31m"),
        ("back\b\bspace\rreturn", "back␈␈space␍return"),
        ("a\u202egnp.exe", "a<U+202E>gnp.exe"),
        ("\u2066isolate\u2069", "<U+2066>isolate<U+2069>"),
        ("zero\u200bwidth\ufeff", "zero<U+200B>width<U+FEFF>"),
        ("tab\there\nnext\r\nline\u2028end", "tab    here\nnext\nline\nend"),
        ("\x7f\x00", "␡␀"),
    ],
)
def test_table(given_text: str, shown: str):
    assert neutralise(given_text) == shown


def test_one_line_has_no_newlines():
    assert one_line("a\nb\u2029c") == "a⏎b⏎c"


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str):
    shown = neutralise(text)
    assert not any(
        (ord(character) < 0x20 and character != "\n") or 0x7F <= ord(character) < 0xA0 for character in shown
    )
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
