"""The vault's modules at work in a page: what tests of static/js/vault run there."""

import json
from typing import Any

from playwright.sync_api import Page

from tests.browser.visitor import Visitor

# scrypt at the least cost that is accepted: a tenth of a second instead of more than one.
CHEAP = {"N": 2**14, "r": 8, "p": 1}
PASSPHRASE = "seven calm otters"
SEED = list(range(32))

# `kez` holds the modules' exports and the same few helpers for every script.
_RUN = """async ([folder, defaults, argument]) => {
  const names = ["identity", "store", "archive", "errors", "schema", "store_keys", "auto_lock", "one_tab",
    "persistence", "database", "records", "archive_format"].map((name) => `vault/${name}.js`);
  const found = await Promise.all([...names, "proto/handles.js", "proto/phrase.js", "proto/keys.js"].map((path) =>
    import(`${folder}js/${path}`)));
  const kez = Object.assign({}, ...found);
  kez.refusal = async (work) => {
    try { await work(); return null; } catch (error) { return error.code ?? `${error.name}: ${error.message}`; }
  };
  kez.create = (options = {}) => kez.createIdentity({
    seed: Uint8Array.from(defaults.seed), handle: new kez.Handle("alice", "kez.lat"),
    passphrase: defaults.passphrase, cost: defaults.cost, ...options,
  });
  kez.storeOf = async (seed = defaults.seed) =>
    kez.openStore({ storeKeys: await kez.deriveStoreKeys(Uint8Array.from(seed)) });
  // The records as a thief would find them, and a way to put changed ones back.
  kez.raw = (collection) => kez.withDatabase((database) => database.getAll(collection));
  kez.putRaw = (collection, record, key) =>
    kez.withDatabase((database) => database.put(collection, record, key));
  return (SCRIPT)(kez, argument);
}"""


def run(person: Visitor, script: str, argument: Any = None, *, page: Page | None = None) -> Any:
    """The answer of `script`, a function of (kez, argument), in a page of this person's browser."""
    page = page or person.page
    if not page.url.startswith(person.base_url):
        page.goto(f"{person.base_url}/docs/cli", wait_until="load")
    defaults = {"seed": SEED, "passphrase": PASSPHRASE, "cost": CHEAP}
    folder = page.evaluate("document.documentElement.dataset.static")
    return page.evaluate(_RUN.replace("SCRIPT", script), [folder, defaults, argument])


def as_functions(mutations: dict[str, tuple[str, str]]) -> str:
    """A table of (JavaScript that changes `record`, expected answer) as functions: the pages forbid eval."""
    functions = [
        f"{json.dumps(name)}: (record) => {{ {change}; return record; }}"
        for name, (change, _) in mutations.items()
    ]
    return f"{{{', '.join(functions)}}}"
