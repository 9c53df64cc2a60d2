"""Makes the secrets that a server needs, each in a file of its own. Existing ones are never touched.

    python -m deploy.secrets FOLDER [--postgres HOST:PORT]

The folder gets mode 0700, the files 0600. Settings read them through `<NAME>_FILE`. Beside them lies `nats_keys`, which
nats-server reads: the public halves, as lines of an environment file. With `--postgres` there are passwords of two
roles, `kez` and `sigchain`, and the addresses of their databases. It needs no settings.
"""

import argparse
import os
import secrets
import sys
from pathlib import Path

from nacl.public import PrivateKey
from nacl.signing import SigningKey

from kezproto.nkeys import decode_seed, encode_public, encode_seed

TEXT_SECRETS = ("KEZ_SECRET_KEY", "KEZ_INTERNAL_SECRET")
# Setting → nkey prefix: A signs user JWTs, X opens sealed auth requests, U logs in.
BROKER_SEEDS = {
    "KEZ_NATS_ISSUER_SEED": "A",
    "KEZ_NATS_XKEY_SEED": "X",
    "KEZ_NATS_CALLOUT_SEED": "U",
    "KEZ_NATS_BACKEND_SEED": "U",
    "KEZ_NATS_BRIDGE_SEED": "U",
    "KEZ_NATS_SYSADMIN_SEED": "U",
}
# N: a server's own key; it signs the public log.
NKEY_SEEDS = {**BROKER_SEEDS, "KEZ_TRANSPARENCY_SEED": "N"}
NATS_KEYS = "nats_keys"
# Setting of a database → its role, which is its name too.
DATABASES = {"DATABASE_URL": "kez", "SIGCHAIN_DATABASE_URL": "sigchain"}


def ensure_secrets(folder: Path) -> dict[str, Path]:
    """Every secret's file by setting name; missing ones are made."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    files = {}
    for name in (*TEXT_SECRETS, *NKEY_SEEDS):
        file = folder / name.lower()
        if not file.exists():
            _write_private(file, _new_secret(name))
        files[name] = file
    return files


def ensure_databases(folder: Path, server: str) -> dict[str, Path]:
    """The file with the address of each database on the PostgreSQL `server` (host:port), by setting name; beside it
    the role's password alone, `<role>_password`, in mode 0640: PostgreSQL's own account may be of the file's group."""
    files = {}
    for name, role in DATABASES.items():
        password = folder / f"{role}_password"
        if not password.exists():
            _write_private(password, secrets.token_urlsafe(32))
            password.chmod(0o640)
        files[name] = folder / name.lower()
        if not files[name].exists():
            _write_private(files[name], f"postgres://{role}:{password.read_text()}@{server}/{role}")
    return files


def nkey_publics(files: dict[str, Path]) -> dict[str, str]:
    """What nats-server may know: the public halves, by the variable names that deploy/nats.conf reads."""
    publics = {}
    for name, prefix in BROKER_SEEDS.items():
        _, seed = decode_seed(files[name].read_text().strip())
        publics[name.removesuffix("_SEED")] = encode_public(prefix, _public_half(prefix, seed))
    return publics


def write_nats_keys(folder: Path, files: dict[str, Path]) -> Path:
    """`nats_keys` as it follows from the seeds; written anew each time, since it holds nothing of its own."""
    file = folder / NATS_KEYS
    file.unlink(missing_ok=True)
    _write_private(file, "".join(f"{name}={key}\n" for name, key in nkey_publics(files).items()))
    return file


def _public_half(prefix: str, seed: bytes) -> bytes:
    if prefix == "X":
        return bytes(PrivateKey(seed).public_key)
    return bytes(SigningKey(seed).verify_key)


def _new_secret(name: str) -> str:
    prefix = NKEY_SEEDS.get(name)
    return encode_seed(prefix, secrets.token_bytes(32)) if prefix else secrets.token_urlsafe(48)


def _write_private(file: Path, text: str) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as stream:
        stream.write(text)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m deploy.secrets", description="Make a server's secrets.")
    parser.add_argument("folder", type=Path, help="Where they lie, each in a file of its own.")
    parser.add_argument(
        "--postgres", metavar="HOST:PORT", help="Make passwords and addresses of two databases there, too."
    )
    chosen = parser.parse_args()
    try:
        files = ensure_secrets(chosen.folder)
        keys = write_nats_keys(chosen.folder, files)
        if chosen.postgres:
            files |= ensure_databases(chosen.folder, chosen.postgres)
    except OSError as error:
        sys.exit(f"{error.filename}: {error.strerror}. Nothing that was there has been changed.")
    lines = [f"{setting}_FILE={path.resolve()}" for setting, path in files.items()]
    sys.stdout.write("\n".join([*lines, f"# {keys.resolve()} is for nats-server", ""]))


if __name__ == "__main__":
    main()
