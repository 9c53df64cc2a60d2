"""docs/api.md: every address and code is in it, and its examples are what the server says.

After a change: `REWRITE_DOCS=1 python -m pytest registry/tests/test_api_docs.py` writes the examples anew.
"""

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from httpapi.problems import problem_kinds
from httpapi.tests.processes import ROOT
from kezproto.canonical import canonical_bytes
from kezproto.digests import digest_of
from kezproto.file_announcement import file_announcement_payload
from kezproto.report import report_payload
from kezproto.shared_files import shared_files_payload
from kezproto.signed import sign
from registry.tests.cast import ALICE, MALLORY, name, registered, registration

PAGE = ROOT / "docs" / "api.md"
EXAMPLE = re.compile(r"<!-- example: (\S+) -->\n```json\n(.*?)```", re.DOTALL)


def routes(urlconf: str) -> list[str]:
    return list(below(get_resolver(urlconf), ""))


def below(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from below(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


def test_every_address_is_told():
    page = PAGE.read_text()
    addresses = [
        "/" + re.sub(r"<\w+:", "<", route)
        for route in routes("kezsite.urls")
        if route.startswith(("v1/", ".well-known/", "internal/", "metrics"))
    ]
    assert len(addresses) >= 10
    assert [address for address in addresses if address not in page] == []


def test_every_code_is_told_with_its_status():
    assert routes("kezsite.sigchain_urls")  # the rooms' views, and with them their problems, are loaded
    rows = [line.split("|") for line in PAGE.read_text().splitlines() if re.match(r"\| \d{3} \|", line)]
    told = {(int(row[1]), code) for row in rows for code in re.findall(r"`(\w+)`", row[2])}
    kinds = {(kind.status, kind.code) for kind in problem_kinds() if kind.__module__.count(".tests.") == 0}
    assert told == kinds


@pytest.mark.django_db
def test_the_examples_are_what_the_server_says(client, settings):
    settings.KEZ_CHAT_SERVER = "kez.lat"
    settings.KEZ_CHAT_PUBLIC_URL = "https://kez.lat"
    settings.KEZ_CHAT_SIG_SERVER_URL = "https://sig.kez.lat"
    settings.KEZ_NATS_PUBLIC_URL = "nats://kez.lat:4222"
    settings.KEZ_NATS_PUBLIC_WS_URL = "wss://kez.lat:8443"
    moment = datetime(2026, 5, 25, 3, 0, tzinfo=UTC)
    registered(ALICE, "chris", at=moment)
    challenge = {"primary": str(ALICE.primary)}
    assert client.post("/v1/challenges", challenge, content_type="application/json").status_code == 201
    announced = client.post("/v1/files", announcement(timezone.now()), content_type="application/json")
    assert announced.status_code == 201
    shared = shared_files(moment)
    registered(MALLORY, "mallory")
    filed = client.post("/v1/reports", report(), content_type="application/json").json()
    said = {
        "shared-files": shared,
        "shared-files-stored": shared_files_stored(shared),
        "announcement": announcement(moment),
        "file": {**announced.json(), "announced_at": "2026-05-25T03:00:01Z"},
        "registration": registration(ALICE, "chris", at=moment),
        "look-up": client.get("/v1/u/chris").json(),
        "webfinger": client.get("/.well-known/webfinger?resource=acct:chris@kez.lat").json(),
        "challenge": challenge,
        "problem": client.get("/v1/u/chris@other.example").json(),
        "report": {**filed, "created_at": "2026-05-25T03:00:00Z", "changed_at": "2026-05-25T03:00:00Z"},
    }
    page = PAGE.read_text()
    now = EXAMPLE.sub(lambda found: shown(found[1], said[found[1]]), page)
    if os.environ.get("REWRITE_DOCS"):
        PAGE.write_text(now)
    assert PAGE.read_text() == now, (
        "docs/api.md has other examples; the top of this file says how to renew them"
    )
    assert {name for name, _ in EXAMPLE.findall(page)} == set(said)


def announcement(at: datetime) -> dict[str, Any]:
    payload = file_announcement_payload(
        primary=ALICE.primary,
        server="kez.lat",
        file_id="0c1d2e3f" * 4,
        size=250_000,
        digest=digest_of(b"the sealed chunks"),
        access=digest_of(b"the token"),
        created_at=at,
    )
    return sign("file_announcement", payload, ALICE)


def shared_files(at: datetime) -> dict[str, Any]:
    entry = b"entries are sealed; in truth they have some hundred bytes"
    payload = shared_files_payload(primary=ALICE.primary, version_no=7, entries=[entry], created_at=at)
    return sign("shared_files", payload, ALICE)


def shared_files_stored(document: dict[str, Any]) -> dict[str, Any]:
    """As the tests of the room of files see it answered."""
    data = canonical_bytes(document)
    return {"manifest": digest_of(data), "size": len(data), "version_no": document["payload"]["version_no"]}


def shown(name: str, value: Any) -> str:
    return f"<!-- example: {name} -->\n```json\n{json.dumps(value, indent=2)}\n```"


def report() -> dict[str, Any]:
    payload = report_payload(
        report_id="4e" * 16,
        handle=name("chris"),
        primary=ALICE.primary,
        reported=name("mallory"),
        reported_primary=MALLORY.primary,
        category="harassment",
        text="Every day.",
        messages=[],
        created_at=timezone.now(),
    )
    return sign("report", payload, ALICE)
