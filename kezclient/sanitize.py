"""Text from other people, made safe for a terminal.

A terminal obeys control characters: without this, a message could move the cursor, set the window's title, hide
text, or reverse the order of letters so that a line reads as if somebody else had written it.
"""

from __future__ import annotations

import unicodedata

# Needed to join emoji and to write some languages; they change no order and hide no text.
_HARMLESS_FORMAT = {"\u200c", "\u200d", "\u00ad"}
_TAB = "    "


def neutralise(text: str) -> str:
    """`text` with every control, bidirectional and invisible character made visible; newlines and tabs stay.

    C0 controls appear as their Unicode pictures (ESC as ␛), all others as <U+XXXX>.
    """
    return "".join(
        character if character == "\n" else _visible(character) for character in _lines_unified(text)
    )


def one_line(text: str) -> str:
    """Like `neutralise`, with newlines shown as ⏎: for names, causes and lists."""
    return neutralise(text).replace("\n", "⏎")


def _lines_unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\u2028", "\n").replace("\u2029", "\n")


def _visible(character: str) -> str:
    if character == "\t":
        return _TAB
    category = unicodedata.category(character)
    if category == "Cc":
        code = ord(character)
        if code < 0x20:
            return chr(0x2400 + code)
        return "␡" if code == 0x7F else f"<U+{code:04X}>"
    if category == "Cs" or (category == "Cf" and character not in _HARMLESS_FORMAT):
        return f"<U+{ord(character):04X}>"
    return character
