"""A vault that an earlier version of the app made opens as it was, with room for what is new."""

from tests.browser.vaulting import PASSPHRASE, run
from tests.browser.visitor import Visitor

# What version 1 had; written down here, so that a change of today's list can't rewrite history.
FIRST = [
    "messages",
    "unopened",
    "conversations",
    "contacts",
    "links_in",
    "links_out",
    "seen",
    "receipts",
    "outbox",
    "chains",
    "evidence",
    "settings",
    "drafts",
]

_SCRIPT = """async (kez, { first, passphrase }) => {
  await kez.create();
  const store = await kez.storeOf();
  await store.write([
    { collection: "messages", key: "one", value: { text: "kept" }, group: "bob", order: 1 },
    { collection: "unopened", key: "two", value: Uint8Array.of(1, 2, 3) },
  ]);
  store.close();
  const kept = {};
  for (const name of first) kept[name] = await kez.raw(name);
  const [identity] = await kez.raw("identity");
  const asked = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  await asked(indexedDB.deleteDatabase(kez.DATABASE));
  const opening = indexedDB.open(kez.DATABASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore("identity").put(identity, "self");
    opening.result.createObjectStore("writer");
    for (const name of first) {
      const made = opening.result.createObjectStore(name, { keyPath: "name" });
      made.createIndex("by_group", ["group", "order"]);
      for (const record of kept[name]) made.put(record);
    }
  };
  (await asked(opening)).close();

  const unlocked = await kez.unlock(passphrase);
  const again = await kez.openStore(unlocked);
  await again.write([{ collection: "file_chunks", key: "f/0", value: Uint8Array.of(9), group: "f", order: 0 }]);
  const [chunk] = await again.page("file_chunks", "f", { limit: 5 });
  return {
    handle: unlocked.handle.toString(),
    text: (await again.page("messages", "bob", { limit: 5 })).map(({ value }) => value.text),
    bytes: [...await again.get("unopened", "two")],
    chunk: [...chunk.value],
    version: kez.VERSION,
  };
}"""


def test_a_vault_of_version_1_is_brought_up_to_date(visitor: Visitor):
    seen = run(visitor, _SCRIPT, {"first": FIRST, "passphrase": PASSPHRASE})
    assert seen == {
        "handle": "alice@kez.lat",
        "text": ["kept"],
        "bytes": [1, 2, 3],
        "chunk": [9],
        "version": 3,
    }
