/**
 * What the database holds, and the steps by which older versions of it come up to date.
 *
 * @typedef {import("idb").IDBPDatabase} Database
 */

export const DATABASE = "kez-chat";

/** Holds one record, the identity, under the key `self`. */
export const IDENTITY = "identity";

/** Holds one record: which page load may write. */
export const WRITER = "writer";

/**
 * The collections of the encrypted store. `archived` ones go into an exported history; the others belong to
 * this device alone (its place in the message chains, what it is still sending), can be fetched again (files), or are
 * not worth keeping.
 *
 * @type {Readonly<Record<string, {archived: boolean}>>}
 */
export const COLLECTIONS = Object.freeze({
  messages: { archived: true },
  unopened: { archived: true },
  conversations: { archived: true },
  contacts: { archived: true },
  links_in: { archived: true },
  links_out: { archived: false },
  seen: { archived: true },
  receipts: { archived: true },
  outbox: { archived: false },
  chains: { archived: true },
  evidence: { archived: true },
  settings: { archived: true },
  drafts: { archived: false },
  files: { archived: false },
  file_chunks: { archived: false },
  shared_lists: { archived: true },
});

/** The collections of version 1. */
const FIRST = [
  "messages", "unopened", "conversations", "contacts", "links_in", "links_out", "seen", "receipts", "outbox", "chains",
  "evidence", "settings", "drafts",
];

/** The index of every collection over (group, order). */
export const BY_GROUP = "by_group";

/**
 * One step from each version to the next; a released step is never changed, a new one goes to the end.
 *
 * @type {ReadonlyArray<(database: Database) => void>}
 */
const STEPS = Object.freeze([
  (database) => {
    database.createObjectStore(IDENTITY);
    database.createObjectStore(WRITER);
    for (const name of FIRST) {
      addCollection(database, name);
    }
  },
  (database) => {
    addCollection(database, "files");
    addCollection(database, "file_chunks");
  },
  (database) => {
    addCollection(database, "shared_lists");
  },
]);

export const VERSION = STEPS.length;

/**
 * Bring a database of version `from` (0: new) up to date.
 *
 * @param {Database} database
 * @param {number} from
 */
export function migrate(database, from) {
  for (const step of STEPS.slice(from)) {
    step(database);
  }
}

/** @param {Database} database @param {string} name */
function addCollection(database, name) {
  const collection = /** @type {any} */ (database.createObjectStore(name, { keyPath: "name" }));
  // Records without a group lack the key path, so they are not in the index.
  collection.createIndex(BY_GROUP, ["group", "order"]);
}
