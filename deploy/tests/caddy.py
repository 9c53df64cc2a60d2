"""A real Caddy with deploy/Caddyfile on free loopback ports, under a certificate authority of its own."""

import os
import socket
import ssl
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from http.client import HTTPMessage, HTTPSConnection
from pathlib import Path

from devstack.environment import ROOT
from devstack.ports import HOST, free_ports
from httpapi.tests.processes import end, wait_until

CADDYFILE = ROOT / "deploy" / "Caddyfile"
# The first two are names that every server of the tests answers to.
WEB, SIGCHAIN, NATS = "localhost", "kez.lat", "nats.kez.lat"


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: HTTPMessage
    body: bytes


class Caddy:
    """Use it as a context manager; the web processes and so on behind it are given as host:port."""

    def __init__(
        self, folder: Path, *, port: int, web: Sequence[str], sigchain: str, nats_ws: str, static: Path
    ) -> None:
        self.folder, self.port = folder, port
        folder.mkdir()
        (plain_port,) = free_ports(1)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "XDG_DATA_HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
            "KEZ_CADDY_ADMIN": "off",
            "KEZ_CADDY_OPTIONS": "local_certs",  # asks no authority out there
            "KEZ_HTTP_PORT": str(plain_port),
            "KEZ_HTTPS_PORT": str(port),
            "KEZ_SITE": WEB,
            "KEZ_SITE_SIGCHAIN": SIGCHAIN,
            "KEZ_SITE_NATS": NATS,
            "KEZ_WEB_UPSTREAMS": " ".join(web),
            "KEZ_SIGCHAIN_UPSTREAMS": sigchain,
            "KEZ_NATS_WS_UPSTREAMS": nats_ws,
            "KEZ_STATIC_ROOT": str(static),
        }

    def __enter__(self) -> "Caddy":
        with (self.folder / "log").open("wb") as log:
            command = ["caddy", "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
            self._process = subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        wait_until(self._greets, self._process, self.folder / "log")
        return self

    def __exit__(self, *_: object) -> None:
        end(self._process)

    @property
    def root_certificate(self) -> Path:
        return self.folder / "caddy/pki/authorities/local/root.crt"

    def tls(self, *protocols: str) -> ssl.SSLContext:
        """Trusts this Caddy's own authority and nobody else."""
        context = ssl.create_default_context(cafile=str(self.root_certificate))
        if protocols:
            context.set_alpn_protocols(protocols)
        return context

    def ask(
        self,
        path: str,
        *,
        site: str = WEB,
        method: str = "GET",
        body: bytes | None = None,
        source: str = HOST,
        **headers: str,
    ) -> Reply:
        """One request on a connection of its own from `source`, any address of this machine's loopback network;
        `Accept_Encoding="br"` is a header."""
        connection = _ToLoopback(site, self.port, context=self.tls(), timeout=20, source_address=(source, 0))
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def _greets(self) -> bool:
        """Whether all three sites have their certificates."""
        try:
            for site in (WEB, SIGCHAIN, NATS):
                with socket.create_connection((HOST, self.port), timeout=5) as link:
                    self.tls().wrap_socket(link, server_hostname=site).close()
        except OSError:
            return False
        return True


class _ToLoopback(HTTPSConnection):
    """To loopback, whatever the name."""

    def connect(self) -> None:
        link = socket.create_connection((HOST, self.port), self.timeout, self.source_address)  # type: ignore[attr-defined]
        self.sock = self._context.wrap_socket(link, server_hostname=self.host)  # type: ignore[attr-defined]
