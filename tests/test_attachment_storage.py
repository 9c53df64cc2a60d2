"""KEZ_FILES_STORAGE becomes an entry of Django's STORAGES, or a sentence."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from kezsite.environment import BASE_DIR, attachment_storage


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch):
    def entry(value: str) -> dict[str, Any]:
        for name, text in (("STORAGE", value), ("ACCESS", "key"), ("SECRET", "secret")):
            monkeypatch.setenv(name, text)
        return attachment_storage("STORAGE", default="", access_key="ACCESS", secret_key="SECRET")

    return entry


@pytest.mark.parametrize(
    ("value", "folder"),
    [
        ("/srv/files", Path("/srv/files")),
        ("file:///srv/files", Path("/srv/files")),
        ("here", BASE_DIR / "here"),
    ],
)
def test_folders(read, value, folder):
    assert read(value)["OPTIONS"] == {"location": str(folder)}


def test_a_bucket(read):
    options = read("s3://kez/a/b/?endpoint=https://s3.example")["OPTIONS"]
    assert (options["bucket_name"], options["location"]) == ("kez", "a/b")
    assert (options["endpoint_url"], options["region_name"]) == ("https://s3.example", None)
    assert (options["access_key"], options["secret_key"]) == ("key", "secret")


@pytest.mark.parametrize("value", ["ftp://host/x", "s3://", "s3:///prefix", "s3://bucket?colour=red"])
def test_what_is_no_storage(read, value):
    with pytest.raises(ImproperlyConfigured, match="STORAGE"):
        read(value)
