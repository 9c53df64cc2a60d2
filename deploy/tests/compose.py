"""The compose file as a plain dictionary, with its anchors followed."""

from pathlib import Path
from typing import Any

import yaml

from devstack.environment import ROOT

FILE = ROOT / "deploy" / "docker-compose.yml"
NATIVE = ROOT / "deploy" / "docker-compose.native.yml"
ENTIRELY_OTHERS = {"valkey", "postgres", "caddy"}  # programs that are not ours
ONE_SHOT = {"secrets", "migrate", "manage"}


def load(file: Path = FILE) -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(file.read_text())
    return document


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = load()["services"]
    return found
