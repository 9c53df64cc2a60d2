"""Where the client keeps its files, and the settings that a person may write into `config.toml`.

Three folders by the XDG rules (or the system's own places): config (profile, settings), data (encrypted key file,
history), state (locks, crash log). Folders are made 0700 and files 0600.
"""

from __future__ import annotations

import os
import re
import secrets
import tomllib
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from platformdirs import PlatformDirs

from kezclient.errors import LocalDataFault, UsageFault
from kezclient.iroh.settings import SETTINGS, BadIrohSetting, IrohSettings, iroh_settings

APP = "kez-chat"
DEFAULT_PROFILE = "default"
DEFAULT_REFRESH = timedelta(minutes=10)

_PROFILE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Folders:
    """The places of one profile. Nothing is created by asking for them."""

    config: Path
    data: Path
    state: Path

    @property
    def profile_file(self) -> Path:
        return self.config / "profile.json"

    @property
    def key_file(self) -> Path:
        return self.data / "key.json"

    @property
    def database(self) -> Path:
        return self.data / "history.sqlite3"

    @property
    def outbox_lock(self) -> Path:
        return self.state / "outbox.lock"

    @property
    def uploads(self) -> Path:
        """Sealed chunks of files that are on their way out."""
        return self.data / "uploads"

    @property
    def serve_lock(self) -> Path:
        return self.state / "serve.lock"

    def upload_lock(self, file_id: str) -> Path:
        return self.state / f"upload-{file_id}.lock"

    @property
    def own_list_lock(self) -> Path:
        return self.state / "own-list.lock"

    def fetch_lock(self, ref: str) -> Path:
        return self.state / f"fetch-{ref}.lock"

    def create(self) -> None:
        """Make the folders, private also if they were there before."""
        for folder in (self.config, self.data, self.state):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                for private in (folder, folder.parent, folder.parent.parent):
                    private.chmod(0o700)
            except OSError as error:
                raise LocalDataFault(path=str(folder), reason=error.strerror or str(error)) from error


@dataclass(frozen=True, slots=True)
class UserSettings:
    """`config.toml`, for all profiles. `refresh`: how old a registry answer may be when something is sent."""

    read_receipts: bool = False
    refresh: timedelta = DEFAULT_REFRESH
    iroh: IrohSettings = field(default_factory=IrohSettings)


def _root() -> PlatformDirs:
    return PlatformDirs(APP, appauthor=False, roaming=False)


def folders(profile: str) -> Folders:
    """The folders of a profile. UsageFault for a name that is no plain word."""
    if not _PROFILE_NAME.fullmatch(profile):
        raise UsageFault(sentence="A profile is named by 1 to 32 of a-z, 0-9, _ and -.")
    root = _root()
    return Folders(
        config=root.user_config_path / "profiles" / profile,
        data=root.user_data_path / "profiles" / profile,
        state=root.user_state_path / "profiles" / profile,
    )


def settings_file() -> Path:
    return _root().user_config_path / "config.toml"


def crash_log() -> Path:
    return _root().user_state_path / "crash.log"


def user_settings() -> UserSettings:
    """Read `config.toml`; a missing file means the defaults, an unknown or odd setting is refused."""
    path = settings_file()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        document = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LocalDataFault(path=str(path), reason=str(error)) from error
    receipts = document.pop("read_receipts", False)
    minutes = document.pop("refresh_minutes", DEFAULT_REFRESH.total_seconds() / 60)
    iroh = _iroh_settings(path, {name: document.pop(name) for name in SETTINGS if name in document})
    if document:
        raise LocalDataFault(
            path=str(path), reason=f"there is no setting named {', '.join(sorted(document))}"
        )
    if not isinstance(receipts, bool):
        raise LocalDataFault(path=str(path), reason="read_receipts must be true or false")
    if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 <= minutes <= 1440:
        raise LocalDataFault(path=str(path), reason="refresh_minutes must lie between 0 and 1440")
    return UserSettings(read_receipts=receipts, refresh=timedelta(minutes=minutes), iroh=iroh)


def _iroh_settings(path: Path, members: dict[str, object]) -> IrohSettings:
    try:
        return iroh_settings(members, os.environ)
    except BadIrohSetting as error:
        if error.variable is not None:
            raise UsageFault(sentence=f"{error.variable} must be {error}.") from error
        raise LocalDataFault(path=str(path), reason=f"{error.name} must be {error}") from error


def write_private(path: Path, data: bytes) -> None:
    """Write or replace a file of mode 0600: whole or not at all, also when the power fails meanwhile."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        create_private(draft, data)
        draft.replace(path)
    except OSError as error:
        raise LocalDataFault(path=str(path), reason=error.strerror or str(error)) from error
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(path.parent)


def create_private(path: Path, data: bytes) -> None:
    """Write a new file of mode 0600; FileExistsError if something is there, other OSErrors as they come."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())


def sync_folder(folder: Path) -> None:
    """Names in it survive a power cut from now on, where the system can do that."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
