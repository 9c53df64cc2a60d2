"""The passphrase of the key file: from the environment, or asked for."""

from __future__ import annotations

from collections.abc import Callable

from kezclient.errors import UsageFault
from kezclient.prompts import Prompter, secret_from_environment

NAME = "KEZ_CHAT_PASSPHRASE"
_INSTEAD = f"Set {NAME} or {NAME}_FILE."


def ask_passphrase(prompter: Prompter) -> Callable[[bool], str]:
    """A function for the key file: gives the passphrase, asked for twice where it is being chosen."""

    chosen: list[str] = []

    def ask(new: bool) -> str:
        given = secret_from_environment(NAME)
        if given is not None:
            return given
        if chosen and not new:
            return chosen[0]  # typed twice a moment ago: asking a third time would only annoy
        what = "A passphrase for the key file" if new else "The passphrase of the key file"
        question = "Choose a passphrase for the key file:" if new else "Passphrase of the key file:"
        first = prompter.ask_secret(question, what=what, instead=_INSTEAD)
        if new and prompter.ask_secret("The same again:", what=what, instead=_INSTEAD) != first:
            raise UsageFault(sentence="The two passphrases differ; nothing was stored. Try again.")
        if new:
            chosen[:] = [first]
        return first

    return ask
