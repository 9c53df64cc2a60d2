"""/.well-known/kez-web.json, the static addresses, and the list of a release."""

import hashlib
import json
import re

import pytest
from django.core.management import call_command

from httpapi.tests.shapes import assert_problem
from pages.digest import digest_of

pytestmark = pytest.mark.django_db


def body_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def test_every_file_of_the_list_is_served_with_that_hash_and_may_be_kept_for_good(client, settings):
    listed = client.get("/.well-known/kez-web.json").json()
    assert listed["digest"] == settings.KEZ_WEB_DIGEST
    assert len(listed["files"]) > 50
    for path, digest in listed["files"].items():
        response = client.get(f"/static/{listed['digest']}/{path}")
        assert hashlib.sha256(body_of(response)).hexdigest() == digest, path
        assert "immutable" in response["Cache-Control"]
        assert "Access-Control-Allow-Origin" not in response
        response.close()


def test_under_another_digest_there_is_nothing(client):
    response = client.get("/static/0123456789abcdef/css/page.css")
    assert response.status_code == 404
    assert "immutable" not in response.get("Cache-Control", "")
    assert client.get("/static/css/page.css").status_code == 404


def test_the_digest_follows_contents_names_and_versions(tmp_path):
    (tmp_path / "a.js").write_text("1")
    (tmp_path / "notes.md").write_text("1")
    folders: list[str | tuple[str, str]] = [str(tmp_path), ("vendor/x", str(tmp_path))]
    seen = {digest_of(folders, "1"), digest_of(folders, "2"), digest_of(folders[:1], "1")}
    (tmp_path / "notes.md").write_text("2")
    assert digest_of(folders, "1") in seen
    (tmp_path / "a.js").write_text("2")
    seen.add(digest_of(folders, "1"))
    (tmp_path / "a.js").rename(tmp_path / "b.js")
    seen.add(digest_of(folders, "1"))
    assert len(seen) == 5
    assert all(re.fullmatch("[0-9a-f]{16}", each) for each in seen)


def test_other_methods_are_refused_like_everywhere(client):
    assert_problem(client.post("/.well-known/kez-web.json"), 405, "method_not_allowed")


def test_the_list_of_a_release_says_nothing_of_this_server(client, settings, tmp_path):
    file = tmp_path / "kez-web.json"
    call_command("web_manifest", output=file)
    published = json.loads(file.read_text())
    served = client.get("/.well-known/kez-web.json").json()
    del served["digest"]
    assert published == served
    for value in (settings.KEZ_CHAT_PUBLIC_URL, settings.KEZ_CHAT_SIG_SERVER_URL, settings.KEZ_WEB_DIGEST):
        assert value not in file.read_text()
    assert "{server}" in published["pages"]["/chat"]
