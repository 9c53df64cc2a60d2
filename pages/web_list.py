"""The list of everything that this server gives browsers to run, with hashes: `/.well-known/kez-web.json`.

`kez-chat verify-web` compares what is served with it, and with the list that a release published.
"""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from kezproto.version import VERSION
from pages.digest import SUFFIXES
from pages.import_map import import_map
from pages.modules import graph
from pages.packages import VENDOR

# What is another one on each server; verify-web puts the server's own values in their place.
PLACEHOLDERS = {
    "server": "{server}",
    "public_url": "{public_url}",
    "sigchain_url": "{sigchain_url}",
    "registration": "{registration}",
}
STATIC_PLACEHOLDER = "/static/{digest}/"
# The pages of the app; their markup stands in templates/pages/<name>.html.
APP_PAGES = ("join", "restore", "unlock", "chat", "contacts", "files", "settings")


@cache
def web_list() -> dict[str, Any]:
    """`files`: SHA-256 in hex of every file by its path below /static/<digest>/; `import_map`: the same of the map's
    text; `pages`: the whole markup of the app's pages, with placeholders. The same for every server of a release."""
    return {
        "version": VERSION,
        "files": {path: _sha256(_file(path)) for path in sorted({*_own_files(), *_vendor_files()})},
        "import_map": _sha256(_without_digest(import_map()).encode()),
        "pages": {f"/{page}": _without_digest(app_markup(page)) for page in APP_PAGES},
    }


def served_list() -> dict[str, Any]:
    """The list as this server publishes it: with the digest in its static addresses."""
    return {**web_list(), "digest": settings.KEZ_WEB_DIGEST}


def app_context(page: str) -> dict[str, Any]:
    """What the shell's template needs to show a page of the app."""
    return {
        "page": page,
        "page_template": f"pages/{page}.html",
        "app_pages": [(name, f"pages/{name}.html") for name in APP_PAGES],
        "page_modules": ("js/app.js", f"js/pages/{page}.js"),
    }


def app_markup(page: str) -> str:
    """A page of the app as every server renders it, with placeholders and an empty nonce."""
    context = {
        **app_context(page),
        **PLACEHOLDERS,
        "version": VERSION,
        "static_url": settings.STATIC_URL,
        "import_map": import_map(),
    }
    return render_to_string("app.html", context)


def _own_files() -> list[str]:
    folder = settings.BASE_DIR / "static"
    return [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix in SUFFIXES]


def _vendor_files() -> list[str]:
    """Of other people's packages only what our modules import: the rest is served too, but nothing loads it."""
    own = [path for path in _own_files() if path.endswith(".js")]
    return [path for path in graph(*own, later=True) if path.startswith(f"{VENDOR}/")]


def _file(path: str) -> bytes:
    found = finders.find(path)
    assert isinstance(found, str)  # noqa: S101 - the paths come from the same folders
    return Path(found).read_bytes()


def _without_digest(text: str) -> str:
    return text.replace(str(settings.STATIC_URL), STATIC_PLACEHOLDER)


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
