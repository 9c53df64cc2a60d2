"""What makes a function a command: the shared options at its end, and errors turned into exit codes."""

from __future__ import annotations

import inspect
import os
import sys
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

import typer

from kezclient.errors import ClientError, Interrupted
from kezclient.invocation import GlobalOptions, Invocation

_PANEL = "Options of every command"

JsonOption = Annotated[
    bool,
    typer.Option(
        "--json", help="Print the result, or the error, as one JSON document.", rich_help_panel=_PANEL
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Use another set of key, contacts and history. Also: KEZ_CHAT_PROFILE.",
        rich_help_panel=_PANEL,
    ),
]
NoInputOption = Annotated[
    bool, typer.Option("--no-input", help="Never ask anything; fail instead.", rich_help_panel=_PANEL)
]

_SHARED: dict[str, tuple[Any, Any]] = {
    "as_json": (JsonOption, False),
    "profile": (ProfileOption, None),
    "no_input": (NoInputOption, False),
}


def command(function: Callable[..., None], *, alone: bool = False) -> Callable[..., None]:
    """Wrap `function(run: Invocation, …)`: its other parameters become the command's own arguments and options.

    With `alone` it is the callback of a group: it runs where no command of the group is named, and otherwise only
    hands its options on.
    """
    hints = get_type_hints(function, include_extras=True)
    own = list(inspect.signature(function).parameters.values())[1:]
    parameters = [inspect.Parameter("context", inspect.Parameter.KEYWORD_ONLY, annotation=typer.Context)]
    parameters += [
        each.replace(annotation=hints[each.name], kind=inspect.Parameter.KEYWORD_ONLY) for each in own
    ]
    parameters += [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation)
        for name, (annotation, default) in _SHARED.items()
    ]

    def run_command(**values: Any) -> None:
        context: typer.Context = values.pop("context")
        given = GlobalOptions(
            json=values.pop("as_json"), profile=values.pop("profile"), no_input=values.pop("no_input")
        )
        before = context.obj if isinstance(context.obj, GlobalOptions) else GlobalOptions()
        context.obj = before.with_later(given)
        if alone and context.invoked_subcommand is not None:
            return
        run = Invocation(context.obj)
        try:
            function(run, **values)
            sys.stdout.flush()
        except BrokenPipeError:
            # Whoever reads our output has seen enough; the interpreter must not try to flush at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise typer.Exit from None
        except ClientError as error:
            run.fail(error)
            raise typer.Exit(error.exit_code) from error
        except KeyboardInterrupt:
            sys.stderr.write("\n")
            interrupted = Interrupted()
            run.fail(interrupted)
            raise typer.Exit(interrupted.exit_code) from None

    run_command.__name__ = function.__name__
    run_command.__doc__ = _paragraphs(function.__doc__ or "")
    run_command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    run_command.__annotations__ = {each.name: each.annotation for each in parameters}
    return run_command


def _paragraphs(docstring: str) -> str:
    """The docstring with its lines joined, so that the help breaks them where the terminal ends."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in docstring.split("\n\n"))
