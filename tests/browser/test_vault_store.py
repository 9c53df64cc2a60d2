"""The encrypted store: what goes in comes out, all or nothing, and quickly."""

from typing import Any

from tests.browser.vaulting import run
from tests.browser.visitor import Visitor


def test_values_come_back_as_they_were(visitor: Visitor):
    values: dict[str, Any] = {
        "object": {"text": "¡hola! 👋", "nested": [1, 2.5, None, True, {"empty": {}}], "": ""},
        "text": "",
        "zero": 0,
        "false": False,
        "null": None,
        "list": [],
    }
    seen = run(
        visitor,
        """async (kez, values) => {
          const store = await kez.storeOf();
          await store.write(Object.entries(values).map(([key, value]) => ({ collection: "settings", key, value })));
          await store.write([{ collection: "unopened", key: "é", value: Uint8Array.of(0, 255, 7) }]);
          const again = await kez.storeOf();
          const bytes = await again.get("unopened", "é");
          return { many: await again.getMany("settings", [...Object.keys(values), "missing"]),
            missing: (await again.get("settings", "missing")) === undefined,
            bytes: [bytes instanceof Uint8Array, ...bytes], all: await again.all("settings"),
            elsewhere: (await again.get("contacts", "text")) === undefined,
            count: [await again.count("settings"), await again.count("contacts")] };
        }""",
        values,
    )
    assert seen["many"] == [*values.values(), None]
    assert seen["missing"]
    assert seen["elsewhere"]
    assert seen["bytes"] == [True, 0, 255, 7]
    assert {entry["key"]: entry["value"] for entry in seen["all"]} == values
    assert seen["count"] == [6, 0]


def test_later_changes_win_and_undefined_deletes(visitor: Visitor):
    seen = run(
        visitor,
        """async (kez) => {
          const store = await kez.storeOf();
          const change = (key, value) => ({ collection: "drafts", key, value });
          await store.write([change("bob", "one"), change("bob", "two"), change("mallory", "x")]);
          await store.write([change("mallory"), change("nobody"), change("carol", "c"), change("carol")]);
          await store.write([]);
          return [await store.get("drafts", "bob"), await store.count("drafts")];
        }""",
    )
    assert seen == ["two", 1]


PAGES: list[tuple[dict[str, Any], list[float]]] = [
    ({"limit": 3}, [-5, 1, 2]),
    ({"limit": 3, "newestFirst": True}, [9, 7.5, 4]),
    ({"limit": 2, "after": 1}, [2, 3, 3, 3]),
    ({"limit": 3, "after": 1}, [2, 3, 3, 3]),
    ({"limit": 2, "before": 4, "newestFirst": True}, [3, 3, 3]),
    ({"limit": 9, "before": 3, "newestFirst": True}, [2, 1, -5]),
    ({"limit": 9, "before": 4, "after": 1}, [2, 3, 3, 3]),
    ({"limit": 9, "after": 9}, []),
    ({"limit": 0}, []),
]


def test_pages_go_up_or_down_and_never_tear_equals_apart(visitor: Visitor):
    seen = run(
        visitor,
        """async (kez, pages) => {
          const store = await kez.storeOf();
          const change = (key, order, group = "bob") =>
            ({ collection: "messages", key: `${key}`, group, order, value: { key } });
          await store.write([3, -5, 9, 1, 3, 4, 2, 7.5, 3].map((order, key) => change(key, order)));
          await store.write([change("a", 2, "carol"), change("b", 5, "carol"),
            { collection: "messages", key: "apart", value: 1 },
            { collection: "messages", key: "plain", group: "dave", value: 1 }]);
          const seen = await Promise.all(pages.map((page) => store.page("messages", "bob", page)));
          await store.write([change("b", 1, "carol")]);
          return { pages: seen.map((page) => page.map(({ order }) => order)),
            whole: seen[0][0], moved: (await store.page("messages", "carol", { limit: 5 })).map(({ key }) => key),
            plain: await store.page("messages", "dave", { limit: 5 }),
            none: await store.page("messages", "x", { limit: 5 }),
            count: await Promise.all(["bob", "carol", "dave", "x", undefined].map((group) =>
              store.count("messages", group))) };
        }""",
        [page for page, _ in PAGES],
    )
    assert seen["pages"] == [orders for _, orders in PAGES]
    assert seen["whole"] == {"key": "1", "group": "bob", "order": -5, "value": {"key": 1}}
    assert seen["moved"] == ["b", "a"]
    assert seen["plain"] == [{"key": "plain", "group": "dave", "order": 0, "value": 1}]
    assert seen["none"] == []
    assert seen["count"] == [9, 2, 1, 0, 13]


