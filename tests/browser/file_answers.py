"""Files that were never uploaded: what their messages say, and what a server would answer about them."""

import json
import os
import re
from typing import Any

from playwright.sync_api import Route

from kezproto.bodies import chunked_file_body, iroh_file_body
from kezproto.digests import digest_of, digest_of_parts
from kezproto.file_chunks import sealed_chunks
from kezproto.keys import SigningKey
from kezproto.tickets import Ticket
from tests.browser.visitor import Visitor


class Answers:
    """The server's answers about files that were never uploaded: for each id a status and, where ready, its bytes."""

    def __init__(self) -> None:
        self.status: dict[str, dict[str, Any]] = {}
        self.content: dict[str, bytes] = {}
        self.asked: list[str] = []

    def stand_between(self, person: Visitor) -> None:
        """From now on this person's browser gets these answers."""
        person.page.route(re.compile("/v1/files/"), self.answer)

    def tell(self, file_id: str, state: str, *, received: int = 0, chunks: int = 1, **more: Any) -> None:
        missing = list(range(received, chunks)) if state == "pending" else []
        counts = {
            "received": received,
            "chunks": chunks,
            "missing": missing,
            "cause": None,
            "cause_code": None,
        }
        self.status[file_id] = {"file_id": file_id, "state": state, **counts, **more}

    def answer(self, route: Route) -> None:
        file_id = route.request.url.split("/v1/files/")[1].split("?")[0].removesuffix("/content")
        self.asked.append(file_id)
        if file_id not in self.status:
            route.continue_()
        elif "/content" in route.request.url:
            route.fulfill(status=200, content_type="application/octet-stream", body=self.content[file_id])
        elif "wait=" in route.request.url and self.status[file_id]["state"] == "pending":
            pass  # nothing changes; the page goes before it would
        else:
            route.fulfill(status=200, content_type="application/json", body=json.dumps(self.status[file_id]))


def chunked(name: str, mime: str, data: bytes) -> tuple[dict[str, Any], bytes]:
    """A pointer to a file, and its sealed bytes."""
    key, file_id = os.urandom(32), os.urandom(16).hex()
    chunks = list(sealed_chunks(data, file_key=key, file_id=file_id))
    digests = {"digest": digest_of_parts(chunks), "plain_digest": digest_of(data)}
    body = chunked_file_body(
        filename=name, mime=mime, size=len(data), file_id=file_id, file_key=key, **digests
    )
    return body, b"".join(chunks)


def iroh(name: str, mime: str, size: int) -> dict[str, Any]:
    """A pointer to a file on somebody's own machine."""
    ticket = Ticket(node=SigningKey(bytes(32)).primary, content=digest_of(b""), key=bytes(32))
    return iroh_file_body(filename=name, mime=mime, size=size, content=ticket.content, ticket=ticket.encode())
