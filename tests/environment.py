"""The environment of a test run: fresh secrets, free loopback ports, a folder that goes when the run ends.

Settings are read before any fixture runs, so the addresses are chosen here and the servers started on them later.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from devstack.environment import local_environment
from devstack.ports import Ports

FOLDER = Path(tempfile.mkdtemp(prefix="kez-test-"))
PORTS = Ports.free()


def prepare() -> None:
    """Sets the variables that settings read. Throttles are out of the way; their own tests set them."""
    atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
    generous = {
        "KEZ_THROTTLE_REGISTER": "100000/min",
        "KEZ_THROTTLE_REGISTER_NETWORK": "100000/min",
        "KEZ_REGISTRATION_WORK": "never",
        "KEZ_THROTTLE_LOOKUP": "100000/min",
        "KEZ_THROTTLE_SIGCHAIN": "100000/min",
        "KEZ_THROTTLE_FILES": "100000/min",
        "KEZ_THROTTLE_SHARED_FILES": "100000/min",
    }
    kept = {key: value for key, value in os.environ.items() if not key.startswith("KEZ_")}
    for name in ("NATS_URL", "REDIS_URL", "DATABASE_URL", "SIGCHAIN_DATABASE_URL"):
        kept.pop(name, None)
    made = local_environment(FOLDER, PORTS, base={**kept, **generous})
    made.pop("DJANGO_SETTINGS_MODULE", None)
    os.environ.update(made)
