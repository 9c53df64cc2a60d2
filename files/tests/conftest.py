"""What the tests of files share: people, a broker with its streams, a storage of their own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from chatbridge.tests.conftest import backend as backend
from chatbridge.tests.conftest import callout as callout
from chatbridge.tests.conftest import inboxes as inboxes
from chatbridge.tests.conftest import log_in as log_in
from chatbridge.tests.conftest import people as people
from chatbridge.threads import in_thread
from files.ingest import ChunkIngest
from files.tests.cast import SentFile
from registry.tests.cast import ALICE, BOB, registered


@pytest.fixture(autouse=True)
def _fresh_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def storage_folder(tmp_path: Path, settings: Any) -> Path:
    """An empty storage of attachments for each test."""
    folder = tmp_path / "files"
    entry = {"BACKEND": "files.folder_storage.FolderStorage", "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "attachments": entry}
    return folder


@pytest.fixture
def handles(db: None) -> None:
    """alice and bob are registered; mallory is not."""
    registered(ALICE, "alice")
    registered(BOB, "bob")


@pytest.fixture
def announce(client: Client, handles: None) -> Callable[..., Any]:
    """Post the announcement of a file, or any other object."""

    def post(sent: SentFile | dict[str, Any], **changes: Any) -> Any:
        document = sent.announcement(**changes) if isinstance(sent, SentFile) else sent
        return client.post("/v1/files", document, content_type="application/json")

    return post


@pytest.fixture
def ask(client: Client) -> Callable[..., Any]:
    """`ask(sent)` for its state, `ask(sent, "/content")` for its bytes; with its token unless headers say otherwise."""

    def get(sent: SentFile, below: str = "", headers: dict[str, str] | None = None, **more: str) -> Any:
        given = {**(sent.bearer if headers is None else headers), **more}
        return client.get(f"/v1/files/{sent.file_id}{below}", headers=given)

    return get


@pytest.fixture
async def ingest(transactional_db: None, inboxes: str) -> AsyncIterator[ChunkIngest]:
    """Counts chunks in this process; alice and bob are registered."""
    await in_thread(registered, ALICE, "alice")
    await in_thread(registered, BOB, "bob")
    process = ChunkIngest()
    running = asyncio.create_task(process.run())
    await asyncio.wait_for(process.ready.wait(), 20)
    yield process
    process.stop()
    await asyncio.wait_for(running, 20)