BAD_CHANGES = [
    "{ collection: 'nonsense', key: 'k', value: 1 }",
    "{ collection: 'toString', key: 'k', value: 1 }",
    "{ collection: 'identity', key: 'self', value: 1 }",
    "{ collection: 'drafts', key: 7, value: 1 }",
    "{ collection: 'drafts', key: 'k', value: 1, group: 7 }",
    "{ collection: 'drafts', key: 'k', value: 1, order: 7 }",
    "{ collection: 'drafts', key: 'k', value: 1, group: 'g', order: NaN }",
    "{ collection: 'drafts', key: 'k', value: 1, group: 'g', order: '7' }",
    "{ collection: 'drafts', key: 'k', value: 1, colour: 'red' }",
    "{ collection: 'drafts', key: 'k', value: NaN }",
    "{ collection: 'drafts', key: 'k', value: { at: new Date() } }",
    "{ collection: 'drafts', key: 'k', value: [new Map()] }",
    "{ collection: 'drafts', key: 'k', value: () => 1 }",
    "{ collection: 'drafts', key: 'k', value: 7n }",
    "{ collection: 'drafts', key: 'k', value: { bytes: new Uint8Array(1) } }",
]


def test_what_could_not_be_read_back_is_refused_and_takes_its_batch_with_it(visitor: Visitor):
    told, count = run(
        visitor,
        """async (kez) => {
          const store = await kez.storeOf();
          const told = [];
          for (const bad of [BAD]) {
            told.push(await kez.refusal(() =>
              store.write([{ collection: "drafts", key: "good", value: 1 }, bad])));
          }
          told.push(await kez.refusal(() => store.get("identity", "self")));
          return [told, await store.count("drafts")];
        }""".replace("BAD", ", ".join(BAD_CHANGES)),
    )
    assert [text.split(":")[0] for text in told] == ["TypeError"] * (len(BAD_CHANGES) + 1)
    assert count == 0


def test_a_full_disk_is_told_and_leaves_nothing_of_the_batch(visitor: Visitor):
    visitor.goto("/docs/cli")
    session = visitor.altered.new_cdp_session(visitor.page)
    session.send("Storage.overrideQuotaForOrigin", {"origin": visitor.base_url, "quotaSize": 4_000_000})
    fill = """async (kez) => {
      window.store ??= await kez.storeOf();
      const change = (key, value) => ({ collection: "messages", key, group: "bob", order: 1, value });
      const told = await kez.refusal(() =>
        store.write([change("small", 1), change("large", new Uint8Array(8_000_000)), change("last", 1)]));
      return [told, await store.count("messages"), await kez.refusal(() => store.write([change("small", 2)]))];
    }"""
    assert run(visitor, fill) == ["storage_full", 0, None]
    session.send("Storage.overrideQuotaForOrigin", {"origin": visitor.base_url})
    assert run(visitor, fill) == [None, 3, None]


def test_of_two_tabs_the_last_one_to_open_writes(visitor: Visitor):
    other = visitor.new_page()
    write = """async (kez, value) => {
      window.store ??= await kez.storeOf();
      const told = await kez.refusal(() => store.write([{ collection: "drafts", key: "bob", value }]));
      return [told, await store.get("drafts", "bob")];
    }"""
    assert run(visitor, write, "first") == [None, "first"]
    assert run(visitor, write, "second", page=other) == [None, "second"]
    assert run(visitor, write, "third") == ["taken_over", "second"]
    visitor.page.reload()
    assert run(visitor, write, "fourth") == [None, "fourth"]
    assert run(visitor, write, "fifth", page=other) == ["taken_over", "fourth"]


def test_two_stores_of_one_page_both_write(visitor: Visitor):
    assert (
        run(
            visitor,
            """async (kez) => {
              const [one, two] = [await kez.storeOf(), await kez.storeOf()];
              await one.write([{ collection: "drafts", key: "a", value: 1 }]);
              await two.write([{ collection: "drafts", key: "b", value: 1 }]);
              return one.count("drafts");
            }""",
        )
        == 2
    )


def test_a_closed_store_refuses(visitor: Visitor):
    told = run(
        visitor,
        """async (kez) => {
          const store = await kez.storeOf();
          let events = 0;
          store.addEventListener("closed", () => (events += 1));
          store.close();
          store.close();
          const refused = [() => store.get("drafts", "a"), () => store.all("drafts"), () => store.count("drafts"),
            () => store.page("messages", "a", { limit: 1 }),
            () => store.write([{ collection: "drafts", key: "a", value: 1 }])];
          return [events, ...(await Promise.all(refused.map(kez.refusal)))];
        }""",
    )
    assert told == [1, *["storage_closed"] * 5]


def test_a_backlog_is_stored_in_large_batches_and_read_in_small_pages(visitor: Visitor):
    """Thousands of messages in transactions of a thousand; a page of fifty from among them."""
    rounds = 3
    found = run(
        visitor,
        """async (kez, rounds) => {
          const store = await kez.storeOf();
          for (let round = 0; round < rounds; round += 1) {
            await store.write(Array.from({ length: 1000 }, (_, i) => ({ collection: "messages", key: `${round}:${i}`,
              group: `peer ${i % 3}`, order: round * 1000 + i,
              value: { text: "hello ".repeat(30), document: "x".repeat(800) } })));
          }
          const page = await store.page("messages", "peer 1", { limit: 50, newestFirst: true, before: 2500 });
          return { length: page.length, first: page[0].order, count: await store.count("messages") };
        }""",
        rounds,
    )
    assert found == {"length": 50, "first": 2499, "count": 1000 * rounds}
