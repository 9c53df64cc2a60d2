"""`kez-chat verify-web`: what a server gives browsers to run, compared with a list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from kezclient.command import command
from kezclient.invocation import Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from kezclient.web_check import WebCheck
    from kezclient.web_list import WebList


@command
def verify_web(
    run: Invocation,
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="URL", help="Address of the server; else KEZ_CHAT_URL, else that of your handle."
        ),
    ] = None,
    release: Annotated[
        Path | None,
        typer.Option("--release", metavar="FILE", help="Compare with this list, which a release published."),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option("--save", metavar="FILE", help="Write the server's own list to this new file."),
    ] = None,
) -> None:
    """Check that a server gives browsers what it says, or what a release says.

    Every page, module, stylesheet and import map is fetched and compared with the server's own list, and with that of
    a release if you name one. It sees what this command is given, now; a server could give somebody else another page.
    """
    from contextlib import closing

    from kezclient.errors import WebDiffers
    from kezclient.http_edge import HttpEdge
    from kezclient.web_check import WebCheck

    published = _read_list(release) if release else None
    with closing(HttpEdge()) as edge:
        check = WebCheck(_server(run, url), edge)
        served = check.served_list()
        if save is not None:
            _save(save, served)
        check.run(served, published)
    document = {
        "url": check.url,
        "version": served.version,
        "digest": served.digest,
        "release": published.version if published else None,
        "files": check.files,
        "pages": check.pages,
        "differences": [{"where": each.where, "what": each.what} for each in check.found],
    }
    if not check.found:
        against = f"the release {published.version}" if published else "the server's own list"
        run.result(document, lambda console: _agree(console, check, against))
        return
    if not run.options.json:
        _differ(run.console, check)
    raise WebDiffers(count=len(check.found), **document)


def _server(run: Invocation, url: str | None) -> str:
    from kezclient.config import folders
    from kezclient.errors import NoProfile
    from kezclient.identity import load_profile
    from kezclient.servers import choose_server

    try:
        profile = load_profile(run.profile_name, folders(run.profile_name))
    except NoProfile:
        profile = None
    return choose_server(url, "", profile)


def _read_list(file: Path) -> WebList:
    from kezclient.errors import LocalDataFault
    from kezclient.web_check import MAX_LIST_BYTES
    from kezclient.web_list import parse_web_list
    from kezproto.canonical import parse_json
    from kezproto.errors import Malformed

    try:
        document = parse_json(file.read_bytes(), max_bytes=MAX_LIST_BYTES)
        if not isinstance(document, dict):
            raise ValueError("it is not a JSON object")
        return parse_web_list(document)
    except OSError as error:
        raise LocalDataFault(path=str(file), reason=error.strerror or str(error)) from error
    except (Malformed, ValueError) as error:
        raise LocalDataFault(path=str(file), reason=f"this is no list of web files: {error}") from error


def _save(file: Path, served: WebList) -> None:
    import json
    from dataclasses import asdict

    from kezclient.errors import FileExists, LocalDataFault

    listed = {name: value for name, value in asdict(served).items() if name != "digest"}
    try:
        with file.open("x", encoding="utf-8") as stream:
            stream.write(json.dumps(listed, indent=1, sort_keys=True) + "\n")
    except FileExistsError as error:
        raise FileExists(path=str(file)) from error
    except OSError as error:
        raise LocalDataFault(path=str(file), reason=error.strerror or str(error)) from error


def _agree(console: Console, check: WebCheck, against: str) -> None:
    console.print(f"✓ {check.pages} pages and {check.files} files of {check.url} are as in {against}.")


def _differ(console: Console, check: WebCheck) -> None:
    from kezclient.sanitize import one_line

    for each in check.found:
        console.print(f"✗ {one_line(each.where)}: {one_line(each.what)}")
