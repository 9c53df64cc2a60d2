"""Where the secret key rests: the system's own key store, or a file sealed with a passphrase.

The environment variable KEZ_CHAT_KEYSTORE (`keyring` or `file`) decides for new keys; without it a real system key
store is used where there is one. What holds the key of a profile is written down in the profile.
"""

from __future__ import annotations

import base64
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from kezclient.config import Folders, write_private
from kezclient.errors import KeyStoreFault, UsageFault, WeakPassphrase, WrongPassphrase
from kezproto.errors import BadKey
from kezproto.keys import SigningKey

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "kez-chat"
FORMAT_VERSION = 1
MINIMUM_PASSPHRASE = 8
# libsodium's "moderate": 3 passes over 256 MiB. A file may ask for less (interactive) or more, within reason.
LEAST_MEMORY, MOST_MEMORY = 64 * 1024 * 1024, 2 * 1024 * 1024 * 1024
LEAST_PASSES, MOST_PASSES = 2, 16

# Backends that keep the secret in the clear, or nowhere.
_UNSAFE_MODULES = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt", "sagecipher")
_SYSTEM_MODULES = ("keyring.backends.",)


class KeyStore(Protocol):
    kind: str

    def save(self, profile: str, key: SigningKey) -> None: ...

    def load(self, profile: str, primary_hex: str) -> SigningKey: ...


class KeyringStore:
    """The system's key store (Secret Service, KWallet, macOS Keychain, Windows Credential Locker)."""

    kind = "keyring"

    def __init__(self, backend: KeyringBackend) -> None:
        self._backend = backend

    def save(self, profile: str, key: SigningKey) -> None:
        from keyring.errors import KeyringError

        name = _entry(profile, key.primary.hex)
        try:
            self._backend.set_password(SERVICE, name, key.seed.hex())
            kept = self._backend.get_password(SERVICE, name)
        except KeyringError as error:
            raise KeyStoreFault(reason=f"the system key store says: {error}") from error
        if kept != key.seed.hex():
            raise KeyStoreFault(reason="the system key store did not keep it")

    def load(self, profile: str, primary_hex: str) -> SigningKey:
        from keyring.errors import KeyringError

        try:
            text = self._backend.get_password(SERVICE, _entry(profile, primary_hex))
        except KeyringError as error:
            raise KeyStoreFault(reason=f"the system key store says: {error}") from error
        if text is None:
            raise KeyStoreFault(
                reason="the system key store does not hold it; `kez-chat restore` brings it back"
            )
        return _checked(text, primary_hex)


