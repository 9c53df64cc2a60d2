"""A small real HTTP server on the loopback, for servers that lie or answer nonsense."""

from __future__ import annotations

import json
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = tuple[int, dict[str, str], bytes]
Answerer = Callable[[str, str, bytes], Answer]


def json_answer(document: Any, status: int = 200, content_type: str = "application/json") -> Answer:
    return status, {"Content-Type": content_type}, json.dumps(document).encode()


def problem(status: int, code: str, detail: str, **headers: str) -> Answer:
    body = {"type": "about:blank", "title": "No", "status": status, "detail": detail, "code": code}
    answer = json_answer(body, status, "application/problem+json")
    return answer[0], {**answer[1], **headers}, answer[2]


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that has seen enough hangs up.
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Loopback:
    """Answers `answer(method, path, body)`; `requests` lists what was asked."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.answer: Answerer = lambda _method, _path, _body: problem(404, "not_found", "Nothing here.")
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.requests.append(f"{self.command} {self.path}")
                status, headers, data = outer.answer(self.command, self.path, body)
                self.send_response(status)
                length = str(len(data))
                for name, value in {"Content-Length": length, **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)
                # Less than it promised: it breaks off.
                self.close_connection = length != headers.get("Content-Length", length)

            do_GET = do_POST = do_PUT = _serve  # noqa: N815 - names of http.server

            def log_message(self, *_: object) -> None:
                pass

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def forwarded(url: str, method: str, path: str, body: bytes) -> Answer:
    """What the real server at `url` answers."""
    request = urllib.request.Request(  # noqa: S310 - loopback, http only
        url + path, data=body if method == "POST" else None, method=method
    )
    request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
            return answer.status, {"Content-Type": "application/json"}, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {"Content-Type": "application/problem+json"}, error.read()
