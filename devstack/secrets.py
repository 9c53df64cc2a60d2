"""Makes the secrets that a server needs, each in a file of its own. Existing ones are never touched.

    python -m devstack.secrets FOLDER

The folder gets mode 0700, the files 0600. Settings read them through `<NAME>_FILE`.
"""

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


def nkey_publics(files: dict[str, Path]) -> dict[str, str]:
    """What nats-server may know: the public halves, by the variable names that deploy/nats.conf reads."""
    publics = {}
    for name, prefix in BROKER_SEEDS.items():
        _, seed = decode_seed(files[name].read_text().strip())
        publics[name.removesuffix("_SEED")] = encode_public(prefix, _public_half(prefix, seed))
    return publics


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


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m devstack.secrets FOLDER")
    for setting, path in ensure_secrets(Path(sys.argv[1])).items():
        print(f"{setting}_FILE={path.resolve()}")
