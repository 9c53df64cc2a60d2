"""Metrics of a process that serves no HTTP of its own."""

from django.core.management.base import CommandError
from prometheus_client import start_http_server


def serve_metrics(bind: str, *, setting: str) -> None:
    """Serve this process's metrics at `host:port`; nowhere if that is empty. CommandError names `setting`."""
    if not bind:
        return
    host, _, port = bind.rpartition(":")
    if not host or not port.isdigit():
        raise CommandError(f"{setting}={bind!r} is not an address: write host:port.")
    try:
        start_http_server(int(port), addr=host.strip("[]"))
    except OSError as error:
        raise CommandError(f"The metrics port {bind} cannot be opened: {error.strerror}.") from error
