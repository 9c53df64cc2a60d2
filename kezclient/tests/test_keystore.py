"""Where keys rest: the encrypted file, and which system key stores are trusted."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import keyring
import pytest
from keyring.backends import chainer, fail, null

from kezclient.config import folders
from kezclient.errors import KeyStoreFault, UsageFault, WeakPassphrase, WrongPassphrase
from kezclient.keystore import FileStore, KeyringStore, key_store_of, new_key_store, usable_backend
from kezclient.tests.keyring_in_file import KeyringInFile
from kezproto.keys import SigningKey

KEY = SigningKey(b"\x07" * 32)
OTHER = SigningKey(b"\x08" * 32)


def passphrase(_new: bool) -> str:
    return "correct horse"


@pytest.fixture(scope="module")
def key_file_text(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("key") / "key.json"
    FileStore(path, passphrase).save("default", KEY)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    return path.read_text()


@pytest.fixture
def key_file(tmp_path: Path, key_file_text: str) -> Path:
    path = tmp_path / "key.json"
    path.write_text(key_file_text)
    path.chmod(0o600)
    return path


@pytest.fixture
def keyring_backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> KeyringInFile:
    monkeypatch.setenv("KEZ_TEST_KEYRING", str(tmp_path / "keyring.json"))
    return KeyringInFile()


def test_file_gives_the_key_back_and_holds_nothing_readable(key_file: Path):
    assert FileStore(key_file, passphrase).load("default", KEY.primary.hex).seed == KEY.seed
    document = json.loads(key_file.read_text())
    assert document["kdf"]["name"] == "argon2id"
    assert document["kdf"]["memory_bytes"] == 256 * 1024 * 1024
    assert KEY.seed.hex() not in key_file.read_text()


def test_wrong_passphrase(key_file: Path):
    with pytest.raises(WrongPassphrase):
        FileStore(key_file, lambda _new: "another horse").load("default", KEY.primary.hex)


def test_the_key_of_somebody_else(key_file: Path):
    with pytest.raises(KeyStoreFault):
        FileStore(key_file, passphrase).load("default", OTHER.primary.hex)


def test_short_passphrases_are_refused(tmp_path: Path):
    with pytest.raises(WeakPassphrase):
        FileStore(tmp_path / "key.json", lambda _new: "short").save("default", KEY)
    assert not (tmp_path / "key.json").exists()


def test_a_file_that_others_may_read_is_refused(key_file: Path):
    key_file.chmod(0o640)
    with pytest.raises(KeyStoreFault, match="chmod 600"):
        FileStore(key_file, passphrase).load("default", KEY.primary.hex)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"sealed_seed": "!"},
        {"kdf": {"name": "argon2id", "passes": 1, "memory_bytes": 8192, "salt": ""}},
        {"kdf": {"name": "argon2id", "passes": 3, "memory_bytes": 2**40, "salt": ""}},
        {"kdf": {"name": "md5", "passes": 3, "memory_bytes": 2**28, "salt": ""}},
        {"kdf": None},
    ],
)
def test_damaged_files_are_refused_before_anything_is_computed(key_file: Path, change: dict[str, object]):
    key_file.write_text(json.dumps({**json.loads(key_file.read_text()), **change}))
    with pytest.raises(KeyStoreFault):
        FileStore(key_file, passphrase).load("default", KEY.primary.hex)


@pytest.mark.parametrize("text", ["", "[]", "{}", "\x00"])
def test_files_that_are_no_key_files_are_refused(key_file: Path, text: str):
    key_file.write_text(text)
    with pytest.raises(KeyStoreFault):
        FileStore(key_file, passphrase).load("default", KEY.primary.hex)


def test_missing_file(tmp_path: Path):
    with pytest.raises(KeyStoreFault, match="restore"):
        FileStore(tmp_path / "key.json", passphrase).load("default", KEY.primary.hex)


def test_keyring_gives_the_key_back(keyring_backend: KeyringInFile):
    store = KeyringStore(keyring_backend)
    store.save("default", KEY)
    assert store.load("default", KEY.primary.hex).seed == KEY.seed
    with pytest.raises(KeyStoreFault):
        store.load("work", KEY.primary.hex)


@pytest.fixture
def set_backend(monkeypatch: pytest.MonkeyPatch) -> object:
    def use(backend: object) -> None:
        monkeypatch.setattr(keyring.core, "_keyring_backend", backend)

    return use


@pytest.mark.parametrize("backend", [fail.Keyring, null.Keyring])
def test_backends_that_keep_nothing_are_never_used(set_backend, backend: type):
    set_backend(backend())
    assert usable_backend(any_safe=True) is None


def test_plaintext_backends_are_never_used(set_backend, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(KeyringInFile, "__module__", "keyrings.alt.file")
    set_backend(KeyringInFile())
    assert usable_backend(any_safe=True) is None


def test_foreign_backends_only_on_request(set_backend):
    set_backend(KeyringInFile())
    assert usable_backend(any_safe=False) is None
    assert isinstance(usable_backend(any_safe=True), KeyringInFile)


def test_a_chain_gives_its_first_safe_member(set_backend, monkeypatch: pytest.MonkeyPatch):
    chain = chainer.ChainerBackend()
    monkeypatch.setattr(type(chain), "backends", [null.Keyring(), KeyringInFile()])
    set_backend(chain)
    assert isinstance(usable_backend(any_safe=True), KeyringInFile)


def test_the_environment_decides(set_backend, home: Path, monkeypatch: pytest.MonkeyPatch):
    set_backend(KeyringInFile())
    places = folders("default")
    assert new_key_store(places, passphrase).kind == "file"
    monkeypatch.setenv("KEZ_CHAT_KEYSTORE", "keyring")
    assert new_key_store(places, passphrase).kind == "keyring"
    monkeypatch.setenv("KEZ_CHAT_KEYSTORE", "vault")
    with pytest.raises(UsageFault):
        new_key_store(places, passphrase)


def test_keyring_that_is_gone_is_a_typed_error(set_backend, home: Path, monkeypatch: pytest.MonkeyPatch):
    set_backend(fail.Keyring())
    with pytest.raises(KeyStoreFault):
        key_store_of("keyring", folders("default"), passphrase)
    monkeypatch.setenv("KEZ_CHAT_KEYSTORE", "keyring")
    with pytest.raises(KeyStoreFault):
        new_key_store(folders("default"), passphrase)
