"""The 24 words with a person: showing them, and asking some of them back."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from kezclient.config import create_private
from kezclient.errors import FileExists, UsageFault
from kezproto.phrase import WORD_COUNT

if TYPE_CHECKING:
    from pathlib import Path

    from kezclient.invocation import Invocation

ASKED_BACK = 3
TRIES = 3
COLUMNS = 4


def show_phrase(run: Invocation, phrase: str) -> None:
    """The numbered words, in columns to be read downwards."""
    words = phrase.split()
    rows = WORD_COUNT // COLUMNS
    lines = [
        "".join(
            f"{row + rows * column + 1:>4}. {words[row + rows * column]:<11}" for column in range(COLUMNS)
        )
        for row in range(rows)
    ]
    run.show_secret("\n" + "\n".join(line.rstrip() for line in lines) + "\n")


def ask_words_back(run: Invocation, phrase: str, *, instead: str) -> int | None:
    """Ask for three words at random places; the place that was answered wrongly to the end, None if all were right."""
    words = phrase.split()
    places = sorted(secrets.SystemRandom().sample(range(1, WORD_COUNT + 1), ASKED_BACK))
    for place in places:
        for _ in range(TRIES):
            answer = run.prompter.ask(f"Word {place}?", what=f"Word {place} of the phrase", instead=instead)
            if answer.lower() == words[place - 1]:
                break
            run.note(f"That is not word {place}.")
        else:
            return place
    return None


def write_phrase(path: Path, phrase: str) -> None:
    """Into a new file of mode 0600. FileExists if something is there."""
    try:
        create_private(path, phrase.encode() + b"\n")
    except FileExistsError as error:
        raise FileExists(path=str(path)) from error
    except OSError as error:
        raise UsageFault(sentence=f"The phrase cannot be written to {path}: {error.strerror}.") from error
