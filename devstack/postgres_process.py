"""Becomes the PostgreSQL server of a data folder that devstack/postgres.py made; as root, as the person who owns it.

python -m devstack.postgres_process PROGRAMS FOLDER PORT
"""

import os
import socket
import sys
from pathlib import Path

from devstack.ports import HOST

DATABASES = ("kez", "sigchain")


def listens(port: int) -> bool:
    """Whether something answers on this port of loopback."""
    try:
        socket.create_connection((HOST, port), timeout=1).close()
    except OSError:
        return False
    return True


def main(programs: str, folder: str, port: str) -> None:
    data = Path(folder) / "data"
    owner = data.stat()
    if os.geteuid() == 0:
        os.setgroups([])
        os.setgid(owner.st_gid)
        os.setuid(owner.st_uid)
    program = str(Path(programs) / "postgres")
    options = {
        "port": port,
        "listen_addresses": HOST,
        "unix_socket_directories": "",
        "max_connections": "300",
    }
    settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
    os.chdir(data)
    os.execv(program, [program, "-D", str(data), *settings])  # noqa: S606


if __name__ == "__main__":
    main(*sys.argv[1:])
