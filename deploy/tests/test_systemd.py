"""deploy/systemd: systemd's own opinion of the units, and that they run what the Procfile runs."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from honcho.environ import parse_procfile

from deploy.tests.compose import services
from devstack.environment import ROOT

UNITS = ROOT / "deploy" / "systemd"
COMMON = (UNITS / "kez-.service.d/10-common.conf").read_text()
NAMES = sorted(path.name for path in UNITS.glob("kez-*.service"))
# What systemd brings, as far as our units name it.
OTHERS = ("sysinit", "basic", "shutdown", "multi-user", "network-online")
PROGRAMS = (".venv/bin/python", ".venv/bin/celery", ".venv/bin/nats-server")
# systemd counts what is left open, from 0 to 10; below 2 it has no worry. Ours need the network and a file system.
MOST_EXPOSED = 1.5


@pytest.fixture(scope="module")
def analyze() -> str:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd-analyze is not installed: the units are not checked by it")
    return program


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A machine with nothing but our units and programs in their places."""
    folder = tmp_path_factory.mktemp("machine")
    units = folder / "etc/systemd/system"
    shutil.copytree(UNITS, units)
    for name in OTHERS:
        (units / f"{name}.target").write_text("[Unit]\nDescription=a part of systemd\n")
    for program in (*(f"opt/kez-chat/{name}" for name in PROGRAMS), "usr/bin/env", "bin/kill", "bin/sh"):
        (folder / program).parent.mkdir(parents=True, exist_ok=True)
        (folder / program).touch(mode=0o755)
    return folder


def instance(name: str) -> str:
    return name.replace("@.", "@6969.")


def exec_lines(unit: str) -> list[str]:
    return re.findall(r"^Exec\w+=(?:/opt/kez-chat/\.venv/bin/)?(.*)$", unit, re.MULTILINE)


def test_systemd_takes_the_units(analyze: str, root: Path) -> None:
    command = [analyze, "verify", f"--root={root}", "--man=no", "kez.target", *map(instance, NAMES)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_the_units_leave_little_open(analyze: str, root: Path) -> None:
    command = [analyze, "security", f"--root={root}", "--offline=yes", f"--threshold={MOST_EXPOSED * 10:.0f}"]
    done = subprocess.run([*command, *map(instance, NAMES)], capture_output=True, text=True, timeout=60)
    told = re.findall(r"exposure level for (\S+): ([\d.]+)", done.stdout)
    assert {name for name, _ in told} == set(map(instance, NAMES)), done.stdout + done.stderr
    assert [(name, level) for name, level in told if float(level) > MOST_EXPOSED] == []


def test_every_process_of_the_procfile_has_a_unit_with_the_same_command() -> None:
    for name, line in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        if name == "valkey":  # Debian's own
            continue
        unit = (UNITS / (f"kez-{name}@.service" if name == "web" else f"kez-{name}.service")).read_text()
        wanted = re.sub(r"^[A-Z_]+=\S+ ", "", line).replace("exec ", "").split(" && ")
        found = [command.replace(" --bind 127.0.0.1:%i", "") for command in exec_lines(unit)]
        if name == "nats":
            assert "nats-server -c ${KEZ_NATS_CONF}" in found
            continue
        assert [each.replace("--wait 60", "--wait 30") for each in found] == wanted


def test_every_unit_belongs_to_the_target_and_none_is_overruled_by_what_is_common() -> None:
    target = (UNITS / "kez.target").read_text()
    for name in NAMES:
        unit = (UNITS / name).read_text()
        assert "WantedBy=kez.target" in unit
        assert instance(name) in target or f"Requires={name}" in (UNITS / "kez-web@.service").read_text()
        assert re.search(r"^User=kez", unit, re.MULTILINE)
        # A drop-in wins over the unit, so what stands there must not stand here.
        alone = set(re.findall(r"^(\w+)=", COMMON, re.MULTILINE)) - {"Environment", "EnvironmentFile"}
        assert alone & set(re.findall(r"^(\w+)=", unit, re.MULTILINE)) == set(), name
        common = set(
            re.findall(r"\b([A-Z_]+)=\S", " ".join(re.findall(r"^Environment=(.*)$", COMMON, re.MULTILINE)))
        )
        own = set(
            re.findall(r"\b([A-Z_]+)=\S", " ".join(re.findall(r"^Environment=(.*)$", unit, re.MULTILINE)))
        )
        assert common & own == set(), name


def test_a_unit_has_the_secrets_that_the_service_in_compose_has() -> None:
    composed = services()
    for name in NAMES:
        loaded = dict(re.findall(r"^LoadCredential=(\w+):(\S+)$", (UNITS / name).read_text(), re.MULTILINE))
        service = composed[name.removeprefix("kez-").removesuffix(".service").removesuffix("@")]
        assert set(loaded) == set(service["secrets"]) - {"nats_keys"}, name
        assert all(path == f"/etc/kez-chat/secrets/{secret}" for secret, path in loaded.items())
        for secret in loaded:
            assert f"Environment={secret.upper()}_FILE=%d/{secret}" in (UNITS / name).read_text()
