"""A history as one file: opens anywhere with the 24 words, for nobody else, whole or not at all."""

import base64
from collections.abc import Callable

from tests.browser.vaulting import run
from tests.browser.visitor import Visitor

# Fills a store; gives it and the identity. More than one chunk: 450 messages are three batches.
FILL = """
  const fill = async () => {
    const identity = await kez.create();
    const store = await kez.openStore(identity);
    await store.write([
      ...Array.from({ length: 450 }, (_, i) => ({ collection: "messages", key: `m${i}`, group: `peer${i % 2}`,
        order: i, value: { text: `secret text ${i}` } })),
      { collection: "contacts", key: "bob@kez.lat", value: { peer: "ab", verified: true } },
      { collection: "unopened", key: "u", value: Uint8Array.of(0, 1, 254, 255) },
      { collection: "settings", key: "empty", value: null },
      { collection: "outbox", key: "of this device", value: 1 },
      { collection: "links_out", key: "of this device", value: 1 },
      { collection: "drafts", key: "of this device", value: 1 },
    ]);
    return { identity, store };
  };
"""


def test_exported_here_and_imported_in_another_browser(visitor_of: Callable[..., Visitor]):
    file = run(
        visitor_of("first"),
        """async (kez) => {
          FILL
          const { identity, store } = await fill();
          const blob = await kez.exportHistory(store, identity);
          return [blob.type, new Uint8Array(await blob.arrayBuffer()).toBase64()];
        }""".replace("FILL", FILL),
    )
    seen = run(
        visitor_of("second"),
        """async (kez, file) => {
          const identity = await kez.create();
          const store = await kez.openStore(identity);
          await store.write([{ collection: "contacts", key: "bob@kez.lat", value: { peer: "cd" } },
            { collection: "messages", key: "m7", group: "peer1", order: 1000, value: { text: "newer" } }]);
          const blob = new Blob([Uint8Array.fromBase64(file)]);
          const first = await kez.importHistory(store, identity, blob);
          const again = await kez.importHistory(store, identity, blob);
          const newest = await store.page("messages", "peer1", { limit: 2, newestFirst: true });
          const oldest = await store.page("messages", "peer0", { limit: 2 });
          return { first, again, newest, oldest, contact: await store.get("contacts", "bob@kez.lat"),
            bytes: [...(await store.get("unopened", "u"))], empty: await store.get("settings", "empty"),
            counts: await Promise.all(["messages", "outbox", "links_out", "drafts"].map((name) => store.count(name))) };
        }""",
        file[1],
    )
    assert file[0] == "application/vnd.kez-chat.archive"
    assert seen["first"] == {"added": 451, "known": 2}
    assert seen["again"] == {"added": 0, "known": 453}
    assert [entry["value"]["text"] for entry in seen["newest"]] == ["newer", "secret text 449"]
    assert [(entry["key"], entry["order"]) for entry in seen["oldest"]] == [("m0", 0), ("m2", 2)]
    assert seen["contact"] == {"peer": "cd"}  # what is here already stays
    assert seen["bytes"] == [0, 1, 254, 255]
    assert seen["empty"] is None
    assert seen["counts"] == [450, 0, 0, 0]
    raw = base64.b64decode(file[1])
    assert raw.startswith(b"kez-archive\x01")
    for hidden in (b"secret", b"peer0", b"bob", b"messages"):
        assert hidden not in raw


def test_an_empty_history_is_an_archive_too(visitor: Visitor):
    seen = run(
        visitor,
        """async (kez) => {
          const identity = await kez.create();
          const store = await kez.openStore(identity);
          return kez.importHistory(store, identity, await kez.exportHistory(store, identity));
        }""",
    )
    assert seen == {"added": 0, "known": 0}


def test_an_export_is_of_one_moment(visitor: Visitor):
    """A record that comes while an export runs must not be in one collection of it and missing in another."""
    counts = run(
        visitor,
        """async (kez) => {
          FILL
          const { identity, store } = await fill();
          const exporting = kez.exportHistory(store, identity);
          const late = ["messages", "seen"].map((collection) => ({ collection, key: "late", value: 1 }));
          const [blob] = await Promise.all([exporting, store.write(late)]);
          await store.write(late.map(({ collection, key }) => ({ collection, key })));
          await kez.importHistory(store, identity, blob);
          return Promise.all(["messages", "seen"].map((name) => store.get(name, "late").then((value) => value === 1)));
        }""".replace("FILL", FILL),
    )
    assert counts[0] == counts[1]


