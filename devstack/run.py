"""`make run`: a whole server on this machine with its data in `.data/`, until Ctrl-C.

Set `NATS_URL` or `REDIS_URL` to use servers of your own instead of the ones started here.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from pathlib import Path

from honcho.environ import parse_procfile
from honcho.manager import Manager
from honcho.printer import Printer

from devstack.environment import ROOT, local_environment
from devstack.ports import Ports
from devstack.stack import answers

DATA = ROOT / ".data"
PORT_OWNERS = {
    "web": "the web server",
    "sigchain": "the sigchain service",
    "nats": "NATS",
    "nats_ws": "NATS over websocket",
    "valkey": "Valkey",
}
# The others finish what they have begun, and need these for it.
LAST = ("nats.1", "valkey.1")


def main() -> int:
    DATA.mkdir(mode=0o700, exist_ok=True)
    ports = Ports.from_environment()
    outside = {
        name for name, variable in (("nats", "NATS_URL"), ("valkey", "REDIS_URL")) if os.environ.get(variable)
    }
    _refuse_taken_ports(ports, outside)
    environment = local_environment(DATA, ports)
    if not _migrate(environment):
        return 1
    manager = PatientManager(Printer(sys.stdout, colour=sys.stdout.isatty()))
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        if name not in outside:
            manager.add_process(f"{name}.1", command, env=environment, cwd=str(ROOT))
    threading.Thread(target=_announce, args=(environment,), daemon=True).start()
    manager.loop()
    if manager.asked_to_stop:
        print("Stopped.")
        return 0
    print("A process ended by itself, so all were stopped: its last lines above say why.", file=sys.stderr)
    return manager.returncode or 1


class PatientManager(Manager):  # type: ignore[misc]  # honcho has no types
    """honcho's manager, which on Ctrl-C trips over processes that are not up yet: this one waits for them first."""

    asked_to_stop = False
    _told_last = False

    def _start(self) -> None:
        # A closed terminal ends everything too. The processes must not die of the hang-up on their own: honcho's
        # helpers would be gone before they could end what they started.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        super()._start()
        signal.signal(signal.SIGHUP, self._hang_up)

    def _hang_up(self, _number: int, _frame: object) -> None:
        self._printer.output = open(os.devnull, "w")  # noqa: PTH123, SIM115 - nobody is left to read
        self.terminate()

    def terminate(self) -> None:
        if not super()._all_started():
            self.asked_to_stop = True
            return
        # Without a signal it is honcho that ends the rest, after one process has ended by itself.
        self.asked_to_stop = self.asked_to_stop or not self._any_stopped()
        super().terminate()

    def _killall(self, force: bool = False) -> None:
        if force:
            super()._killall(force=True)
            return
        self._end(name for name in self._processes if name not in LAST)

    def _all_stopped(self) -> bool:
        others = (process for name, process in self._processes.items() if name not in LAST)
        if self._terminating and not self._told_last and all("returncode" in process for process in others):
            self._told_last = True
            self._end(name for name in LAST if name in self._processes)
        stopped: bool = super()._all_stopped()
        return stopped

    def _end(self, names: Iterable[str]) -> None:
        for name in names:
            process = self._processes[name]
            if "returncode" not in process:
                self._procmgr.terminate(process["pid"])

    def _all_started(self) -> bool:
        started: bool = super()._all_started()
        if started and self.asked_to_stop:
            super().terminate()
        return started


def _refuse_taken_ports(ports: Ports, outside: set[str]) -> None:
    taken = [
        f"Port {port} ({PORT_OWNERS[name]}) is taken: stop the program that listens there, "
        f"or choose another with KEZ_PORT_{name.upper()}=… make run."
        for name, port in ports.taken()
        if not any(name.startswith(prefix) for prefix in outside)
    ]
    if taken:
        raise SystemExit("\n".join(taken))


def _migrate(environment: dict[str, str]) -> bool:
    """Brings both databases up to date, at the same time since they know nothing of each other."""
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    migrations = [
        subprocess.Popen(command, cwd=ROOT, env={**environment, "DJANGO_SETTINGS_MODULE": settings})
        for settings in ("kezsite.settings", "kezsite.sigchain_settings")
    ]
    codes = [migration.wait() for migration in migrations]  # both, also when the first one failed
    return not any(codes)


def _announce(environment: dict[str, str]) -> None:
    url = environment["KEZ_CHAT_PUBLIC_URL"]
    bind = environment["KEZ_CHAT_BIND"]
    while not answers(f"http://{bind}/v1/readyz"):
        time.sleep(0.2)
    server = environment.get("KEZ_CHAT_SERVER", "kez.lat")
    command = Path(sys.executable).parent / "kez-chat"
    shown = command.relative_to(ROOT) if command.is_relative_to(ROOT) else command
    lines = [
        f"kez-chat serves the handles of {server} at {url}",
        f"  API     {url}/v1/docs      state {url}/v1/readyz",
        f"  claim   KEZ_CHAT_URL={url} {shown} register alice",
        f"  admin   {url}/admin/       make yourself an operator: make operator",
        "  stop    Ctrl-C             start afresh: make clean-data",
    ]
    print("\n" + "\n".join(lines) + "\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
