"""What storage has taken is whole and stays; one that cannot be written is noticed before anybody uploads."""

import io
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from moto.server import ThreadedMotoServer

from devstack.environment import ROOT
from devstack.ports import free_ports
from files import storage
from files.folder_storage import FolderStorage
from files.ranges import ByteRange
from files.readiness import StorageCheck, require_storage
from files.storage import StorageFailed
from httpapi.readiness import NotReady

NAME = "ab/abcdef-0123"
DATA = bytes(range(256)) * 1000
REGION = "us-east-1"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """Where a server of moto's has an empty bucket."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret", "region_name": REGION}
    boto3.client("s3", endpoint_url=endpoint, **keys).create_bucket(Bucket="kez")
    yield endpoint
    server.stop()


def bucket_entry(endpoint: str) -> dict[str, Any]:
    """An entry of STORAGES, as settings make it of s3://kez/attachments."""
    options = {
        "bucket_name": "kez",
        "location": "attachments",
        "endpoint_url": endpoint,
        "region_name": REGION,
    }
    keys = {"access_key": "key", "secret_key": "secret"}
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {**options, **keys}}


@pytest.fixture(params=["folder", "bucket"])
def each_storage(request: pytest.FixtureRequest, settings) -> None:
    if request.param == "bucket":
        entry = bucket_entry(request.getfixturevalue("endpoint"))
        settings.STORAGES = {**settings.STORAGES, "attachments": entry}


def test_written_read_and_deleted(each_storage):
    storage.write(NAME, b"first")
    storage.write(NAME, DATA)
    assert storage.read(NAME) == DATA
    assert storage.read(NAME, ByteRange(10, 19, len(DATA))) == DATA[10:20]
    later = timezone.now() + timedelta(seconds=5)
    assert list(storage.stored_names(older_than=later)) == [NAME]
    assert list(storage.stored_names(older_than=later - timedelta(hours=1))) == []
    storage.delete(NAME)
    storage.delete(NAME)
    with pytest.raises(StorageFailed):
        storage.read(NAME)
    storage.check_writable()
    assert list(storage.stored_names(older_than=later)) == []


def test_a_name_holds_digest_and_id():
    assert storage.storage_name("blake3:" + "ab" * 32, "0" * 32) == f"ab/{'ab' * 32}-{'0' * 32}"


def test_a_reader_never_sees_half_of_a_file(storage_folder: Path):
    """Two who write the same, and one who reads meanwhile."""
    storage.write(NAME, DATA)
    stop = threading.Event()
    seen = set()

    def read() -> None:
        while not stop.is_set():
            seen.add(storage.read(NAME) == DATA)

    def write() -> None:
        for _ in range(20):
            storage.write(NAME, DATA)

    readers = [threading.Thread(target=read) for _ in range(2)]
    writers = [threading.Thread(target=write) for _ in range(2)]
    for thread in [*readers, *writers]:
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    for thread in readers:
        thread.join()
    assert seen == {True}
    assert [path.name for path in storage_folder.rglob("*") if path.is_file()] == ["abcdef-0123"]


def test_only_the_server_may_read_the_folder(storage_folder: Path):
    storage.write(NAME, DATA)
    assert oct((storage_folder / NAME).stat().st_mode)[-3:] == "600"
    assert oct((storage_folder / "ab").stat().st_mode)[-3:] == "700"


def test_a_write_that_fails_leaves_nothing(storage_folder: Path):
    class Torn(io.BytesIO):
        def chunks(self) -> Iterator[bytes]:
            yield b"half"
            raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        FolderStorage(location=str(storage_folder))._save(NAME, Torn())
    assert [path for path in storage_folder.rglob("*") if path.is_file()] == []


@pytest.fixture(params=["folder", "bucket"])
def unusable(request: pytest.FixtureRequest, settings, tmp_path: Path, monkeypatch) -> None:
    """A file where the folder should be, or a bucket that nobody serves."""
    (tmp_path / "file").write_text("in the way")
    port = free_ports(1)[0]
    in_the_way = {
        "BACKEND": "files.folder_storage.FolderStorage",
        "OPTIONS": {"location": str(tmp_path / "file")},
    }
    entry = in_the_way if request.param == "folder" else bucket_entry(f"http://127.0.0.1:{port}")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    settings.STORAGES = {**settings.STORAGES, "attachments": entry}


def test_a_storage_that_cannot_be_written(unusable, nats_server, db):
    with pytest.raises(StorageFailed):
        storage.write(NAME, DATA)
    with pytest.raises(NotReady, match="KEZ_FILES_STORAGE must be a folder"):
        StorageCheck()()
    with pytest.raises(SystemExit, match="KEZ_FILES_STORAGE"):
        require_storage()


def test_readiness_trusts_a_storage_for_a_while(settings):
    check = StorageCheck()
    assert check() == "can be written"
    settings.STORAGES = {**settings.STORAGES, "attachments": bucket_entry("http://127.0.0.1:1")}
    assert check() == "can be written"


def test_a_web_process_does_not_start_without_storage(unusable, nats_server, db, capsys):
    with pytest.raises(CommandError, match="KEZ_FILES_STORAGE"):
        call_command("serve", "--wait", "0", "--bind", f"127.0.0.1:{free_ports(1)[0]}")


def test_a_worker_does_not_start_without_storage(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "kezsite", "worker", "--pool", "solo"]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "kezsite.settings",
        "KEZ_FILES_STORAGE": str(tmp_path / "file"),
    }
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode != 0
    assert "KEZ_FILES_STORAGE must be a folder" in ended.stderr