# What somebody does to the file (`bytes`; `chunks` are [from, to] of each box with its length), and what is told.
MUTATIONS = {
    "nothing": ("bytes", None),
    "empty file": ("new Uint8Array(0)", "archive_truncated"),
    "another file": ("new TextEncoder().encode('PK not an archive of ours at all')", "archive_broken"),
    "magic": ("flip(3)", "archive_broken"),
    "version 0": ("set(11, 0)", "archive_broken"),
    "version 2": ("set(11, 2)", "archive_newer"),
    "header length longer": ("set(15, bytes[15] + 1)", "archive_broken"),
    "header length huge": ("set(12, 255)", "archive_broken"),
    "header no JSON": ("set(16, 0)", "archive_broken"),
    "header field unknown": ("replaced('created_at', 'created_by')", "archive_broken"),
    "another date": ('replaced(\'"created_at":"2\', \'"created_at":"3\')', "archive_broken"),
    "another salt": (
        "replaced('\"salt\":\"' + salt[0], '\"salt\":\"' + (salt[0] === '0' ? '1' : '0'))",
        "archive_broken",
    ),
    "salt in capitals": ("replaced(salt, salt.toUpperCase())", "archive_broken"),
    "first chunk": ("flip(chunks[0][0] + 40)", "archive_broken"),
    "last tag": ("flip(bytes.length - 1)", "archive_broken"),
    "chunk length zero": (
        "set(chunks[0][0] + 3, 0, set(chunks[0][0] + 2, 0, set(chunks[0][0] + 1, 0)))",
        "archive_broken",
    ),
    "chunk length huge": ("set(chunks[0][0], 127)", "archive_broken"),
    "chunk length beyond the end": ("set(chunks.at(-1)[0] + 3, 255)", "archive_truncated"),
    "chunk left out": ("without(chunks[1])", "archive_broken"),
    "chunk twice": ("joined(head(chunks[0][1]), part(chunks[0]), tail(chunks[0][1]))", "archive_broken"),
    "chunks swapped": (
        "joined(head(chunks[0][0]), part(chunks[1]), part(chunks[0]), tail(chunks[1][1]))",
        "archive_broken",
    ),
    "last chunk missing": ("head(chunks.at(-1)[0])", "archive_truncated"),
    "only the prelude": ("head(chunks[0][0])", "archive_truncated"),
    "cut in the prelude": ("head(40)", "archive_truncated"),
    "cut in the magic": ("head(5)", "archive_truncated"),
    "cut in a length": ("head(chunks[1][0] + 2)", "archive_truncated"),
    "cut in a chunk": ("head(chunks[1][1] - 1)", "archive_truncated"),
    "one byte short": ("head(bytes.length - 1)", "archive_truncated"),
    "one byte more": ("joined(bytes, Uint8Array.of(0))", "archive_broken"),
    "two archives": ("joined(bytes, bytes)", "archive_broken"),
}


def test_no_change_to_the_file_goes_unnoticed_and_nothing_of_it_is_imported(visitor: Visitor):
    functions = ", ".join(f"{name!r}: () => {change}" for name, (change, _) in MUTATIONS.items())
    told, counts = run(
        visitor,
        """async (kez) => {
          FILL
          const { identity, store } = await fill();
          const bytes = new Uint8Array(await (await kez.exportHistory(store, identity)).arrayBuffer());
          const view = new DataView(bytes.buffer);
          const chunks = [];
          for (let at = 16 + view.getUint32(12); at < bytes.length; at = chunks.at(-1)[1]) {
            chunks.push([at, at + 4 + view.getUint32(at)]);
          }
          const latin = new TextDecoder("latin1").decode(bytes);
          const salt = latin.match(/"salt":"([0-9a-f]+)"/u)[1];
          const head = (end) => bytes.slice(0, end);
          const tail = (start) => bytes.slice(start);
          const part = ([start, end]) => bytes.slice(start, end);
          const joined = (...parts) => Uint8Array.from(parts.flatMap((each) => [...each]));
          const without = ([start, end]) => joined(head(start), tail(end));
          const set = (place, byte, from = bytes) => from.with(place, byte);
          const flip = (place) => bytes.with(place, bytes[place] ^ 1);
          const replaced = (old, fresh) => Uint8Array.from(latin.replace(old, fresh), (letter) => letter.charCodeAt(0));
          await store.write(Array.from({ length: 450 }, (_, i) => ({ collection: "messages", key: `m${i}` })));
          const told = {};
          const counts = new Set();
          for (const [name, change] of Object.entries({ FUNCTIONS }).reverse()) {
            told[name] = await kez.refusal(() => kez.importHistory(store, identity, new Blob([change()])));
            counts.add(`${name === "nothing"} ${await store.count("messages")}`);
          }
          return [told, [...counts]];
        }""".replace("FILL", FILL).replace("FUNCTIONS", functions),
    )
    assert told == {name: expected for name, (_, expected) in MUTATIONS.items()}
    assert sorted(counts) == ["false 0", "true 450"]


