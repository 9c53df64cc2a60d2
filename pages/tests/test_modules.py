"""The module graph: what loads together, and that every import leads somewhere."""

import re

import pytest
from django.contrib.staticfiles import finders

from pages import modules
from pages.modules import Imports, graph
from pages.web_list import APP_PAGES, web_list

SOURCE = """
import { a, b as c } from "./near.js";
import * as all from '../up.js';
import type, {
  several,
  lines,
} from "idb";
import "@noble/hashes/sha2.js";
export { d } from "./deep/down.js";
export * from "canonicalize";
// import "./commented.js";
/** @import { T } from "./types.js" */
/** @type {import("./also-types.js").T} */
const later = () => import("./later.js");
import("crypto").catch(() => 0);
const text = 'import "./not-this.js"';
"""


@pytest.fixture
def fresh():
    modules.imports_of.cache_clear()
    yield
    modules.imports_of.cache_clear()


def test_imports_are_read_as_a_browser_would(fresh, tmp_path, monkeypatch):
    file = tmp_path / "one.js"
    file.write_text(SOURCE)
    monkeypatch.setattr(finders, "find", lambda path: str(file))
    assert modules.imports_of("js/some/one.js") == Imports(
        at_once=(
            "js/some/near.js",
            "js/up.js",
            "vendor/idb/index.js",
            "vendor/@noble/hashes/sha2.js",
            "js/some/deep/down.js",
            "vendor/canonicalize/canonicalize.js",
        ),
        later=("js/some/later.js",),
    )


def test_every_import_of_ours_leads_to_a_file():
    own = [path for path in web_list()["files"] if path.startswith("js/") and path.endswith(".js")]
    assert [path for path in graph(*own, later=True) if finders.find(path) is None] == []


@pytest.mark.parametrize("page", APP_PAGES)
def test_a_page_names_all_its_modules_at_once(client, page):
    html = client.get(f"/{page}").content.decode()
    links = re.findall(r'<link rel="modulepreload" href="/static/[0-9a-f]{16}/(.*?)">', html)
    assert {"js/app.js", f"js/pages/{page}.js"} <= set(links)
    assert any(link.startswith("vendor/") for link in links)
    assert len(links) == len(set(links))
