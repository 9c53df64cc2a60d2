"""`make demo`: alice and bob claim handles and chat on a server of their own; every step is printed.

Nothing is simulated: each line that starts with `$` is a `kez-chat` command, run as a person would, on a fresh
server on free ports. The folder is removed at the end.
"""

import os
import tempfile
from pathlib import Path

from devstack.person import Person
from devstack.stack import Stack


class Shown:
    """A person whose commands and answers are printed."""

    def __init__(self, person: Person) -> None:
        self.person = person

    def run(self, *arguments: str) -> None:
        name = self.person.name
        print(f"  {name} $ kez-chat {' '.join(_quoted(part) for part in arguments)}", flush=True)
        try:
            answer = self.person.run(*arguments).stdout
        except AssertionError as error:
            raise SystemExit(f"The demo failed: {error}") from error
        for line in answer.strip().splitlines():
            print(f"  {' ' * len(name)} | {line}")


def step(text: str) -> None:
    print(f"\n• {text}", flush=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="kez-demo-") as name:
        folder = Path(name)
        step("Start a server: NATS, Valkey, web, auth callout, janitor, ingest, worker, beat, sigchain")
        with Stack(folder / "server") as stack:
            print(f"  ready at {stack.base_url}")
            play(stack, folder)
        step("Server stopped, folder removed. To keep one running: make run")


def play(stack: Stack, folder: Path) -> None:
    alice, bob = (Shown(Person(name, folder / name, stack)) for name in ("alice", "bob"))

    step("Both claim a handle. The 24 words go to a file here; a person writes them on paper")
    for shown in (alice, bob):
        words = shown.person.phrase_file.name
        shown.run("register", shown.person.name, "--no-input", "--phrase-out", words)

    step("Alice looks Bob up. Both compare the safety number over another channel: it is the same")
    alice.run("add", "bob")
    bob.person.run("add", "alice")
    numbers = {
        shown.person.json("verify", peer)["safety_number"] for shown, peer in ((alice, "bob"), (bob, "alice"))
    }
    print(f"  {numbers.pop()}")
    if numbers:
        raise SystemExit("The demo failed: the safety numbers differ.")

    step("They talk")
    alice.run("send", "bob", "Hi Bob, is this thing on?")
    bob.run("listen", "--once")
    bob.run("send", "alice", "Loud and clear, @alice.")
    alice.run("listen", "--once")

    step("Bob is offline now. Alice writes and shares a picture; both are kept as only Bob can open them")
    (alice.person.folder / "holiday.jpg").write_bytes(os.urandom(300_000))
    alice.run("send", "bob", "Lunch at one?")
    alice.run("share", "bob", "holiday.jpg")

    step("Bob comes back, finds both and fetches the picture")
    bob.run("listen", "--once")
    bob.run("fetch", "alice")
    pictures = {shown.person.folder.joinpath("holiday.jpg").read_bytes() for shown in (alice, bob)}
    if len(pictures) != 1:
        raise SystemExit("The demo failed: the pictures differ.")

    step("His signed receipt reaches Alice: sent has become delivered")
    alice.run("listen", "--once")
    alice.run("history", "bob")


def _quoted(text: str) -> str:
    return f'"{text}"' if " " in text else text


if __name__ == "__main__":
    main()
