"""`manage.py serve` as a process, with the settings of the service that needs least."""

import os
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from httpapi.tests.processes import ServerProcess, manage


def environment(folder: Path, **changes: str) -> dict[str, str]:
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kezsite.sigchain_settings",
        "SIGCHAIN_DATABASE_URL": f"sqlite:///{folder}/sigchain.sqlite3",
        **changes,
    }


def assert_one_sentence(done: subprocess.CompletedProcess[str], *parts: str) -> None:
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    for part in parts:
        assert part in done.stderr


def test_without_its_tables_it_does_not_start_and_says_what_to_do(tmp_path, unused_tcp_port):
    environ = environment(tmp_path, KEZ_SIGCHAIN_BIND=f"127.0.0.1:{unused_tcp_port}")
    assert_one_sentence(manage(environ, "serve", "--wait", "0"), "database", "manage.py migrate")


def test_without_valkey_it_does_not_start(tmp_path, unused_tcp_port_factory):
    environ = environment(
        tmp_path,
        KEZ_SIGCHAIN_BIND=f"127.0.0.1:{unused_tcp_port_factory()}",
        REDIS_URL=f"redis://127.0.0.1:{unused_tcp_port_factory()}",
    )
    assert_one_sentence(manage(environ, "serve", "--wait", "0.6"), "valkey", "Out of reach")


def test_a_taken_port_is_one_sentence(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"127.0.0.1:{taken.getsockname()[1]}"
        done = manage(environment(tmp_path, KEZ_SIGCHAIN_BIND=bind), "serve")
    assert_one_sentence(done, bind, "already in use")


@pytest.mark.parametrize("bind", ["6969", "localhost:http"])
def test_an_address_that_is_none_is_one_sentence(tmp_path, bind):
    assert_one_sentence(manage(environment(tmp_path), "serve", "--bind", bind), "host:port")


def test_it_becomes_the_server(tmp_path, unused_tcp_port):
    environ = environment(tmp_path, KEZ_SIGCHAIN_BIND=f"127.0.0.1:{unused_tcp_port}")
    assert manage(environ, "migrate", "--verbosity", "0").returncode == 0
    with ServerProcess(environ, "manage.py", "serve", port=unused_tcp_port, log=tmp_path / "log") as server:
        answer = httpx.get(f"http://127.0.0.1:{unused_tcp_port}/v1/readyz", timeout=10)
        assert answer.status_code == 200, answer.text
    assert "Traceback" not in server.output
