"""deploy/Dockerfile and .dockerignore, as far as they can be looked at without an engine."""

import re
import subprocess
import sys

from devstack.environment import ROOT
from devstack.ports import HOST, free_ports

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
IGNORE = (ROOT / ".dockerignore").read_text().splitlines()


def stages() -> dict[str, str]:
    """The text of each stage by its name."""
    parts = re.split(r"^FROM \S+ AS (\w+)$", DOCKERFILE.read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_the_linter_has_nothing_to_say() -> None:
    done = subprocess.run(["hadolint", str(DOCKERFILE)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_runs_is_no_root_and_has_no_package_managers_work_left() -> None:
    assert set(stages()) == {"build", "front", "app"}
    for name in ("front", "app"):
        assert re.findall(r"^USER (.*)$", stages()[name], re.MULTILINE)[-1] == "10001:10001"
        assert "pip install" not in stages()[name]
    assert "--require-hashes --only-binary :all: -r requirements.txt" in stages()["build"]
    assert "npm ci --omit=dev" in stages()["build"]
    assert "collectstatic --noinput" in stages()["build"]
    assert "HEALTHCHECK" in stages()["app"]


def test_the_context_has_every_room_of_ours_and_nothing_private() -> None:
    assert IGNORE[1] == "*"  # everything, but
    kept = {line.removeprefix("!") for line in IGNORE if line.startswith("!")}
    roots = re.search(r"^root_packages = \[(.*)\]$", (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert roots
    rooms = set(re.findall(r'"(\w+)"', roots[1])) - {"devstack", "deploy"}
    needed = {"static", "templates", "manage.py", "docs/cli.md", "requirements.txt", "package-lock.json"}
    assert rooms | needed <= kept
    assert not {name for name in kept if name.startswith((".", "deploy/s", "devstack", "tests"))}
    for name in kept:
        assert list(ROOT.glob(name)), name


def test_health_of_what_is_not_there_and_of_what_is_no_broker() -> None:
    (port,) = free_ports(1)
    for address, code in ((f"http://{HOST}:{port}/", 1), (f"nats://{HOST}:{port}", 1), ("ftp://x", 2)):
        command = [sys.executable, "deploy/health.py", address]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30)
        assert done.returncode == code
        assert "Traceback" not in done.stderr
