"""`kez-chat`: the commands, and the last line of defence against tracebacks."""

from __future__ import annotations

import json
import os
import sys
import traceback
from typing import Annotated, Any

import typer

from kezclient.command import JsonOption, NoInputOption, ProfileOption
from kezclient.commands.accept_key import accept_key
from kezclient.commands.add import add
from kezclient.commands.browse import browse
from kezclient.commands.contacts import contacts
from kezclient.commands.doctor import doctor
from kezclient.commands.fetch import fetch
from kezclient.commands.history import history
from kezclient.commands.listen import listen
from kezclient.commands.outbox import outbox_app
from kezclient.commands.phrase import phrase
from kezclient.commands.publish import publish
from kezclient.commands.register import register
from kezclient.commands.report import report
from kezclient.commands.restore import restore
from kezclient.commands.send import send
from kezclient.commands.serve import serve
from kezclient.commands.share import share
from kezclient.commands.shares import shares
from kezclient.commands.transparency import transparency
from kezclient.commands.unpublish import unpublish
from kezclient.commands.unshare import unshare
from kezclient.commands.verify import verify
from kezclient.commands.verify_web import verify_web
from kezclient.commands.whoami import whoami
from kezclient.config import crash_log
from kezclient.exit_codes import ExitCode
from kezclient.invocation import GlobalOptions
from kezproto.version import VERSION

PROGRAM = "kez-chat"

app = typer.Typer(
    name=PROGRAM,
    help="Chat under a handle that your own key holds, end-to-end encrypted.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"{PROGRAM} {VERSION}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    as_json: JsonOption = False,
    profile: ProfileOption = None,
    no_input: NoInputOption = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    profile = profile or os.environ.get("KEZ_CHAT_PROFILE") or None
    context.obj = GlobalOptions(json=as_json, profile=profile, no_input=no_input)


_BEGIN, _TALK, _FILES, _TRUST, _CARE = "Begin", "Talk", "Files", "People and trust", "Upkeep"

app.command(rich_help_panel=_BEGIN)(register)
app.command(rich_help_panel=_BEGIN)(restore)
app.command(rich_help_panel=_BEGIN)(whoami)
app.command(rich_help_panel=_BEGIN)(phrase)
app.command(rich_help_panel=_TALK)(send)
app.command(rich_help_panel=_TALK)(listen)
app.command(rich_help_panel=_TALK)(history)
app.command(rich_help_panel=_FILES)(share)
app.command(rich_help_panel=_FILES)(fetch)
app.command(rich_help_panel=_FILES)(shares)
app.command(rich_help_panel=_FILES)(publish)
app.command(rich_help_panel=_FILES)(unpublish)
app.command(rich_help_panel=_FILES)(browse)
app.command(rich_help_panel=_FILES)(serve)
app.command(rich_help_panel=_FILES)(unshare)
app.command(rich_help_panel=_TRUST)(add)
app.command(rich_help_panel=_TRUST)(contacts)
app.command(rich_help_panel=_TRUST)(verify)
app.command("accept-key", rich_help_panel=_TRUST)(accept_key)
app.command(rich_help_panel=_TRUST)(report)
app.add_typer(outbox_app, name="outbox", rich_help_panel=_CARE)
app.command(rich_help_panel=_CARE)(doctor)
app.command("verify-web", rich_help_panel=_CARE)(verify_web)
app.command(rich_help_panel=_CARE)(transparency)


def main() -> None:
    """Run and exit; whatever happens, with a code of `ExitCode` and without a traceback."""
    os.umask(0o077)
    sys.exit(_run(sys.argv[1:]))


def _run(arguments: list[str]) -> int:
    try:
        code = app(args=arguments, prog_name=PROGRAM, standalone_mode=False)
    except typer.TyperException as error:
        return _usage_error(error, as_json="--json" in arguments)
    except (typer.Abort, KeyboardInterrupt):
        return ExitCode.INTERRUPTED
    except Exception:  # noqa: BLE001 - the outermost edge: a person gets a sentence, the trace goes to a file
        return _crashed(as_json="--json" in arguments)
    return int(code) if isinstance(code, int) else ExitCode.OK


def _usage_error(error: Any, *, as_json: bool) -> int:
    message = error.format_message()
    if as_json:
        document = {"error": {"code": "usage", "message": message, "exit_code": error.exit_code}}
        sys.stdout.write(json.dumps(document) + "\n")
        return int(error.exit_code)
    context = getattr(error, "ctx", None)
    path = context.command_path if context is not None else PROGRAM
    sys.stderr.write(f"{message}\nTry `{path} --help`.\n")
    return int(error.exit_code)


def _crashed(*, as_json: bool) -> int:
    path = crash_log()
    sentence = f"kez-chat failed in a way that it should not. The details are in {path}; please report them."
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as log:
            traceback.print_exc(file=log)
    except OSError:
        sentence = "kez-chat failed in a way that it should not, and could not write down the details."
    if as_json:
        document = {"error": {"code": "bug", "message": sentence, "exit_code": int(ExitCode.BUG)}}
        sys.stdout.write(json.dumps(document) + "\n")
    else:
        sys.stderr.write(sentence + "\n")
    return ExitCode.BUG
