"""Checking an archive, and putting it in the place of an empty server."""

import asyncio
import pkgutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import DatabaseError, connections
from django.db.migrations.loader import MigrationLoader

from backups.archive import ArchiveReader, Member
from backups.databases import (
    COUNTED,
    Database,
    Putting,
    new_sigchain_database,
    registry_database,
)
from backups.errors import ArchiveRefused, RestoreFailed, TargetRefused
from backups.progress import Progress
from backups.sealing import opening
from backups.stream_copies import StreamPutting, held, somebody_lets_clients_in
from chatbridge import services as devices
from chatbridge.jetstream import JetStreamError
from files import lookup as files
from files import services as file_services
from files import storage
from natslink.errors import LinkError
from registry import transparency

STREAM_OF = {"chunks": "KEZ_FILES", "inboxes": "KEZ_INBOX"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`replace`: what the target holds may go. `new_key`: the public log may go on under another key."""

    file: Path
    identities: Sequence[Any] = ()
    replace: bool = False
    new_key: bool = False
    replicas: int | None = None


@dataclass
class Restored:
    manifest: dict[str, Any]
    expired: int = 0
    absent: int = 0
    warnings: list[str] = field(default_factory=list)


def verify_archive(file: Path, identities: Sequence[Any], *, progress: Progress) -> dict[str, Any]:
    """Reads all of it; answers the manifest. Raises ArchiveRefused."""
    try:
        progress.step("checking", total=file.stat().st_size)
        with opening(file, identities) as stream:
            reader = ArchiveReader(stream)
            for member in reader.members():
                progress.moved(len(member.data))
    except OSError as error:
        raise ArchiveRefused(f"The archive cannot be read: {error.strerror or error}.") from error
    progress.done()
    return reader.manifest


def restore_backup(wanted: Wanted, *, now: datetime, progress: Progress) -> Restored:
    """Everything is checked before anything is changed. Raises ArchiveRefused, TargetRefused, RestoreFailed."""
    manifest = verify_archive(wanted.file, wanted.identities, progress=progress)
    parts = {part["name"]: part for part in manifest["parts"]}
    _refuse_newer(parts)
    _refuse_target(wanted, manifest, parts)
    _Putting(wanted, parts, progress).run()
    connections.close_all()  # what is open looks at the database that was there before
    call_command("migrate", verbosity=0)
    return _fitted_together(manifest, parts, now)


def _refuse_newer(parts: dict[str, dict[str, Any]]) -> None:
    """ArchiveRefused if a database was changed by migrations that we do not have."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    import sigchain.migrations

    known |= {f"sigchain.{module.name}" for module in pkgutil.iter_modules(sigchain.migrations.__path__)}
    ours = {name.partition(".")[0] for name in known}
    for part in parts.values():
        newer = [
            name
            for name in part.get("migrations", [])
            if name not in known and name.partition(".")[0] in ours
        ]
        if newer:
            raise ArchiveRefused(
                f"The archive is of a newer kez-chat: this one does not know {newer[-1]}. Restore it with that one."
            )


def _refuse_target(wanted: Wanted, manifest: dict[str, Any], parts: dict[str, dict[str, Any]]) -> None:
    ours = str(transparency.server_key().primary)
    if manifest.get("transparency_key") != ours and not wanted.new_key:
        raise TargetRefused(
            "KEZ_TRANSPARENCY_SEED is not that of the server that was backed up, so people would be warned of another "
            "key behind the public log: put the old seed in place, or say --new-transparency-key."
        )
    kinds = {"registry": registry_database().kind, "sigchain": new_sigchain_database().kind}
    for name, kind in kinds.items():
        if name in parts and parts[name]["kind"] != kind:
            raise TargetRefused(
                f"The archive's {name} is of {parts[name]['kind']}, DATABASE_URL is of {kind}: use the same database."
            )
    try:
        if asyncio.run(somebody_lets_clients_in()):
            raise TargetRefused("This server is running: stop all its processes but the broker and Valkey.")
        found = _found(parts)
    except (LinkError, JetStreamError, DatabaseError) as error:
        raise TargetRefused(f"This server cannot be looked at: {error}") from error
    if found and not wanted.replace:
        raise TargetRefused(
            f"This server is not empty: it holds {', '.join(found)}. Restore into an empty one; if this is what an "
            "interrupted restore left, or may go, say --replace."
        )


def _found(parts: dict[str, dict[str, Any]]) -> list[str]:
    """What would be lost."""
    found = []
    if number := registry_database().count("registry_handle"):
        found.append(f"{number} handle(s)")
    if "sigchain" in parts and (number := new_sigchain_database().count("sigchain_event")):
        found.append(f"{number} sigchain event(s)")
    for name in STREAM_OF.values():
        if asyncio.run(held(name)):
            found.append(f"a stream {name} with a past")
    if parts.get("files", {}).get("kind") == "folder" and storage.holds_anything():
        found.append("stored files")
    return found


class _Putting:
    """The second reading: each part goes where it belongs."""

    def __init__(self, wanted: Wanted, parts: dict[str, dict[str, Any]], progress: Progress) -> None:
        self._wanted, self._parts, self._progress = wanted, parts, progress
        self._current: Putting | StreamPutting | None = None
        self._name = ""

    def run(self) -> None:
        try:
            with opening(self._wanted.file, self._wanted.identities) as stream:
                for member in ArchiveReader(stream).members():
                    self._take(member)
                self._finish()
        except OSError as error:
            raise RestoreFailed(f"Something cannot be read or written: {error.strerror or error}.") from error
        except storage.StorageFailed as error:
            raise RestoreFailed(f"{error} Its cause: {error.__cause__}") from error
        finally:
            if self._current is not None:
                self._current.abandon()
        self._progress.done()

    def _take(self, member: Member) -> None:
        if member.part != self._name:
            self._finish()
            self._name = member.part
            self._progress.step(self._name, total=self._parts[self._name]["bytes"])
            self._current = self._begin(self._parts[self._name])
        if self._current is not None:
            self._current.take(member.data)
        elif self._parts[self._name]["kind"] == "folder":
            storage.write(member.name, member.data)
        self._progress.moved(len(member.data))

    def _begin(self, part: dict[str, Any]) -> Putting | StreamPutting | None:
        match part["kind"]:
            case "stream":
                return StreamPutting(part["stream"], part, replicas=self._wanted.replicas)
            case "sqlite" | "postgres":
                return self._database().putting()
        return None

    def _database(self) -> Database:
        return registry_database() if self._name == "registry" else new_sigchain_database()

    def _finish(self) -> None:
        current, self._current = self._current, None
        if current is None:
            return
        current.finish()
        if self._name in COUNTED:
            self._compare_counts()

    def _compare_counts(self) -> None:
        database, told = self._database(), self._parts[self._name]["counts"]
        for name, table in COUNTED[self._name].items():
            if (number := database.count(table)) != told.get(name):
                raise RestoreFailed(f"The restored {self._name} has {number} {name}, not {told.get(name)}.")


def _fitted_together(manifest: dict[str, Any], parts: dict[str, dict[str, Any]], now: datetime) -> Restored:
    """What the parts, each of its own moment, say of each other is made true."""
    restored = Restored(manifest)
    devices.hold_back_cursors(end=int(parts["inboxes"]["state"]["last_seq"]))
    if parts.get("files", {}).get("kind") != "folder":
        restored.absent = sum(not storage.exists(file.stored_as) for file in files.stored_files())
        return restored
    for file in files.stored_files():
        if not storage.exists(file.stored_as):
            restored.expired += file_services.mark_expired(file, now=now)
    return restored
