"""Somebody with a machine of their own, who uses `kez-chat` against a local server: for the demo and the tests."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from devstack.stack import Stack

# The command as it is installed beside this Python.
KEZ_CHAT = str(Path(sys.executable).parent / "kez-chat")


class Person:
    """Own folders, own device; nothing shared with others but the server. Commands run as real processes."""

    def __init__(self, name: str, folder: Path, stack: Stack) -> None:
        self.name = name
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("KEZ_", "XDG_"))}
        self.environment = {
            **kept,
            "PATH": stack.environment["PATH"],
            "HOME": str(folder),
            "KEZ_CHAT_URL": stack.base_url,
            "KEZ_CHAT_KEYSTORE": "file",
            "KEZ_CHAT_PASSPHRASE": f"the passphrase of {name} for this machine",
        }

    @property
    def phrase_file(self) -> Path:
        return self.folder / "words"

    def run(
        self, *arguments: str, code: int | None = 0, stdin: str = "", timeout: float = 110
    ) -> subprocess.CompletedProcess[str]:
        """Runs `kez-chat` to its end; AssertionError unless it exits with `code` (None: whatever comes)."""
        done = subprocess.run(
            [KEZ_CHAT, *arguments],
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        if code is not None and done.returncode != code:
            raise AssertionError(
                f"kez-chat {' '.join(arguments)}: exit code {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
            )
        return done

    def json(self, *arguments: str, code: int | None = 0) -> Any:
        """The one JSON document that a command answers."""
        return json.loads(self.run("--json", *arguments, code=code).stdout)

    def lines(self, *arguments: str) -> list[dict[str, Any]]:
        """The lines of JSON that `listen` answers."""
        return [json.loads(line) for line in self.run("--json", *arguments).stdout.splitlines()]

    @contextmanager
    def running(self, *arguments: str, notes: bool = False) -> Iterator[subprocess.Popen[str]]:
        """`kez-chat` with its stdin and stdout as pipes, for as long as the block runs. `notes`: what it writes to
        stderr comes in stdout as well."""
        with subprocess.Popen(
            [KEZ_CHAT, *arguments],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if notes else None,
            text=True,
        ) as process:
            try:
                yield process
            finally:
                process.kill()  # has no effect on one that has ended

    def register(self) -> None:
        """Claims the handle of this person's name; the phrase goes to `phrase_file`."""
        self.run("register", self.name, "--no-input", "--phrase-out", str(self.phrase_file))
