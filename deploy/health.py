"""Whether a process answers, for health checks: exit code 0 or 1, and one line that says what.

    python deploy/health.py http://127.0.0.1:6969/v1/healthz
    python deploy/health.py nats://127.0.0.1:4222

It imports nothing but the standard library: it runs every few seconds.
"""

import http.client
import os
import socket
import sys
from urllib.parse import SplitResult, urlsplit

SECONDS = 5.0


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or urlsplit(arguments[0]).scheme not in CHECKS:
        sys.stderr.write(f"usage: python deploy/health.py {'|'.join(CHECKS)}://HOST:PORT/PATH\n")
        return 2
    address = urlsplit(arguments[0])
    try:
        sys.stdout.write(f"{CHECKS[address.scheme](address)}\n")
    except (OSError, http.client.HTTPException, ValueError) as error:
        sys.stdout.write(f"{error or type(error).__name__}\n")
        return 1
    return 0


def _http(address: SplitResult) -> str:
    """Answers 200. The server is asked under its own name, since it does not answer to others."""
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=SECONDS)
    name = os.environ.get("KEZ_CHAT_SERVER") or "localhost"
    try:
        connection.request("GET", address.path or "/", headers={"Host": name, "X-Forwarded-For": "127.0.0.1"})
        answer = connection.getresponse()
        text = answer.read(2000).decode("utf-8", "replace")
    finally:
        connection.close()
    if answer.status != 200:
        raise ValueError(f"{answer.status}: {text}")
    return str(answer.status)


def _nats(address: SplitResult) -> str:
    """Greets as a broker does."""
    with socket.create_connection((address.hostname or "", address.port or 4222), timeout=SECONDS) as link:
        greeting = link.recv(16)
    if not greeting.startswith(b"INFO "):
        raise ValueError("it is no NATS server")
    return "INFO"


CHECKS = {"http": _http, "nats": _nats}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
