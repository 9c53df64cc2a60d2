"""deploy/docker-compose.yml: what a schema says of it, and what we promise of every service in it."""

import json
import re
import subprocess

import pytest
from honcho.environ import parse_procfile

from deploy.secrets import DATABASES, NKEY_SEEDS, TEXT_SECRETS
from deploy.tests.compose import ENTIRELY_OTHERS, FILE, NATIVE, ONE_SHOT, load, services
from devstack.environment import ROOT

ALL = services()
# A name and a tag for what is built; the front door's ports are meant for everybody.
NOT_HERE = ("no-build-and-image", "no-unbound-port-interfaces")
# Which seeds a process holds. A web process that somebody breaks into cannot let anybody into the broker.
SEEDS = {
    "web": {"BACKEND", "SYSADMIN", "BRIDGE"},
    "callout": {"BACKEND", "SYSADMIN", "ISSUER", "XKEY", "CALLOUT"},
    **{name: {"BACKEND", "SYSADMIN"} for name in ("janitor", "ingest", "worker", "manage")},
}


@pytest.mark.parametrize("file", [FILE, NATIVE], ids=lambda file: str(file.name))
def test_the_file_follows_the_schema(file) -> None:
    command = ["node", "node_modules/dclint/bin/dclint.cjs", "--quiet", "--formatter", "json", str(file)]
    disabled = [part for rule in NOT_HERE for part in ("--disable-rule", rule)]
    done = subprocess.run([*command, *disabled], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert [problem for each in json.loads(done.stdout) for problem in each["messages"]] == []


def test_every_process_of_the_procfile_is_a_service_with_the_same_command() -> None:
    for name, line in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        words = " ".join(map(str, ALL[name]["command"]))
        if name in ENTIRELY_OTHERS | {"nats"}:
            continue  # another way to the same program
        command = re.sub(r"^[A-Z_]+=\S+ ", "", line).removeprefix("exec ").replace("--wait 30", "--wait 60")
        assert words.removeprefix("sh -ec ").replace("--wait 30", "--wait 60") == command
    assert "exec nats-server -c" in ALL["nats"]["command"][-1]


@pytest.mark.parametrize("name", sorted(ALL))
def test_no_service_has_more_rights_than_it_needs(name: str) -> None:
    service = ALL[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "caddy" else [])
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["user"] not in ("root", "0", "0:0")
    assert "privileged" not in service
    assert service["mem_limit"]
    assert service["pids_limit"]
    assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
    # Nothing of the host but the folder of secrets while they are made, and one script, to read.
    binds = [str(volume) for volume in service.get("volumes", []) if str(volume).startswith((".", "/"))]
    assert all(bind.endswith(":ro") or bind == "./secrets:/secrets" for bind in binds)


def test_only_caddy_is_reached_from_outside() -> None:
    assert {name for name, service in ALL.items() if "ports" in service} == {"caddy"}
    assert load()["networks"]["data"] == {"internal": True}
    for name in ("postgres", "valkey", "nats", "migrate", "callout", "janitor", "ingest", "beat"):
        assert list(ALL[name]["networks"]) == ["data"], name
    assert list(load(NATIVE)["services"]) == ["nats"]
    assert load(NATIVE)["services"]["nats"]["ports"] == ["4222:4222"]


def test_who_is_needed_is_waited_for_and_can_be_waited_for() -> None:
    conditions = {"service_healthy", "service_completed_successfully"}
    for name, service in ALL.items():
        for needed, how in service.get("depends_on", {}).items():
            assert how["condition"] in conditions, name
            healthy = "healthcheck" in ALL[needed] and not ALL[needed]["healthcheck"].get("disable")
            assert (how["condition"] == "service_healthy") == healthy, (name, needed)
    answers_nobody = {"beat", *ONE_SHOT}
    assert {name for name, service in ALL.items() if service["healthcheck"].get("disable")} == answers_nobody


def test_a_stop_leaves_time_to_end_in_peace() -> None:
    grace = {name: int(service["stop_grace_period"].removesuffix("s")) for name, service in ALL.items()}
    assert min(grace.values()) >= 30
    assert grace["worker"] >= 60
    assert grace["nats"] >= 120
    assert grace["postgres"] >= 60


@pytest.mark.parametrize("name", sorted(set(ALL) - {"secrets"}))
def test_a_process_gets_the_secrets_that_it_names_and_no_others(name: str) -> None:
    service = ALL[name]
    environment = service.get("environment", {})
    files = {str(value) for key, value in environment.items() if key.endswith("_FILE")}
    mounted = {f"/run/secrets/{secret}" for secret in service.get("secrets", [])}
    read_otherwise = {"nats": {"/run/secrets/nats_keys"}, "postgres": {"/run/secrets/sigchain_password"}}
    assert files | read_otherwise.get(name, set()) == mounted
    held = {
        key.removeprefix("KEZ_NATS_").removesuffix("_SEED_FILE") for key in environment if "_SEED_" in key
    }
    assert held - {"KEZ_TRANSPARENCY"} == SEEDS.get(name, set())
    assert ("DATABASE_URL_FILE" in environment) == (
        name in {"manage", "migrate", "web", "callout", "janitor", "ingest", "worker", "beat"}
    )


def test_every_secret_is_one_that_is_made() -> None:
    made = {name.lower() for name in (*TEXT_SECRETS, *NKEY_SEEDS, *DATABASES)}
    made |= {f"{role}_password" for role in DATABASES.values()} | {"nats_keys"}
    listed = load()["secrets"]
    assert set(listed) <= made
    assert all(entry["file"] == f"./secrets/{name}" for name, entry in listed.items())
    assert set(listed) == {secret for service in ALL.values() for secret in service.get("secrets", [])}


def test_what_is_kept_lies_in_volumes() -> None:
    assert set(load()["volumes"]) == {
        "postgres",
        "nats",
        "valkey",
        "files",
        "backups",
        "caddy-data",
        "caddy-config",
    }
    for name in ("web", "worker", "manage"):
        assert "files:/data/files" in ALL[name]["volumes"]
