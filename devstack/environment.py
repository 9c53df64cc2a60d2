"""The environment in which the processes of the Procfile run on one machine."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from deploy.secrets import ensure_secrets, nkey_publics
from devstack.ports import HOST, Ports

ROOT = Path(__file__).resolve().parent.parent


def local_environment(folder: Path, ports: Ports, *, base: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Variables for every process: secrets made in `folder`, addresses on loopback. What `base` sets, wins."""
    files = ensure_secrets(folder / "secrets")
    defaults = {
        "KEZ_CHAT_BIND": f"{HOST}:{ports.web}",
        "KEZ_SIGCHAIN_BIND": f"{HOST}:{ports.sigchain}",
        "KEZ_CHAT_PUBLIC_URL": f"http://localhost:{ports.web}",
        "KEZ_CHAT_SIG_SERVER_URL": f"http://localhost:{ports.sigchain}",
        "NATS_URL": f"nats://{HOST}:{ports.nats}",
        "KEZ_NATS_PUBLIC_WS_URL": f"ws://{HOST}:{ports.nats_ws}",
        "REDIS_URL": f"redis://{HOST}:{ports.valkey}",
        "DATABASE_URL": f"sqlite:///{folder / 'kez.sqlite3'}",
        "SIGCHAIN_DATABASE_URL": f"sqlite:///{folder / 'sigchain.sqlite3'}",
        "KEZ_FILES_STORAGE": str(folder / "files"),
        # deploy/nats.conf
        "KEZ_NATS_HOST": HOST,
        "KEZ_NATS_PORT": str(ports.nats),
        "KEZ_NATS_WS_HOST": HOST,
        "KEZ_NATS_WS_PORT": str(ports.nats_ws),
        "KEZ_NATS_STORE": str(folder / "nats"),
        **nkey_publics(files),
        # devstack/valkey.py
        "KEZ_VALKEY_PORT": str(ports.valkey),
        "KEZ_VALKEY_FOLDER": str(folder / "valkey"),
        # Processes
        "DJANGO_SETTINGS_MODULE": "kezsite.settings",
        "PYTHONUNBUFFERED": "1",
    }
    given = dict(base)
    for name, file in files.items():
        if name not in given:
            defaults[f"{name}_FILE"] = str(file)
    environment = {**defaults, **given}
    # The processes must find this virtual environment's programs first (nats-server, celery, python).
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{given.get('PATH', os.defpath)}"
    return environment
