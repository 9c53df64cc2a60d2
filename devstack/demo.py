"""`make demo`: alice and bob claim handles and chat on a server of their own; every step is printed.

Nothing is simulated: each line that starts with `$` is a `kez-chat` command, run as a person would, on a fresh
server on free ports. The folder is removed at the end.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from devstack.stack import Stack


class Person:
    """Somebody with a machine of their own: other folders, other device, nothing shared but the server."""

    def __init__(self, name: str, folder: Path, stack: Stack) -> None:
        self.name = name
        self.folder = folder
        folder.mkdir(mode=0o700)
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("KEZ_", "XDG_"))}
        self.environment = {
            **kept,
            "PATH": stack.environment["PATH"],
            "HOME": str(folder),
            "KEZ_CHAT_URL": stack.base_url,
            "KEZ_CHAT_KEYSTORE": "file",
            "KEZ_CHAT_PASSPHRASE": f"{name}'s passphrase for this demo",
        }

    def run(self, *arguments: str, quiet: bool = False) -> str:
        """Runs `kez-chat`, shows command and answer, gives the answer back; stops the demo if it fails."""
        if not quiet:
            print(f"  {self.name} $ kez-chat {' '.join(_quoted(part) for part in arguments)}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "kezclient", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        if done.returncode:
            raise SystemExit(f"The demo failed: exit code {done.returncode}\n{done.stdout}{done.stderr}")
        if not quiet:
            for line in done.stdout.strip().splitlines():
                print(f"  {' ' * len(self.name)} | {line}")
        return done.stdout


def step(text: str) -> None:
    print(f"\n• {text}", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kez-demo-") as name:
        folder = Path(name)
        step("Start a server: NATS, Valkey, web, auth callout, janitor, worker, sigchain")
        with Stack(folder / "server") as stack:
            print(f"  ready at {stack.base_url}")
            play(stack, folder)
        step("Server stopped, folder removed. To keep one running: make run")


def play(stack: Stack, folder: Path) -> None:
    alice, bob = (Person(name, folder / name, stack) for name in ("alice", "bob"))

    step(
        "Both claim a handle. The 24 words go to a file here; a person writes them down and types three of them back"
    )
    for person in (alice, bob):
        words = str(person.folder / "words")
        person.run("register", person.name, "--no-input", "--phrase-out", words)

    step("Alice looks Bob up. Both compare the safety number over another channel: it is the same")
    alice.run("add", "bob")
    bob.run("add", "alice", quiet=True)
    numbers = {
        json.loads(person.run("--json", "verify", peer, quiet=True))["safety_number"]
        for person, peer in ((alice, "bob"), (bob, "alice"))
    }
    print(f"  {numbers.pop()}")
    if numbers:
        raise SystemExit("The demo failed: the safety numbers differ.")

    step("They talk")
    alice.run("send", "bob", "Hi Bob, is this thing on?")
    bob.run("listen", "--once")
    bob.run("send", "alice", "Loud and clear, @alice.")
    alice.run("listen", "--once")

    step("Bob is offline now. Alice writes; the broker keeps what only Bob can open")
    alice.run("send", "bob", "Lunch at one?")

    step("Bob comes back and finds it")
    bob.run("listen", "--once")

    step("His signed receipt reaches Alice: sent has become delivered")
    alice.run("listen", "--once")
    alice.run("history", "bob")


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


if __name__ == "__main__":
    main()
