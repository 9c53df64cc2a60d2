"""Verbs about handles."""

import argparse

from registry import services, shell
from registry.models import Handle


@shell.verb("suspend", "Take a handle out of look-ups and off the network.", shell.handle_arguments)
def suspend(options: shell.Options, out: shell.Out) -> None:
    handle = shell.handle_of(options)
    services.suspend_handle(handle, actor=shell.actor_of(options), reason=options["reason"])
    _tell(handle, out)


@shell.verb("reinstate", "Undo a suspension.", shell.handle_arguments)
def reinstate(options: shell.Options, out: shell.Out) -> None:
    handle = shell.handle_of(options)
    services.reinstate_handle(handle, actor=shell.actor_of(options), reason=options["reason"])
    _tell(handle, out)


def _release_arguments(parser: argparse.ArgumentParser) -> None:
    shell.handle_arguments(parser)
    parser.add_argument("--yes", action="store_true", help="Needed: there is no way back.")


@shell.verb("release", "End a handle for good: it is never given out again.", _release_arguments)
def release(options: shell.Options, out: shell.Out) -> None:
    handle = shell.handle_of(options)
    if not options["yes"]:
        raise shell.usage(f"{handle.local} could never be used again, by nobody. If you mean it, add --yes.")
    services.release_handle(handle, actor=shell.actor_of(options), reason=options["reason"])
    _tell(handle, out)


@shell.verb("note", "Write a remark about a handle for other operators.", shell.handle_arguments)
def note(options: shell.Options, out: shell.Out) -> None:
    handle = shell.handle_of(options)
    services.note_handle(handle, actor=shell.actor_of(options), reason=options["reason"])
    out.result({"handle": handle.local, "status": handle.status}, f"Noted for {handle.local}.")


def _well_known_arguments(parser: argparse.ArgumentParser) -> None:
    shell.handle_arguments(parser)
    parser.add_argument("--no", action="store_true", help="It is not well known any more.")


@shell.verb("well-known", "Keep look-alikes of a handle from being registered.", _well_known_arguments)
def well_known(options: shell.Options, out: shell.Out) -> None:
    handle = shell.handle_of(options)
    services.mark_well_known(
        handle, not options["no"], actor=shell.actor_of(options), reason=options["reason"]
    )
    words = "well known" if handle.well_known else "not well known"
    out.result({"handle": handle.local, "well_known": handle.well_known}, f"{handle.local} is {words}.")


def _tell(handle: Handle, out: shell.Out) -> None:
    out.result({"handle": handle.local, "status": handle.status}, f"{handle.local} is {handle.status}.")