def test_the_archive_of_another_key_is_refused(visitor: Visitor):
    told = run(
        visitor,
        """async (kez) => {
          FILL
          const { identity, store } = await fill();
          const blob = await kez.exportHistory(store, identity);
          const foreign = await kez.refusal(() => kez.importHistory(store, stranger(), blob));
          // With the owner's name in front, but of the stranger's making.
          const forged = await kez.exportHistory(store, stranger(identity.primary));
          return [foreign, await kez.refusal(() => kez.importHistory(store, identity, forged))];

          function stranger(primary) {
            const key = new kez.SigningKey(new Uint8Array(32));
            return { primary: primary ?? key.primary, key };
          }
        }""".replace("FILL", FILL),
    )
    assert told == ["foreign_archive", "archive_broken"]


# Well sealed by the owner, but not what this version writes.
CONTENTS = {
    "nothing wrong": ('{ records: [{ collection: "drafts", key: "k", value: 1 }].slice(1), total: 0 }', None),
    "no records": ("{ total: 0 }", "archive_broken"),
    "a list": ("[]", "archive_broken"),
    "wrong total": ("{ records: [], total: 1 }", "archive_broken"),
    "no total": ("{ records: [] }", "archive_broken"),
    "unknown field": ("{ records: [], total: 0, more: 1 }", "archive_broken"),
    "record is text": ('{ records: ["x"], total: 1 }', "archive_broken"),
    "unknown collection": (
        '{ records: [{ collection: "reactions", key: "k", value: 1 }], total: 1 }',
        "archive_newer",
    ),
    "of one device": (
        '{ records: [{ collection: "outbox", key: "k", value: 1 }], total: 1 }',
        "archive_newer",
    ),
    "no value": ('{ records: [{ collection: "seen", key: "k" }], total: 1 }', "archive_broken"),
    "two values": (
        '{ records: [{ collection: "seen", key: "k", value: 1, bytes: "AA==" }], total: 1 }',
        "archive_broken",
    ),
    "no base64": ('{ records: [{ collection: "seen", key: "k", bytes: "A" }], total: 1 }', "archive_broken"),
    "unknown part": (
        '{ records: [{ collection: "seen", key: "k", value: 1, x: 1 }], total: 1 }',
        "archive_broken",
    ),
    "no key": ('{ records: [{ collection: "seen", value: 1 }], total: 1 }', "archive_broken"),
    "order alone": (
        '{ records: [{ collection: "seen", key: "k", value: 1, order: 1 }], total: 1 }',
        "archive_broken",
    ),
}


def test_an_archive_with_odd_contents_is_refused(visitor: Visitor):
    contents = ", ".join(f"{name!r}: {content}" for name, (content, _) in CONTENTS.items())
    told, count = run(
        visitor,
        """async (kez) => {
          const identity = await kez.create();
          const store = await kez.openStore(identity);
          const salt = new Uint8Array(32);
          const key = await kez.deriveArchiveKey(identity.key.seed, salt);
          const prelude = kez.writePrelude({ primary: identity.primary.hex, createdAt: "2026-11-22T00:00:00Z", salt });
          const told = {};
          for (const [name, content] of Object.entries({ CONTENTS })) {
            const plain = new TextEncoder().encode(JSON.stringify(content));
            const blob = new Blob([prelude, await kez.sealChunk(key, prelude, 0, true, plain)]);
            told[name] = await kez.refusal(() => kez.importHistory(store, identity, blob));
          }
          return [told, await store.count("seen")];
        }""".replace("CONTENTS", contents),
    )
    assert told == {name: expected for name, (_, expected) in CONTENTS.items()}
    assert count == 0


def test_an_import_that_finds_no_space_adds_nothing(visitor: Visitor):
    visitor.goto("/docs/cli")
    session = visitor.altered.new_cdp_session(visitor.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": visitor.base_url, "quotaSize": 4_000_000})
    told, count = run(
        visitor,
        """async (kez) => {
          const identity = await kez.create();
          const store = await kez.openStore(identity);
          const change = (i, value) => ({ collection: "unopened", key: `${i}`, value });
          // Made without a store: it would not fit into one.
          const many = { async *snapshot() {
            for (let i = 0; i < 8; i += 1) yield [change(i, crypto.getRandomValues(new Uint8Array(65536))),
              change(`large ${i}`, new Uint8Array(1_000_000))];
          } };
          const blob = await kez.exportHistory(many, identity);
          return [await kez.refusal(() => kez.importHistory(store, identity, blob)), await store.count("unopened")];
        }""",
    )
    assert (told, count) == ("storage_full", 0)
