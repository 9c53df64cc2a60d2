"""deploy/Caddyfile in front of a running server: what people reach, what they do not, and what they cannot forge."""

import gzip
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import brotli
import pytest
from websockets.asyncio.client import connect
from whitenoise.compress import Compressor

from chatbridge.tests.sockets import SUBPROTOCOL
from deploy.tests.caddy import CADDYFILE, NATS, SIGCHAIN, WEB, Caddy
from devstack.environment import ROOT
from devstack.ports import HOST, free_ports
from devstack.stack import Stack
from httpapi.tests.processes import ServerProcess
from kezclient.tests.machine import Machine

LOOK_UPS_A_MINUTE = 5
MODULE = "js/app.js"


@dataclass(frozen=True)
class Front:
    """One web process behind a proxy that it knows of; and a Caddy that has a second one behind it too."""

    alone: Caddy
    pair: Caddy
    node: ServerProcess
    names: set[str]  # how the two web processes call themselves
    digest: str


@pytest.fixture(scope="module")
def front(stack: Stack, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("front")
    port, pair_port, web_port = free_ports(3)
    environment = {
        **stack.environment,
        "KEZ_CHAT_SERVER": "first.example",
        "KEZ_CHAT_PUBLIC_URL": f"https://{WEB}:{port}",
        "KEZ_CHAT_SIG_SERVER_URL": f"https://{SIGCHAIN}:{port}",
        "KEZ_TRUSTED_PROXIES": "1",
        "KEZ_THROTTLE_LOOKUP": f"{LOOK_UPS_A_MINUTE}/min",
    }
    daphne = ("-m", "daphne", "-b", HOST, "-p", str(web_port), "kezsite.asgi:application")
    behind: dict[str, Any] = {
        "sigchain": f"{HOST}:{stack.ports.sigchain}",
        "nats_ws": urlsplit(stack.nats_ws_url).netloc,
        "static": folder / "www",
    }
    first, second = f"{HOST}:{web_port}", f"{HOST}:{stack.ports.web}"
    with (
        ServerProcess(environment, *daphne, port=web_port, log=folder / "web.log") as node,
        Caddy(folder / "alone", port=port, web=[first], **behind) as alone,
        Caddy(folder / "pair", port=pair_port, web=[first, second], **behind) as pair,
    ):
        digest = json.loads(alone.ask("/.well-known/kez-web.json").body)["digest"]
        collected = folder / "www" / "static" / digest / MODULE
        collected.parent.mkdir(parents=True)
        shutil.copy(ROOT / "static" / MODULE, collected)
        Compressor(quiet=True).compress(str(collected))
        yield Front(alone, pair, node, {"first.example", "kez.lat"}, digest)


def test_the_file_is_valid_and_in_caddys_own_form() -> None:
    for command in (["validate", "--config"], ["fmt", "--diff"]):
        done = subprocess.run(
            ["caddy", *command, str(CADDYFILE)], capture_output=True, text=True, timeout=60, cwd=ROOT
        )
        assert done.returncode == 0, done.stdout + done.stderr


def test_pages_come_over_tls_with_the_applications_headers_once(front: Front) -> None:
    page = front.alone.ask("/")
    assert page.status == 200
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Strict-Transport-Security"):
        assert len(page.headers.get_all(name, [])) == 1, name
    assert "'nonce-" in page.headers["Content-Security-Policy"]
    assert 'h3=":' in page.headers["Alt-Svc"]
    packed = front.alone.ask("/", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip"
    assert b"<html" in gzip.decompress(packed.body)
    with socket.create_connection((HOST, front.alone.port)) as link:
        with front.alone.tls("h2", "http/1.1").wrap_socket(link, server_hostname=WEB) as secured:
            assert secured.selected_alpn_protocol() == "h2"


def test_a_file_comes_from_the_folder_compressed_and_for_good(front: Front) -> None:
    address = f"/static/{front.digest}/{MODULE}"
    plain = (ROOT / "static" / MODULE).read_bytes()
    for asked, named, opened in (("br, gzip", "br", brotli.decompress), ("gzip", "gzip", gzip.decompress)):
        got = front.alone.ask(address, Accept_Encoding=asked)
        assert (got.status, got.headers["Content-Encoding"]) == (200, named)
        assert opened(got.body) == plain
        assert got.headers.get_content_type() == "text/javascript"
    got = front.alone.ask(address)
    assert (got.body, got.headers["Content-Encoding"]) == (plain, None)
    assert front.alone.ask(address, If_None_Match=got.headers["ETag"]).status == 304

    # The application's own answer for a file that is not in the folder has the same headers.
    other = front.alone.ask(f"/static/{front.digest}/js/api.js")
    assert other.status == 200
    for name in ("X-Content-Type-Options", "Cross-Origin-Resource-Policy", "Content-Security-Policy"):
        assert got.headers.get_all(name) == other.headers.get_all(name)
    for answer in (got, other):
        assert {part.strip() for part in answer.headers["Cache-Control"].split(",")} == {
            *("public", "immutable", "max-age=315360000")
        }
    for odd in (f"/static/{front.digest}.whole", f"/static/{front.digest}/../../secret", "/static/"):
        assert front.alone.ask(odd).status == 404


def test_what_browsers_run_is_what_the_server_lists(front: Front, tmp_path: Path) -> None:
    machine = Machine("nobody", tmp_path / "nobody", f"https://{WEB}:{front.alone.port}")
    machine.environment["SSL_CERT_FILE"] = str(front.alone.root_certificate)
    assert machine.json("verify-web")["differences"] == []


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/metrics/", "/METRICS", "/%6detrics", "//metrics", "/x/../metrics", "/internal/nats/auth"],
)
def test_what_is_for_the_inside_is_not_there(front: Front, path: str) -> None:
    for site in (WEB, SIGCHAIN):
        for address in ("", "127.0.0.1"):
            answer = front.alone.ask(path, site=site, X_Forwarded_For=address)
            assert (answer.status, b"kez_" in answer.body) == (404, False), (site, path)


def test_nobody_can_write_an_address_of_their_own(front: Front) -> None:
    """All of these count as one address, however they call themselves."""
    answers = [
        front.alone.ask(
            "/v1/u/nobody-at-all",
            source="127.88.0.7",  # other tests look handles up from the usual one
            X_Forwarded_For=f"203.0.113.{number}",
            X_Real_Ip="1.2.3.4",
        ).status
        for number in range(LOOK_UPS_A_MINUTE + 1)
    ]
    assert answers == [404] * LOOK_UPS_A_MINUTE + [429]


async def test_websockets_pass(front: Front) -> None:
    for origin in (f"https://{WEB}:{front.alone.port}", None):
        async with connect(
            f"wss://{WEB}:{front.alone.port}/ws",
            ssl=front.alone.tls(),
            origin=origin,  # type: ignore[arg-type]
            subprotocols=[SUBPROTOCOL],  # type: ignore[list-item]
            proxy=None,
        ) as socket:
            assert socket.subprotocol == SUBPROTOCOL
    async with connect(
        f"wss://{NATS}:{front.alone.port}",
        ssl=front.alone.tls(),
        host=HOST,
        port=front.alone.port,
        proxy=None,
    ) as socket:
        assert (await socket.recv())[:5] == b"INFO "
    assert front.alone.ask("/", site=NATS).status == 404


def test_the_sigchain_has_a_name_of_its_own_and_large_bodies_end_at_the_door(front: Front) -> None:
    assert front.alone.ask("/v1/healthz", site=SIGCHAIN).status == 200
    assert b"bad_key" in front.alone.ask(f"/v1/sigchains/ed25519/{'0' * 64}", site=SIGCHAIN).body
    body = b"x" * (3_000_001)
    assert front.alone.ask("/v1/register", method="POST", body=body).status == 413


def test_one_of_two_web_processes_dies_and_requests_go_on(front: Front) -> None:
    def answering(*, times: int) -> set[str]:
        answers = [front.pair.ask("/v1/healthz") for _ in range(times)]
        assert {answer.status for answer in answers} == {200}
        return {json.loads(answer.body)["server"] for answer in answers}

    assert answering(times=16) == front.names
    front.node.kill()
    assert answering(times=16) == {"kez.lat"}
    # Not only what may be repeated: a connection that was not made has done nothing yet.
    statuses = {
        front.pair.ask("/v1/challenges", method="POST", body=b"{}", Content_Type="application/json").status
        for _ in range(4)
    }
    assert statuses == {400}
