"""`python -m httpapi.uvicorn_process HOST PORT MODULE:NAME`: uvicorn as `manage.py serve` starts it."""

import sys

import uvicorn

# A slow line may hold a ping behind megabytes of messages; the bridge has a heartbeat of its own.
PONG_SECONDS = 300.0
# The bridge refuses what is larger than a third of this, with a reason.
MAX_FRAME_BYTES = 1024 * 1024
STOP_SECONDS = 10


def main(host: str, port: str, application: str) -> None:
    uvicorn.run(
        application,
        host=host,
        port=int(port),
        log_config=None,  # what it has to say goes the way of all our events
        log_level="warning",
        access_log=False,
        lifespan="off",
        # Which proxies are believed is KEZ_TRUSTED_PROXIES' business; uvicorn alone believes any on this machine.
        proxy_headers=False,
        server_header=False,
        date_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_FRAME_BYTES,
        ws_ping_timeout=PONG_SECONDS,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=STOP_SECONDS,
        backlog=4096,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
