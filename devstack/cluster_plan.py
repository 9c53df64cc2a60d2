"""Which processes a local cluster has, each with its command, its port and what it is told besides."""

import shlex
from dataclasses import dataclass, field
from pathlib import Path

from honcho.environ import parse_procfile

from devstack.environment import ROOT
from devstack.ports import HOST, Ports, free_ports

NODES = 3
# How often each process of the Procfile runs; nats, valkey, web and sigchain have their own rules below.
COUNTS = {"callout": 2, "janitor": 2, "ingest": 2, "worker": 2, "beat": 1}
PASSWORD = "only-for-this-machine"  # noqa: S105 - of the nodes among themselves, on loopback


@dataclass(frozen=True, slots=True)
class Part:
    """One process. `url`: where it is asked whether it is ready. `shared`: what all processes are told."""

    name: str
    command: str
    port: int = 0
    url: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    shared: dict[str, str] = field(default_factory=dict)


def plan(folder: Path, ports: Ports, programs: Path, *, database: Path) -> dict[str, Part]:
    """Every process by name: `nats-1` … `nats-3`, `web-1` … `web-3`, `balancer`, `callout-1`, `callout-2` and so on."""
    procfile = parse_procfile((ROOT / "Procfile").read_text()).processes
    (database_port,) = free_ports(1)
    nats_ports, route_ports, ws_ports = (free_ports(NODES) for _ in range(3))
    shared = _shared(database_port, nats_ports, ws_ports)
    arguments = " ".join(map(shlex.quote, (str(programs), str(database), str(database_port))))
    parts = [
        # A server that was killed leaves children who hold its memory for a moment: it is tried until it starts.
        Part(
            "postgres",
            f"until python -m devstack.postgres_process {arguments}; do sleep 0.1; done",
            database_port,
        ),
        Part("valkey", procfile["valkey"], ports.valkey),
        *_nodes(folder, nats_ports, route_ports, ws_ports),
        *_behind_one_address("web", "KEZ_CHAT_BIND", procfile["web"], ports.web, 3),
        *_behind_one_address("sigchain", "KEZ_SIGCHAIN_BIND", procfile["sigchain"], ports.sigchain, 2),
    ]
    for name, count in COUNTS.items():
        parts += [Part(f"{name}-{number}", procfile[name]) for number in range(1, count + 1)]
    return {
        part.name: Part(part.name, part.command, part.port, part.url, part.environment, shared)
        for part in parts
    }


def _shared(database_port: int, nats_ports: list[int], ws_ports: list[int]) -> dict[str, str]:
    return {
        "DATABASE_URL": f"postgres://kez@{HOST}:{database_port}/kez",
        "SIGCHAIN_DATABASE_URL": f"postgres://kez@{HOST}:{database_port}/sigchain",
        "NATS_URL": ",".join(f"nats://{HOST}:{port}" for port in nats_ports),
        "KEZ_NATS_PUBLIC_WS_URL": ",".join(f"ws://{HOST}:{port}" for port in ws_ports),
        "KEZ_NATS_REPLICAS": str(NODES),
    }


def _nodes(folder: Path, nats_ports: list[int], route_ports: list[int], ws_ports: list[int]) -> list[Part]:
    routes = ", ".join(f'"nats://node:{PASSWORD}@{HOST}:{port}"' for port in route_ports)
    return [
        Part(
            f"nats-{number}",
            "exec nats-server -c deploy/nats-cluster.conf",
            port,
            environment={
                "KEZ_NATS_NAME": f"nats-{number}",
                "KEZ_NATS_PORT": str(port),
                "KEZ_NATS_WS_PORT": str(ws_port),
                "KEZ_NATS_STORE": str(folder / f"nats-{number}"),
                "KEZ_NATS_CLUSTER_HOST": HOST,
                "KEZ_NATS_CLUSTER_PORT": str(route_port),
                "KEZ_NATS_CLUSTER_PASSWORD": PASSWORD,
                "KEZ_NATS_ROUTES": f"[{routes}]",
            },
        )
        for number, (port, route_port, ws_port) in enumerate(
            zip(nats_ports, route_ports, ws_ports, strict=True), 1
        )
    ]


def _behind_one_address(name: str, setting: str, command: str, port: int, count: int) -> list[Part]:
    own = free_ports(count)
    behind = " ".join(f"{HOST}:{each}" for each in own)
    balancer = "balancer" if name == "web" else f"balancer-{name}"
    return [
        Part(balancer, f"exec python -m devstack.balancer {HOST}:{port} {behind}", port),
        *(
            Part(f"{name}-{number}", command, each, f"http://{HOST}:{each}", {setting: f"{HOST}:{each}"})
            for number, each in enumerate(own, 1)
        ),
    ]
