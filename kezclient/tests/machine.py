"""A person's machine in the end-to-end tests: own folders, real `kez-chat` processes."""

from __future__ import annotations

import contextlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Self
from unittest import mock

import keyring

from kezclient.cli import _run
from kezclient.tests.keyring_in_file import KeyringInFile


class Machine:
    """`handle` is claimed or restored on it. `url` is the server's address."""

    def __init__(self, handle: str, folder: Path, url: str) -> None:
        self.handle = handle
        self.folder = folder
        folder.mkdir(mode=0o700, parents=True)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("KEZ_", "XDG_"))}
        self.environment = {
            **kept,
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder / "config"),
            "XDG_DATA_HOME": str(folder / "data"),
            "XDG_STATE_HOME": str(folder / "state"),
            "KEZ_CHAT_URL": url,
            "KEZ_CHAT_KEYSTORE": "keyring",
            "PYTHON_KEYRING_BACKEND": "kezclient.tests.keyring_in_file.KeyringInFile",
            "KEZ_TEST_KEYRING": str(folder / "keyring.json"),
            "KEZ_CHAT_IROH_BIND": "127.0.0.1",
            "PYTHONWARNINGS": "error",
        }

    @property
    def primary(self) -> str:
        """64 hex digits."""
        return str(self.look("whoami")["primary"]).removeprefix("ed25519:")

    @property
    def words(self) -> Path:
        return self.folder / "words"

    def run(
        self, *arguments: str, code: int = 0, stdin: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """To its end; AssertionError unless it exits with `code`."""
        done = subprocess.run(
            [sys.executable, "-m", "kezclient", *arguments],
            env=self.environment,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=90,
        )
        crash = self.folder / "state" / "kez-chat" / "crash.log"
        assert done.returncode == code, (
            f"kez-chat {' '.join(arguments)}: exit {done.returncode}, not {code}\n{done.stdout}{done.stderr}"
            f"{crash.read_text() if crash.exists() else ''}"
        )
        return done

    def json(self, *arguments: str, code: int = 0, stdin: str | None = None) -> Any:
        return json.loads(self.run(*arguments, "--json", code=code, stdin=stdin).stdout)

    def look(self, *arguments: str, code: int = 0) -> Any:
        """Like `json`, but inside this process: quicker, for what is got ready or looked at."""
        return json.loads(self._inside(*arguments, code=code))

    def hear(self, *arguments: str) -> list[dict[str, Any]]:
        """Like `listen`, but inside this process."""
        return [json.loads(line) for line in self._inside("listen", "--once", *arguments).splitlines()]

    def _inside(self, *arguments: str, code: int = 0) -> str:
        before = keyring.get_keyring()
        keyring.set_keyring(KeyringInFile())
        shown = io.StringIO()
        try:
            with mock.patch.dict(os.environ, self.environment, clear=True), contextlib.redirect_stdout(shown):
                ended = _run([*arguments, "--json"])
        finally:
            keyring.set_keyring(before)
        assert ended == code, f"kez-chat {' '.join(arguments)}: exit {ended}, not {code}\n{shown.getvalue()}"
        return shown.getvalue()

    def listen(self, *arguments: str) -> list[dict[str, Any]]:
        """What `listen --once` prints."""
        done = self.run("listen", "--once", "--json", *arguments)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def texts(self) -> list[str]:
        """The texts that `listen --once` shows, in order."""
        return [line["text"] for line in self.hear() if line["type"] == "message"]

    def states(self, who: str) -> list[str]:
        """The states of what was sent to somebody, in order."""
        messages = self.look("history", who)["messages"]
        return [message["state"] for message in messages if message["direction"] == "out"]

    def register(self) -> Machine:
        """Claim the handle; most tests only need it to have happened."""
        self.look("register", self.handle, "--no-input", "--phrase-out", str(self.words))
        return self

    def restore(self, other: Machine) -> Machine:
        """The same handle by the same words: another device."""
        self.environment["KEZ_CHAT_PHRASE_FILE"] = str(other.words)
        self.look("restore", other.handle)
        return self


class Running:
    """A command left running with `--json`; its lines are awaited, never slept for."""

    def __init__(self, machine: Machine, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "kezclient", *arguments, "--json"],
            env=machine.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._changed = threading.Condition()
        self.lines: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self._readers = [
            threading.Thread(target=self._read, args=(self._process.stdout, self._take_line)),
            threading.Thread(target=self._read, args=(self._process.stderr, self._take_note)),
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream: Any, take: Any) -> None:
        for line in stream:
            with self._changed:
                take(line)
                self._changed.notify_all()

    def _take_line(self, line: str) -> None:
        self.lines.append(json.loads(line))

    def _take_note(self, line: str) -> None:
        self.notes.append(line.strip())

    def wait_for(self, condition: Any, seconds: float = 30) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: condition(self), timeout=seconds), (
                f"not in time; lines: {self.lines}, notes: {self.notes}"
            )

    def is_running(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """As `kill -9` does."""
        self._process.kill()
        self.join()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code after the signal."""
        self._process.send_signal(number)
        return self.join()

    def join(self, seconds: float = 30) -> int:
        code = self._process.wait(timeout=seconds)
        for reader in self._readers:
            reader.join()
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        return code

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self.join()


class RunningListener(Running):
    """`kez-chat listen --json` left running."""

    def __init__(self, machine: Machine, *arguments: str) -> None:
        super().__init__(machine, "listen", *arguments)

    def wait_connected(self) -> None:
        self.wait_for(lambda self: any("Connected." in note for note in self.notes))

    def wait_texts(self, texts: list[str], seconds: float = 30) -> None:
        self.wait_for(lambda self: self.texts == texts, seconds)

    @property
    def texts(self) -> list[str]:
        return [line["text"] for line in self.lines if line["type"] == "message"]
