"""`kez-chat phrase`: the 24 words again, or a check that they were written down rightly."""

from __future__ import annotations

from typing import Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation


@command
def phrase(
    run: Invocation,
    check: Annotated[bool, typer.Option("--check", help="Show nothing; ask three words back.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether somebody is looking.")] = False,
) -> None:
    """Show your 24 words again, or check what you wrote down."""
    from kezclient.phrases import ask_words_back, show_phrase
    from kezclient.registering_errors import PhraseCheckFailed
    from kezclient.runtime import Runtime
    from kezproto.phrase import seed_to_phrase

    with Runtime(run) as runtime:
        if not check and not yes:
            run.prompter.confirm(
                "Whoever sees the words can be you for ever. Is nobody looking?",
                what="A confirmation",
                instead="Give `--yes`.",
            )
        words = seed_to_phrase(runtime.identity.key.seed)
    if check:
        wrong = ask_words_back(run, words, instead="`--check` needs somebody who has the words.")
        if wrong is not None:
            raise PhraseCheckFailed(position=wrong)
        run.result({"checked": True}, lambda console: console.print("✓ These are the words of your phrase."))
    elif run.options.json:
        run.json_line({"phrase": words})
    else:
        show_phrase(run, words)
