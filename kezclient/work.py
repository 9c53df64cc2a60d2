"""Solving a server's proof of work, with a word now and then to who waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from kezclient.errors import BadAnswer
from kezproto.errors import Malformed
from kezproto.work import MAX_BITS, find_nonce, format_proof

if TYPE_CHECKING:
    from kezproto.keys import Primary

# More would take a day: a server that asks for it does not want us.
MOST_BITS = 32
STEP = 20_000
TELL_AFTER_SECONDS = 5.0


def solve(asked: Any, primary: Primary, *, url: str, note: Callable[[str], None]) -> str:
    """The value of `Kez-Proof-Of-Work` for what a server asks: `{"challenge", "bits", "expires_at"}`.

    BadAnswer if it asks for something else, or for far too much.
    """
    try:
        challenge, bits = asked["challenge"], asked["bits"]
        if (
            not isinstance(challenge, str)
            or type(bits) is not int
            or not 0 <= bits <= min(MOST_BITS, MAX_BITS)
        ):
            raise ValueError("it asks for work in a form, or of an amount, that is not done")
        note(
            f"The server is busy and asks for a proof of work: about {2**bits:,} tries. This may take a while."
        )
        return format_proof(challenge, _search(challenge, primary, bits, note))
    except (KeyError, TypeError, ValueError, Malformed) as error:
        raise BadAnswer(url=url, reason=f"its proof of work: {error}") from error


def _search(challenge: str, primary: Primary, bits: int, note: Callable[[str], None]) -> int:
    tried, told_at = 0, time.monotonic()
    while (nonce := find_nonce(challenge, primary, bits=bits, start=tried, tries=STEP)) is None:
        tried += STEP
        if time.monotonic() - told_at > TELL_AFTER_SECONDS:
            note(f"Still at work: {tried:,} tries so far.")
            told_at = time.monotonic()
    return nonce
