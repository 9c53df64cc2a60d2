"""The recovery phrase: a seed's 32 bytes as 24 English words (BIP-39 entropy, without its key stretching)."""

from __future__ import annotations

import unicodedata

from mnemonic import Mnemonic

from kezproto.errors import BadKey, BadPhrase

WORD_COUNT = 24

_ENGLISH = Mnemonic("english")
_WORDS = frozenset(_ENGLISH.wordlist)


def seed_to_phrase(seed: bytes) -> str:
    """24 lower-case words with single spaces between them."""
    if len(seed) != 32:
        raise BadKey("A seed has 32 bytes.")
    return str(_ENGLISH.to_mnemonic(seed))


def phrase_to_seed(phrase: str) -> bytes:
    """The seed of a phrase; case and white space do not matter.

    BadPhrase names the first word that is not in the list, or says that the count or the checksum is wrong. It
    never repeats more than that one word.
    """
    words = unicodedata.normalize("NFKD", phrase).lower().split()
    if len(words) != WORD_COUNT:
        raise BadPhrase(f"A recovery phrase has {WORD_COUNT} words; this one has {len(words)}.")
    for position, word in enumerate(words, start=1):
        if word not in _WORDS:
            raise BadPhrase(
                f"Word {position}, {word[:32]!r}, is not in the list of words; look at its spelling."
            )
    try:
        return bytes(_ENGLISH.to_entropy(words))
    except ValueError as error:
        raise BadPhrase(
            "All words are known, but together they do not fit; is one of them wrong or out of place?"
        ) from error
