"""Static files collected into a folder: compressed, whole or not used at all."""

import gzip
import shutil

import brotli
import pytest
from django.conf import settings as real
from django.core.checks import run_checks
from django.core.management import call_command

from devstack.environment import ROOT
from httpapi.static_index import static_index
from pages.static_files import StaticFiles

SHEET = "css/variables.css"
# A full run compresses for a quarter of a minute; one sheet shows the way.
REST = ["admin", "console", "drf_spectacular_sidecar", "django_otp", "httpapi", "otp_totp"]


@pytest.fixture
def root(settings, tmp_path):
    settings.STATIC_ROOT = str(tmp_path / real.STATIC_URL.strip("/"))
    settings.WHITENOISE_USE_FINDERS = False
    (tmp_path / "source/css").mkdir(parents=True)
    shutil.copy(ROOT / "static" / SHEET, tmp_path / "source" / SHEET)
    (tmp_path / "source/odd.js.map").write_text("{}")
    settings.STATICFILES_DIRS = [str(tmp_path / "source")]
    static_index.cache_clear()
    yield tmp_path
    static_index.cache_clear()


def collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=REST)


def complaints() -> list[str]:
    return [each.msg for each in run_checks() if each.id == "pages.E002"]


async def ask(path: str, encodings: str) -> tuple[int, dict[str, str], bytes]:
    """What the front door answers for a static file."""
    sent = []

    async def send(message) -> None:
        sent.append(message)

    asked = [(b"accept-encoding", encodings.encode())]
    scope = {"type": "http", "method": "GET", "path": f"{real.STATIC_URL}{path}", "headers": asked}
    await StaticFiles(None)(scope, None, send)
    headers = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, sent[1]["body"]


async def test_a_browser_gets_the_smallest_form_that_it_understands(root):
    collect()
    plain = (ROOT / "static" / SHEET).read_bytes()
    for encodings, name, opened in (
        ("gzip, br", "br", brotli.decompress),
        ("gzip", "gzip", gzip.decompress),
        ("", None, bytes),
    ):
        status, headers, body = await ask(SHEET, encodings)
        assert (status, headers.get("content-encoding")) == (200, name)
        assert opened(body) == plain
        assert "immutable" in headers["cache-control"]
        assert headers["vary"] == "Accept-Encoding"
        assert headers["content-type"].startswith("text/css")


def test_a_folder_of_another_release_or_a_torn_one_stops_the_start(root, settings, monkeypatch):
    (sentence,) = complaints()
    assert real.KEZ_WEB_DIGEST in sentence
    call_command("collectstatic", interactive=False, verbosity=0, dry_run=True)
    assert complaints() == [sentence]
    collect()
    assert complaints() == []
    names = {path.name for path in (root / "static").rglob("*") if path.is_file()}
    sheet = SHEET.split("/")[1]
    # Of odd.js.map no page knows.
    assert names == {sheet, f"{sheet}.br", f"{sheet}.gz", f"{real.KEZ_WEB_DIGEST}.whole"}

    # Torn half way, on top of a whole one.
    monkeypatch.setattr("whitenoise.compress.Compressor.compress", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        collect()
    assert len(complaints()) == 1

    settings.STATIC_ROOT = f"{root}/static/0123456789abcdef"
    assert len(complaints()) == 1


def test_without_a_folder_nothing_is_asked_for():
    assert real.STATIC_ROOT is None
    assert complaints() == []