class FileStore:
    """A file of mode 0600: argon2id over the passphrase, XSalsa20-Poly1305 over the seed.

    `ask_passphrase(new)` gives the passphrase; `new` is true where it is being chosen.
    """

    kind = "file"

    def __init__(self, path: Path, ask_passphrase: Callable[[bool], str]) -> None:
        self._path = path
        self._ask_passphrase = ask_passphrase

    def save(self, profile: str, key: SigningKey) -> None:
        from nacl.pwhash import argon2id
        from nacl.secret import SecretBox
        from nacl.utils import random

        passphrase = self._ask_passphrase(True)
        if len(passphrase) < MINIMUM_PASSPHRASE:
            raise WeakPassphrase(minimum=MINIMUM_PASSPHRASE)
        salt = random(argon2id.SALTBYTES)
        passes, memory = argon2id.OPSLIMIT_MODERATE, argon2id.MEMLIMIT_MODERATE
        box = SecretBox(_derive(passphrase, salt, passes, memory))
        document = {
            "version": FORMAT_VERSION,
            "primary": str(key.primary),
            "kdf": {"name": "argon2id", "passes": passes, "memory_bytes": memory, "salt": _b64(salt)},
            "sealed_seed": _b64(bytes(box.encrypt(key.seed))),
        }
        write_private(self._path, json.dumps(document, indent=2).encode() + b"\n")

    def load(self, profile: str, primary_hex: str) -> SigningKey:
        from nacl.exceptions import CryptoError
        from nacl.secret import SecretBox

        salt, passes, memory, sealed = self._read()
        box = SecretBox(_derive(self._ask_passphrase(False), salt, passes, memory))
        try:
            seed = box.decrypt(sealed)
        except (CryptoError, ValueError, TypeError) as error:
            raise WrongPassphrase(path=str(self._path)) from error
        return _checked(seed.hex(), primary_hex)

    def _read(self) -> tuple[bytes, int, int, bytes]:
        try:
            if os.name == "posix" and stat.S_IMODE(self._path.stat().st_mode) & 0o077:
                raise KeyStoreFault(reason=f"others may read {self._path}; run `chmod 600` on it")
            document: Any = json.loads(self._path.read_text(encoding="utf-8"))
            kdf = document["kdf"]
            passes, memory = int(kdf["passes"]), int(kdf["memory_bytes"])
            if document["version"] != FORMAT_VERSION or kdf["name"] != "argon2id":
                raise KeyStoreFault(reason=f"{self._path} was written by a newer kez-chat")
            if not (LEAST_PASSES <= passes <= MOST_PASSES and LEAST_MEMORY <= memory <= MOST_MEMORY):
                raise KeyStoreFault(reason=f"{self._path} asks for odd argon2id parameters")
            return _unb64(kdf["salt"]), passes, memory, _unb64(document["sealed_seed"])
        except FileNotFoundError as error:
            raise KeyStoreFault(
                reason=f"{self._path} is missing; `kez-chat restore` brings the key back"
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise KeyStoreFault(reason=f"{self._path} cannot be read ({error})") from error


def new_key_store(folders: Folders, ask_passphrase: Callable[[bool], str]) -> KeyStore:
    """Where a new key goes: KEZ_CHAT_KEYSTORE, else a usable system key store, else the file."""
    wish = os.environ.get("KEZ_CHAT_KEYSTORE", "")
    if wish not in ("", "file", "keyring"):
        raise UsageFault(sentence="KEZ_CHAT_KEYSTORE must be `file` or `keyring`.")
    if wish != "file":
        backend = usable_backend(any_safe=wish == "keyring")
        if backend is not None:
            return KeyringStore(backend)
        if wish == "keyring":
            raise KeyStoreFault(
                reason="KEZ_CHAT_KEYSTORE=keyring, but this system has no key store that keeps secrets"
            )
    return FileStore(folders.key_file, ask_passphrase)


def key_store_of(kind: str, folders: Folders, ask_passphrase: Callable[[bool], str]) -> KeyStore:
    """The store that a profile names."""
    if kind == "file":
        return FileStore(folders.key_file, ask_passphrase)
    backend = usable_backend(any_safe=True)
    if backend is None:
        raise KeyStoreFault(
            reason="the system key store that holds it is not running; log in to the desktop or unlock it"
        )
    return KeyringStore(backend)


def usable_backend(*, any_safe: bool) -> KeyringBackend | None:
    """The system's key store, None where there is none that keeps secrets secret.

    `any_safe` also takes back ends that come from other packages, except those known to store in the clear.
    """
    import keyring
    from keyring.backends.chainer import ChainerBackend

    backend = keyring.get_keyring()
    candidates = list(backend.backends) if isinstance(backend, ChainerBackend) else [backend]
    for candidate in candidates:
        module = type(candidate).__module__
        if module.startswith(_UNSAFE_MODULES):
            continue
        if module.startswith(_SYSTEM_MODULES) or any_safe:
            return candidate
    return None


def _entry(profile: str, primary_hex: str) -> str:
    return f"{profile}:{primary_hex}"


def _checked(seed_hex: str, primary_hex: str) -> SigningKey:
    try:
        key = SigningKey(bytes.fromhex(seed_hex))
    except (ValueError, BadKey) as error:
        raise KeyStoreFault(reason="what it holds is not a key") from error
    if key.primary.hex != primary_hex:
        raise KeyStoreFault(reason="it holds the key of somebody else")
    return key


def _derive(passphrase: str, salt: bytes, passes: int, memory: int) -> bytes:
    from nacl.exceptions import CryptoError
    from nacl.pwhash import argon2id

    try:
        return argon2id.kdf(32, passphrase.encode(), salt, opslimit=passes, memlimit=memory)
    except (CryptoError, ValueError, RuntimeError) as error:
        raise KeyStoreFault(
            reason=f"argon2id failed ({error}); it needs {memory // 2**20} MiB of memory"
        ) from error


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _unb64(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
