// What somebody publishes, changed, sealed for its readers, and read out of the list again.

import assert from "node:assert/strict";
import { test } from "node:test";

import { collected, idOf, sealedEntries, withFile, withReaders } from "../../static/js/chat/lists/collection.js";
import { entryViews } from "../../static/js/chat/lists/views.js";
import { chunkedFileBody } from "../../static/js/proto/bodies.js";
import { digestOf } from "../../static/js/proto/digests.js";
import { CannotDecrypt } from "../../static/js/proto/errors.js";
import { Handle } from "../../static/js/proto/handles.js";
import { SigningKey } from "../../static/js/proto/keys.js";
import { openSharedEntry } from "../../static/js/proto/shared_entries.js";
import { ALICE, BOB, MALLORY } from "./cast.js";

/** @typedef {import("../../static/js/chat/lists/collection.js").Published} Published */

/** @param {SigningKey} key @param {string} name */
const reader = (key, name) => ({ primary: key.primary, handle: new Handle(name, "kez.lat") });
const [bob, mallory] = [reader(BOB, "bob"), reader(MALLORY, "mallory")];

/** @param {string} name @param {number} [number] of the upload */
function body(name, number = 1) {
  const digest = digestOf(new TextEncoder().encode(`${name} ${number}`));
  return chunkedFileBody({
    filename: name, mime: "image/png", size: 200_000, digest, plainDigest: digestOf(new TextEncoder().encode(name)),
    fileId: digest.slice(-32), fileKey: new Uint8Array(32).fill(number),
  });
}

/** @param {string} name @param {Published["readers"]} readers @param {Record<string, any>} [more] @returns {Published} */
function published(name, readers, { number = 1, ...more } = {}) {
  return { content: { added_at: "2026-05-25T03:00:00Z", file: body(name, number), ...more }, readers };
}

/** @param {Uint8Array[]} entries @param {SigningKey} key */
async function opened(entries, key) {
  const found = [];
  for (const entry of entries) {
    try {
      found.push(await openSharedEntry(entry, key, { owner: ALICE.primary }));
    } catch (error) {
      if (!(error instanceof CannotDecrypt)) throw error;
    }
  }
  return found;
}

/** @param {Published[]} collection */
const shown = (collection) =>
  collection
    .map(({ content, readers }) => [content.file.filename, content.note ?? "", readers.map(({ handle }) => handle.local).sort()])
    .sort();

test("every reader sees what is for them and nobody else, the owner all of it", async () => {
  const collection = [published("cat.png", [bob, mallory], { note: "Tom" }), published("dog.png", [mallory])];
  const entries = await sealedEntries(collection, ALICE.primary);
  assert.equal(entries.length, 5);
  const bobs = await opened(entries, BOB);
  assert.deepEqual(bobs.map(({ file }) => file.filename), ["cat.png"]);
  assert.equal(JSON.stringify(bobs[0].document).includes("mallory"), false);
  const own = await opened(entries, ALICE);
  assert.deepEqual(shown(collected(own)), shown(collection));
  assert.deepEqual(
    entryViews(own, { own: true }).map(({ view }) => [view.name, view.readers?.map(({ handle }) => handle)]).sort(),
    [["cat.png", ["bob@kez.lat", "mallory@kez.lat"]], ["dog.png", ["mallory@kez.lat"]]],
  );
});

test("more readers than fit into one entry", async () => {
  const many = Array.from({ length: 40 }, (_, index) =>
    reader(new SigningKey(new Uint8Array(32).fill(index + 1)), `reader${index}`),
  );
  const more = { note: "é".repeat(80), thumbnail: body("small.png"), expires_at: "2026-06-25T03:00:00Z" };
  const collection = [published("cat.png", many, more)];
  const entries = await sealedEntries(collection, ALICE.primary);
  const own = await opened(entries, ALICE);
  assert.equal(entries.length, 40 + own.length);
  assert.ok(own.length > 3);
  assert.deepEqual(shown(collected(own)), shown(collection));
  assert.deepEqual(collected(own)[0].content, collection[0].content);
  const [{ view }] = entryViews(own, { own: true });
  assert.equal(view.readers?.length, 40);
  assert.equal(view.hasThumbnail, true);
});

test("the same again is renewed for its readers of before; readers come and go", () => {
  const before = [published("cat.png", [bob], { note: "Tom" }), published("dog.png", [bob])];
  const renewed = withFile(before, published("cat.png", [mallory], { number: 2 }));
  assert.deepEqual(shown(renewed), [["cat.png", "Tom", ["bob", "mallory"]], ["dog.png", "", ["bob"]]]);
  const id = idOf(renewed[1]);
  assert.equal(id, body("cat.png", 2).file_id);
  assert.deepEqual(shown(withReaders(renewed, id, [mallory]))[0], ["cat.png", "Tom", ["mallory"]]);
  assert.deepEqual(shown(withReaders(renewed, id, [])), [["dog.png", "", ["bob"]]]);
});

test("a list has an end, and so has an entry", async () => {
  const full = Array.from({ length: 501 }, (_, number) => published(`${number}.png`, [bob]));
  await assert.rejects(sealedEntries(full, ALICE.primary), { code: "list_full" });
  const long = published("x".repeat(250), [bob], { note: "n".repeat(280), thumbnail: body("y".repeat(250)) });
  await assert.rejects(sealedEntries([long], ALICE.primary), { code: "entry_too_large" });
});
