"""`make run`: a whole server on this machine with its data in `.data/`, until Ctrl-C.

Set `NATS_URL` or `REDIS_URL` to use servers of your own instead of the ones started here.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

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
    processes = [line.split(":")[0] for line in (ROOT / "Procfile").read_text().splitlines() if ":" in line]
    honcho = subprocess.Popen(
        [
            *(sys.executable, "-m", "honcho", "start", "-e", os.devnull, "-f", "Procfile"),
            *(name for name in processes if name not in outside),
        ],
        cwd=ROOT,
        env=environment,
    )
    threading.Thread(target=_announce, args=(environment, honcho), daemon=True).start()
    return _wait(honcho)


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


def _announce(environment: dict[str, str], honcho: subprocess.Popen[bytes]) -> None:
    url = environment["KEZ_CHAT_PUBLIC_URL"]
    bind = environment["KEZ_CHAT_BIND"]
    while honcho.poll() is None and not answers(f"http://{bind}/v1/readyz"):
        time.sleep(0.2)
    if honcho.poll() is not None:
        return
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


def _wait(honcho: subprocess.Popen[bytes]) -> int:
    """Waits for the processes. Ctrl-C and SIGTERM are passed on and end all of them; that is a good end."""
    asked_to_stop = threading.Event()

    def pass_on(_number: int, _frame: object) -> None:
        asked_to_stop.set()
        # A Ctrl-C reaches the whole terminal group by itself, a plain kill only this process; honcho stops once.
        if honcho.poll() is None:
            honcho.terminate()

    signal.signal(signal.SIGINT, pass_on)
    signal.signal(signal.SIGTERM, pass_on)
    code = honcho.wait()
    if asked_to_stop.is_set():
        print("Stopped.")
        return 0
    print("A process ended by itself, so all were stopped: its last lines above say why.", file=sys.stderr)
    return code or 1


if __name__ == "__main__":
    sys.exit(main())
