"""Verbs that make, check and restore backups."""

import argparse
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils import timezone

from backups import sealing, services
from backups.errors import ArchiveRefused, BackupFailed, RestoreFailed, TargetRefused
from backups.making import Wanted, make_backup, seconds_since
from backups.progress import Progress, shown_bytes
from backups.restoring import Wanted as WantedBack
from backups.restoring import restore_backup, verify_archive
from registry import shell


def _backup_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="Where to; made with mode 0600, whole or not at all.")
    parser.add_argument("--verify", action="store_true", help="Make none: read FILE and check all of it.")
    parser.add_argument(
        "--to",
        action="append",
        default=[],
        metavar="KEY",
        help="Seal it for this public key (age1…); more than one may be named.",
    )
    _identity_argument(parser)
    parser.add_argument("--without-files", action="store_true", help="Leave out the bytes of people's files.")
    parser.add_argument(
        "--without-sigchain", action="store_true", help="Leave out the sigchain service's database."
    )
    parser.add_argument("--overwrite", action="store_true", help="A file of that name may go.")
    _quiet_argument(parser)


@shell.verb(
    "backup",
    "Back up databases, streams and files of this server, which runs on meanwhile.",
    _backup_arguments,
)
def backup(options: shell.Options, out: shell.Out) -> None:
    if options["verify"]:
        _verify(options, out)
        return
    try:
        recipients = sealing.read_recipients(options["to"])
    except ValueError as error:
        raise shell.usage(
            f"{error} is no public key: `kez backup-key` makes one, and it begins with age1."
        ) from None
    wanted = Wanted(
        file=options["file"],
        recipients=recipients,
        with_files=not options["without_files"],
        with_sigchain=not options["without_sigchain"],
        overwrite=options["overwrite"],
    )
    now, began = timezone.now(), time.monotonic()
    with _told(ArchiveRefused):
        manifest = make_backup(wanted, now=now, progress=_progress(options))
    seconds = seconds_since(began)
    services.note_backup(manifest, seconds=seconds, sealed=bool(recipients), at=now)
    how = "sealed" if recipients else "in clear"
    text = f"{options['file']}: {shown_bytes(manifest['size'])} in {seconds} s, {how}."
    if missing := _missing(manifest):
        text += f"\nMissing: {missing} file(s) that the database calls ready are not in the storage."
    if any(part["kind"] == "list" for part in manifest["parts"]):
        text += "\nOf the bucket's files only the list is in it: the bucket needs a backup of its own."
    out.result({"file": str(options["file"]), "seconds": seconds, **_summary(manifest)}, text)


def _verify(options: shell.Options, out: shell.Out) -> None:
    with _told(RestoreFailed):
        manifest = verify_archive(
            _existing(options["file"]), _identities(options), progress=_progress(options)
        )
    lines = [f"Whole. Made {manifest['made_at']} by {manifest['server']}, kez-chat {manifest['software']}."]
    for part in manifest["parts"]:
        counts = ", ".join(f"{number} {name}" for name, number in part.get("counts", {}).items())
        held = f"{part['state']['messages']} messages" if part["kind"] == "stream" else counts
        lines.append(f"{part['name']:<9} {part['kind']:<9} {shown_bytes(part['bytes']):>10}  {held}".rstrip())
    out.result(_summary(manifest), "\n".join(lines))


def _restore_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="The archive.")
    _identity_argument(parser)
    parser.add_argument(
        "--replace", action="store_true", help="What this server holds may go, such as half a restore."
    )
    parser.add_argument(
        "--new-transparency-key",
        action="store_true",
        help="The old KEZ_TRANSPARENCY_SEED is lost; people are warned of the new key.",
    )
    parser.add_argument(
        "--replicas", type=int, metavar="NUMBER", help="Copies of each stream; default: as it was."
    )
    _quiet_argument(parser)


