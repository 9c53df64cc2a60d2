"""A key store of the `keyring` kind for tests: entries in a JSON file that KEZ_TEST_KEYRING names."""

from __future__ import annotations

import json
import os
from pathlib import Path

from keyring.backend import KeyringBackend


class KeyringInFile(KeyringBackend):
    """Stands where a desktop's key store would stand; it is quick, since it derives no key."""

    priority = 1

    def _entries(self) -> dict[str, str]:
        path = Path(os.environ["KEZ_TEST_KEYRING"])
        entries: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
        return entries

    def get_password(self, service: str, username: str) -> str | None:
        return self._entries().get(f"{service}/{username}")

    def set_password(self, service: str, username: str, password: str) -> None:
        entries = self._entries() | {f"{service}/{username}": password}
        Path(os.environ["KEZ_TEST_KEYRING"]).write_text(json.dumps(entries))

    def delete_password(self, service: str, username: str) -> None:
        entries = self._entries()
        entries.pop(f"{service}/{username}", None)
        Path(os.environ["KEZ_TEST_KEYRING"]).write_text(json.dumps(entries))
