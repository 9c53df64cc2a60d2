"""Who this profile is: handle, key, device and server, kept in `profile.json`; the secret key is kept elsewhere."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from kezclient.config import Folders, write_private
from kezclient.errors import LocalDataFault, NoProfile
from kezclient.registering_errors import NotRegisteredYet
from kezproto.errors import ProtocolError
from kezproto.handles import Handle, parse_full_handle
from kezproto.keys import Primary, SigningKey
from kezproto.subjects import check_device

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Profile:
    """What `profile.json` holds. `keystore` is "keyring" or "file"; `registered` is false until the registry has
    confirmed the handle and the sigchain is open."""

    name: str
    handle: Handle
    primary: Primary
    server_url: str
    device: str
    keystore: str
    registered: bool

    @property
    def own_server(self) -> str:
        return self.handle.server

    def finished(self) -> Profile:
        return replace(self, registered=True)


@dataclass(frozen=True, slots=True)
class Identity:
    """A profile together with its secret key."""

    profile: Profile
    key: SigningKey

    @property
    def handle(self) -> Handle:
        return self.profile.handle

    @property
    def primary(self) -> Primary:
        return self.key.primary

    @property
    def device(self) -> str:
        return self.profile.device


def find_profile(name: str, folders: Folders) -> Profile | None:
    """The profile as stored; None if there is none. LocalDataFault for a file that cannot be read."""
    path = folders.profile_file
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise LocalDataFault(path=str(path), reason=str(error)) from error
    try:
        return _read(name, json.loads(text))
    except (ValueError, KeyError, TypeError, ProtocolError) as error:
        raise LocalDataFault(
            path=str(path), reason=f"it is damaged ({error}); `kez-chat restore` makes a new one"
        ) from error


def load_profile(name: str, folders: Folders) -> Profile:
    """The registered profile: NoProfile or NotRegisteredYet if there is none yet."""
    profile = find_profile(name, folders)
    if profile is None:
        raise NoProfile(profile=name)
    if not profile.registered:
        raise NotRegisteredYet(handle=str(profile.handle))
    return profile


def save_profile(profile: Profile, folders: Folders) -> None:
    document = asdict(profile) | {
        "version": FORMAT_VERSION,
        "handle": str(profile.handle),
        "primary": str(profile.primary),
    }
    document.pop("name")
    write_private(folders.profile_file, json.dumps(document, indent=2).encode() + b"\n")


def _read(name: str, document: dict[str, Any]) -> Profile:
    if document["version"] != FORMAT_VERSION:
        raise ValueError("it was written by a newer kez-chat")
    if document["keystore"] not in ("keyring", "file"):
        raise ValueError("it names an unknown key store")
    return Profile(
        name=name,
        handle=parse_full_handle(document["handle"]),
        primary=Primary.parse(document["primary"]),
        server_url=str(document["server_url"]),
        device=check_device(document["device"]),
        keystore=document["keystore"],
        registered=document["registered"] is True,
    )
