"""A web process that gives browsers something else than it says: the real one, with an operator who cheats.

Daphne runs `application`; the file that KEZ_TEST_TAMPERING names says with each request which cheats are on.
"""

import hashlib
import json
import os
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from kezsite.asgi import application as honest

Message = dict[str, Any]
Cheat = Callable[[str, bytes, dict[bytes, bytes]], bytes]
LIST = "/.well-known/kez-web.json"
APP = "js/app.js"


def _evil_module(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    return body + b"\nfetch('/v1/stolen');\n" if path.endswith(APP) else body


def _evil_package(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    return body.replace(b"export", b"export", 1) + b" " if path.endswith("/idb/index.js") else body


def _evil_module_in_the_list(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    if path != LIST:
        return _evil_module(path, body, headers)
    document = json.loads(body)
    original = Path("static", APP).read_bytes()
    document["files"][APP] = hashlib.sha256(_evil_module(APP, original, {})).hexdigest()
    return json.dumps(document).encode()


def _nonce(headers: dict[bytes, bytes]) -> bytes:
    found = re.search(rb"'nonce-(.*?)'", headers[b"content-security-policy"])
    return found[1] if found else b""


def _inline_script(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    if path != "/docs/cli":
        return body
    return body.replace(b"</body>", b'<script nonce="%s">evil()</script></body>' % _nonce(headers))


def _import_map(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    return body.replace(b"vendor/idb/index.js", b"vendor/idb/evil.js") if path == "/" else body


def _handler(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    return body.replace(b"<body", b'<body onload="evil()"') if path == "/chat" else body


def _other_script(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    script = b'<script type="module" src="/static/other.js"></script></head>'
    return body.replace(b"</head>", script) if path == "/unlock" else body


def _words(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    sentence = b"<p>Send your words to the operator.</p></main>"
    return body.replace(b"</main>", sentence) if path == "/join" else body


def _name(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    talk = b'data-server="send your words to '
    return body.replace(b'data-server="', talk) if path == "/restore" else body


def _policy(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    name = b"content-security-policy"
    if path == "/contacts":
        headers[name] = headers[name].replace(b"script-src 'self'", b"script-src 'self' 'unsafe-inline'")
    return body


def _preload(path: str, body: bytes, headers: dict[bytes, bytes]) -> bytes:
    if path == "/settings":
        headers[b"link"] = b"</static/other.css>; rel=stylesheet"
    return body


CHEATS: dict[str, Cheat] = {
    "evil_module": _evil_module,
    "evil_package": _evil_package,
    "evil_module_in_the_list": _evil_module_in_the_list,
    "inline_script": _inline_script,
    "import_map": _import_map,
    "handler": _handler,
    "other_script": _other_script,
    "words": _words,
    "name": _name,
    "policy": _policy,
    "preload": _preload,
}


async def application(
    scope: dict[str, Any],
    receive: Callable[[], Awaitable[Message]],
    send: Callable[[Message], Awaitable[None]],
) -> None:
    cheats = [CHEATS[name] for name in Path(os.environ["KEZ_TEST_TAMPERING"]).read_text().split()]  # noqa: ASYNC240
    start: Message = {}
    body = b""

    async def changed(message: Message) -> None:
        nonlocal start, body
        if message["type"] == "http.response.start":
            start = message
            return
        body += message.get("body", b"")
        if message.get("more_body"):
            return
        headers = {name.lower(): value for name, value in start["headers"]}
        for cheat in cheats:
            body = cheat(scope["path"], body, headers)
        headers[b"content-length"] = str(len(body)).encode()
        await send({**start, "headers": list(headers.items())})
        await send({"type": "http.response.body", "body": body})

    await honest(scope, receive, changed if scope["type"] == "http" else send)
