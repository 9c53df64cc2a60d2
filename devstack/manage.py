"""`manage.py` in the environment of `make run`, for those who did not set one up by hand.

python -m devstack.manage createsuperuser
"""

import os
import sys

from devstack.environment import ROOT, local_environment
from devstack.ports import Ports


def main() -> None:
    environment = local_environment(ROOT / ".data", Ports.from_environment())
    os.chdir(ROOT)
    os.execve(sys.executable, [sys.executable, "manage.py", *sys.argv[1:]], environment)  # noqa: S606


if __name__ == "__main__":
    main()
