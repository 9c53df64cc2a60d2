"""A Prosody with an archive of every message, on loopback and in a folder that goes away again."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.peers.program import named_by, running
from bench.peers.xmpp import DOMAIN
from devstack.ports import HOST, free_ports

VARIABLE = "KEZ_BENCH_PROSODY"
# Storage, archive and log level are what a fresh installation has, but that the archive keeps everything.
CONFIGURATION = """\
daemonize = false
run_as_root = {root}
pidfile = "{folder}/prosody.pid"
data_path = "{folder}/data"
certificates = "{folder}"
log = {{ info = "{folder}/prosody.log" }}
interfaces = {{ "{host}" }}
c2s_ports = {{ {port} }}
c2s_direct_tls_ports = {{}}
modules_enabled = {{ "roster", "saslauth", "disco", "register", "mam", "carbons", "smacks", "ping", "version" }}
modules_disabled = {{ "s2s", "tls" }}
allow_registration = true
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
authentication = "internal_hashed"
storage = "internal"
default_archive_policy = true
archive_expires_after = "never"
VirtualHost "{domain}"
"""


def found() -> str | None:
    """The program, by the environment or on the PATH."""
    return named_by(VARIABLE) or shutil.which("prosody")


@contextlib.contextmanager
def prosody(program: str) -> Iterator[int]:
    """The port that it takes clients on. PeerError if it does not start."""
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="kez-bench-prosody-") as name:
        folder = Path(name)
        (folder / "data").mkdir()
        configuration = folder / "prosody.cfg.lua"
        root = "true" if os.geteuid() == 0 else "false"
        text = CONFIGURATION.format(root=root, folder=folder, host=HOST, port=port, domain=DOMAIN)
        configuration.write_text(text)
        with running([program, "-F", "--config", str(configuration)], folder, port):
            yield port
