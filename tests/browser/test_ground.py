"""What every other test with a browser stands on: pages load, modules resolve, and nothing odd passes unnoticed."""

import json

from playwright.sync_api import Page

from pages.packages import PACKAGES
from tests.browser.axe import violations
from tests.browser.visitor import Visitor


def test_every_package_can_be_imported_by_its_name(visitor: Visitor):
    visitor.goto("/docs/cli")
    names = [package.name for package in PACKAGES if package.entry]
    names += ["@noble/curves/ed25519.js", "@noble/hashes/sha2.js", "@scure/bip39/wordlists/english.js"]
    loaded = visitor.page.evaluate(
        "async (names) => Object.fromEntries(await Promise.all(names.map("
        "async (name) => [name, Object.keys(await import(name)).length])))",
        names,
    )
    assert set(loaded) == set(names)
    assert min(loaded.values()) > 0


def test_only_what_the_pages_import_is_served_of_node_modules(visitor: Visitor):
    visitor.goto("/docs/cli")
    mapped = json.loads(visitor.page.locator("script[type=importmap]").text_content() or "")
    assert all("/vendor/" in path for path in mapped["imports"].values())
    visitor.expect("status of 404")
    status = visitor.page.evaluate(
        "async () => (await fetch(document.documentElement.dataset.static + 'vendor/typescript/package.json')).status"
    )
    assert status == 404


def test_trouble_in_a_page_is_noted(visitor: Visitor):
    visitor.goto("/docs/cli")
    page: Page = visitor.page
    page.evaluate("console.error('said by the page')")
    page.evaluate("setTimeout(() => { throw new Error('nobody caught this') })")
    page.evaluate("fetch('http://foreign.invalid/').catch(() => 0)")
    page.evaluate("new Promise((done) => setTimeout(done))")
    noted = visitor.unexpected()
    for part in ("said by the page", "nobody caught this", "Content Security Policy"):
        assert any(part in each for each in noted), noted
    visitor.expect("")


def test_axe_sees_what_is_wrong(visitor: Visitor):
    visitor.goto("/docs/cli")
    visitor.page.evaluate("document.querySelector('main').append(document.createElement('button'))")
    assert any(line.startswith("button-name") for line in violations(visitor.page))