@shell.verb(
    "restore",
    "Restore a backup into an empty server, of which only broker and Valkey run.",
    _restore_arguments,
)
def restore(options: shell.Options, out: shell.Out) -> None:
    wanted = WantedBack(
        file=_existing(options["file"]),
        identities=_identities(options),
        replace=options["replace"],
        new_key=options["new_transparency_key"],
        replicas=options["replicas"],
    )
    with _told(RestoreFailed):
        restored = restore_backup(wanted, now=timezone.now(), progress=_progress(options))
    services.note_restored(restored.manifest, actor=shell.actor_of(options))
    lines = [f"Restored what {restored.manifest['server']} was at {restored.manifest['made_at']}."]
    if restored.expired:
        lines.append(f"{restored.expired} file(s) whose bytes are not in the archive have expired.")
    if restored.absent:
        lines.append(f"{restored.absent} file(s) are not in the storage: restore it from its own backup.")
    lines.append("Start the other processes now.")
    document = {
        **_summary(restored.manifest),
        "expired_files": restored.expired,
        "absent_files": restored.absent,
    }
    out.result(document, "\n".join(lines))


def _key_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="Where the secret half goes, with mode 0600.")


@shell.verb("backup-key", "Make a key to seal backups with; prints its public half.", _key_arguments)
def backup_key(options: shell.Options, out: shell.Out) -> None:
    public, text = sealing.make_key()
    try:
        descriptor = os.open(options["file"], os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise _refused(f"{options['file']} cannot be made: {error.strerror}.") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    out.result({"public_key": public, "file": str(options["file"])}, public)


def _identity_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--identity", type=Path, metavar="FILE", help="The secret key that opens a sealed archive."
    )


def _quiet_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="No progress, even at a terminal.")


def _progress(options: shell.Options) -> Progress:
    return Progress(shown=False if options["quiet"] or options["json"] else None)


def _existing(file: Path) -> Path:
    if not file.is_file():
        raise shell.not_found(f"There is no file {file}.")
    return file


def _identities(options: shell.Options) -> list[Any]:
    file: Path | None = options["identity"]
    try:
        return sealing.read_identities(file) if file is not None else []
    except (OSError, ValueError):
        raise shell.usage(
            f"{file} is no key file: it holds a line that begins with AGE-SECRET-KEY-1."
        ) from None


def _refused(sentence: str) -> shell.ShellError:
    return shell.ShellError(sentence, code="refused", exit_code=shell.ExitCode.REFUSED)


@contextmanager
def _told(fault: type[Exception]) -> Iterator[None]:
    """Every end becomes a sentence; a SIGTERM cleans up as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, _stop) if _in_main_thread() else None
    try:
        yield
    except TargetRefused as error:
        raise _refused(str(error)) from error
    except ArchiveRefused as error:
        code = shell.ExitCode.REFUSED if issubclass(fault, RestoreFailed) else shell.ExitCode.FAULT
        raise shell.ShellError(str(error), code="archive_refused", exit_code=code) from error
    except BackupFailed as error:
        raise shell.ShellError(str(error), code="backup_failed", exit_code=shell.ExitCode.FAULT) from error
    except RestoreFailed as error:
        sentence = f"{error} The restore is not complete: start nothing, and do it again with --replace."
        raise shell.ShellError(sentence, code="restore_failed", exit_code=shell.ExitCode.FAULT) from error
    except KeyboardInterrupt:
        raise shell.ShellError(
            "Stopped. A restore that was stopped is done again with --replace.",
            code="stopped",
            exit_code=shell.ExitCode.FAULT,
        ) from None
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _stop(*_: object) -> None:
    raise KeyboardInterrupt


def _in_main_thread() -> bool:
    try:
        signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGTERM))
    except ValueError:
        return False
    return True


def _missing(manifest: dict[str, Any]) -> int:
    return sum(int(part.get("missing", 0)) for part in manifest["parts"])


def _summary(manifest: dict[str, Any]) -> dict[str, Any]:
    names = ("name", "kind", "bytes", "digest", "counts", "state", "missing")
    parts = [{name: part[name] for name in names if name in part} for part in manifest["parts"]]
    kept = {name: manifest[name] for name in ("id", "server", "software", "made_at")}
    return {**kept, "size": manifest.get("size"), "parts": parts}
