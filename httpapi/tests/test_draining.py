"""A process that stops: not ready first, then nothing new, then what was begun is finished within a limit."""

import asyncio
import os
import signal
import subprocess
import sys
import time

import httpx
import pytest

from httpapi import draining as module
from httpapi.draining import Draining, Finishing
from httpapi.tests.processes import ROOT, manage


async def test_it_waits_for_requests_and_for_those_who_wait():
    drain = Draining()
    order: list[str] = []
    answered = asyncio.Event()

    async def answer() -> None:
        with drain.request():
            await answered.wait()
            order.append("answered")

    async def let_go() -> None:
        order.append("let go")
        answered.set()

    drain.on_stop(let_go)
    request = asyncio.create_task(answer())
    await asyncio.sleep(0)
    assert drain.running == 1
    assert await drain.finish(seconds=30)
    assert order == ["let go", "answered"]
    await request


async def test_a_request_that_never_ends_does_not_hold_it_up_for_ever():
    drain = Draining()
    with drain.request():
        assert not await drain.finish(seconds=0.05)


async def test_what_cannot_let_go_keeps_nobody_else():
    drain = Draining()
    gone = asyncio.Event()

    async def fails() -> None:
        raise ValueError("a defect")

    async def goes() -> None:
        gone.set()

    drain.on_stop(fails)
    drain.on_stop(goes)
    assert await drain.finish(seconds=5)
    assert gone.is_set()


async def test_requests_are_counted_while_they_run(monkeypatch):
    drain = Draining()
    monkeypatch.setattr(module, "draining", drain)
    seen: list[int] = []

    async def application(scope: object, receive: object, send: object) -> None:
        seen.append(drain.running)
        raise ValueError("it failed")

    with pytest.raises(ValueError, match="it failed"):
        await Finishing(application)({}, None, None)
    assert (seen, drain.running) == ([1], 0)


@pytest.mark.parametrize("server", ["daphne", "uvicorn"])
def test_the_process_is_not_ready_before_it_stops_and_a_second_signal_ends_it(
    tmp_path, unused_tcp_port, server
):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kezsite.sigchain_settings",
        "SIGCHAIN_DATABASE_URL": f"sqlite:///{tmp_path}/sigchain.sqlite3",
        "KEZ_SIGCHAIN_BIND": f"127.0.0.1:{unused_tcp_port}",
        "KEZ_STOP_DELAY_SECONDS": "60",
        "KEZ_WEB_SERVER": server,
    }
    assert manage(environment, "migrate", "--verbosity", "0").returncode == 0
    url = f"http://127.0.0.1:{unused_tcp_port}/v1/readyz"
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"], cwd=ROOT, env=environment, stdout=log, stderr=log
        )
    try:
        assert status_of(url, 200) == "ok"
        process.send_signal(signal.SIGTERM)
        assert status_of(url, 503) == "unavailable"
        assert httpx.get(url).json()["checks"]["process"] == {
            "ok": False,
            "detail": "This process is stopping.",
        }
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) in (0, -signal.SIGTERM)  # uvicorn ends by the signal
    finally:
        process.kill()
        process.wait()
    assert "Traceback" not in (tmp_path / "log").read_text()


def status_of(url: str, code: int) -> str:
    """What the address says once it answers so."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            answer = httpx.get(url, timeout=10)
        except httpx.TransportError:
            answer = None
        if answer is not None and answer.status_code == code:
            return str(answer.json()["status"])
        time.sleep(0.05)  # between two looks
    raise AssertionError(f"{url} never answered {code}")
