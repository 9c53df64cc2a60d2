/**
 * The encrypted store: records in named collections, found by key, or page by page within a group in the
 * order of a number. Keys, groups and values are readable only with the identity's keys; collection, count,
 * size and `order` are not hidden.
 *
 * @typedef {import("./identity.js").UnlockedIdentity} UnlockedIdentity
 * @typedef {import("./schema.js").Database} Database
 * @typedef {{collection: string, key: string, value?: any, group?: string, order?: number}} Change
 *   `value`: JSON-able or a Uint8Array; undefined deletes. `group`: the record can be paged through within
 *   it; `order` (finite) is its place there, 0 without one. Writing a key replaces value, group and order.
 * @typedef {{key: string, group: string|null, order: number|undefined, value: any}} Entry
 * @typedef {import("./records.js").StoredRecord} StoredRecord
 */

import { toHex } from "../proto/bytes.js";
import { checkCollection, checkedChange } from "./changes.js";
import { openDatabase, typed } from "./database.js";
import { StorageClosed, TakenOver } from "./errors.js";
import { batches, everyOne, firstOf } from "./paging.js";
import { RecordSealer } from "./records.js";
import { BY_GROUP, WRITER } from "./schema.js";
import { groups, inSlices } from "./slices.js";

const REQUESTS = 100;

/** Names this page load among all that have ever opened the store. */
const PAGE = toHex(crypto.getRandomValues(new Uint8Array(16)));

/**
 * Open the store of an unlocked identity. From now on this page load alone may write: stores that another tab
 * has open refuse with TakenOver (see one_tab.js, which lets the tabs agree before it comes to that).
 *
 * @param {Pick<UnlockedIdentity, "storeKeys">} identity
 * @returns {Promise<Store>} throws StorageBlocked, StorageUnavailable, VaultNewer
 */
export async function openStore(identity) {
  /** @type {Store|undefined} */
  let store;
  const database = await openDatabase({ onClosed: () => store?.close() });
  try {
    await database.put(WRITER, PAGE, "page");
  } catch (error) {
    database.close();
    throw typed(error);
  }
  store = new Store(database, new RecordSealer(identity.storeKeys));
  return store;
}

/** Made by openStore(). Event "closed": the connection is gone, by close() or by another tab that wipes. */
export class Store extends EventTarget {
  #database;
  #sealer;
  #closed = false;

  /** @param {Database} database @param {RecordSealer} sealer */
  constructor(database, sealer) {
    super();
    this.#database = database;
    this.#sealer = sealer;
  }

  /** @param {string} collection @param {string} key @returns {Promise<any>} the value, or undefined */
  async get(collection, key) {
    return (await this.getMany(collection, [key]))[0];
  }

  /**
   * @param {string} collection
   * @param {readonly string[]} keys
   * @returns {Promise<any[]>} one value for each key, undefined where there is none
   */
  async getMany(collection, keys) {
    const names = await inSlices(keys, (key) => this.#sealer.nameOf(collection, key));
    const found = await this.#read(collection, (records) => names.map((name) => records.get(name)));
    return inSlices(found, async (stored) => stored && (await this.#sealer.open(collection, stored)).value);
  }

  /** @param {string} collection @returns {Promise<Entry[]>} the whole collection, in no order */
  async all(collection) {
    const [stored] = await this.#read(collection, (records) => [everyOne(records)]);
    return this.#openAll(collection, stored);
  }

  /**
   * Everything in these collections as it is at one moment, opened bit by bit.
   *
   * @param {readonly string[]} collections
   * @returns {AsyncGenerator<Change[], void, void>}
   */
  async *snapshot(collections) {
    const stored = await this.#ask(collections, (of) => collections.map((name) => everyOne(of(name))));
    for (const [place, collection] of collections.entries()) {
      for (const batch of batches(stored[place])) {
        const entries = await this.#openAll(collection, batch);
        yield entries.map(({ group, ...entry }) => ({ collection, ...entry, group: group ?? undefined }));
      }
    }
  }

  /**
   * Records of a group whose order lies between `after` and `before` (both excluded): the first `limit` of
   * them going up, or with `newestFirst` going down. Records of one order are never torn apart: where the
   * last one has equals, they come too.
   *
   * @param {string} collection
   * @param {string} group
   * @param {{before?: number, after?: number, limit: number, newestFirst?: boolean}} options
   * @returns {Promise<Entry[]>}
   */
  async page(collection, group, { before, after, limit, newestFirst = false }) {
    const hidden = await this.#sealer.groupOf(collection, group);
    const range = IDBKeyRange.bound(
      [hidden, after ?? -Infinity],
      [hidden, before ?? Infinity],
      after !== undefined,
      before !== undefined,
    );
    const [stored] = await this.#read(collection, (records) => [
      firstOf(records.index(BY_GROUP), range, limit, newestFirst ? "prev" : "next"),
    ]);
    return this.#openAll(collection, stored);
  }

  /** How many records there are. @param {string} collection @param {string} [group] */
  async count(collection, group) {
    if (group === undefined) {
      return /** @type {number} */ ((await this.#read(collection, (records) => [records.count()]))[0]);
    }
    const hidden = await this.#sealer.groupOf(collection, group);
    const range = IDBKeyRange.bound([hidden, -Infinity], [hidden, Infinity]);
    const [number] = await this.#read(collection, (records) => [records.index(BY_GROUP).count(range)]);
    return /** @type {number} */ (number);
  }

  /**
   * Carry out all changes, in order, or none of them. When this resolves they are on the disk: a message may
   * be acknowledged to its sender.
   *
   * @param {readonly Change[]} changes
   * @returns {Promise<void>} throws StorageFull, TakenOver, StorageClosed; TypeError for a change that is no
   *   change
   */
  async write(changes) {
    const prepared = await inSlices(changes, (change) => this.#prepare(change));
    await this.#transact(prepared, (records, { name, record }) =>
      record === undefined ? records.delete(name) : records.put(record),
    );
  }

  /**
   * Add the records whose keys are not there yet; leave the others as they are. All or nothing.
   *
   * @param {AsyncIterable<readonly Change[]>} batches
   * @returns {Promise<{added: number, known: number}>}
   */
  async addMissing(batches) {
    /** @type {Prepared[]} */
    const prepared = [];
    for await (const batch of batches) {
      prepared.push(...(await inSlices(batch, (change) => this.#prepare(change))));
    }
    let added = 0;
    await this.#transact(prepared, async (records, { name, record }) => {
      if ((await records.getKey(name)) === undefined) {
        added += 1;
        await records.put(record);
      }
    });
    return { added, known: prepared.length - added };
  }

  /** End the connection; every later call throws StorageClosed. */
  close() {
    if (!this.#closed) {
      this.#closed = true;
      this.#database.close();
      this.dispatchEvent(new Event("closed"));
    }
  }

  /** @typedef {{collection: string, name: ArrayBuffer, record: StoredRecord|undefined}} Prepared */

  /** @param {Change} change @returns {Promise<Prepared>} */
  async #prepare(change) {
    const { collection, key, value, group, order } = checkedChange(change);
    if (value === undefined) {
      return { collection, name: await this.#sealer.nameOf(collection, key), record: undefined };
    }
    const record = await this.#sealer.seal(collection, { key, group: group ?? null, order, value });
    return { collection, name: record.name, record };
  }

  /** @param {string} collection @param {StoredRecord[]} stored @returns {Promise<Entry[]>} */
  #openAll(collection, stored) {
    return inSlices(stored, (record) => this.#sealer.open(collection, record));
  }

  /**
   * One read transaction over one collection.
   *
   * @param {string} collection
   * @param {(records: any) => Promise<any>[]} ask
   * @returns {Promise<any[]>}
   */
  #read(collection, ask) {
    return this.#ask([collection], (of) => ask(of(collection)));
  }

  /**
   * One read transaction.
   *
   * @param {readonly string[]} collections
   * @param {(of: (collection: string) => any) => Promise<any>[]} ask
   * @returns {Promise<any[]>}
   */
  async #ask(collections, ask) {
    this.#checkOpen();
    collections.forEach(checkCollection);
    try {
      const transaction = this.#database.transaction([...collections]);
      transaction.done.catch(() => {}); // its requests fail too, and say why
      return await Promise.all(ask((name) => transaction.objectStore(name)));
    } catch (error) {
      throw typed(error);
    }
  }

  /**
   * One write transaction over everything in `prepared`.
   *
   * @param {Prepared[]} prepared
   * @param {(records: any, one: Prepared) => Promise<unknown>} apply
   */
  async #transact(prepared, apply) {
    this.#checkOpen();
    if (prepared.length === 0) {
      return;
    }
    const collections = [...new Set(prepared.map((one) => one.collection))];
    /** @type {any} */
    let transaction;
    try {
      transaction = this.#database.transaction([...collections, WRITER], "readwrite", {
        durability: "strict",
      });
      const records = new Map(collections.map((name) => [name, transaction.objectStore(name)]));
      const carryOut = async () => {
        // Waiting for a part of the requests lets the page breathe, and does not end the transaction.
        for (const group of groups(prepared, REQUESTS)) {
          await Promise.all(group.map(async (one) => apply(records.get(one.collection), one)));
        }
      };
      await Promise.all([checkWriter(transaction), carryOut(), transaction.done]);
    } catch (error) {
      abort(transaction);
      throw typed(transaction?.error ?? error);
    }
  }

  #checkOpen() {
    if (this.#closed) {
      throw new StorageClosed();
    }
  }
}

/** @param {any} transaction */
async function checkWriter(transaction) {
  if ((await transaction.objectStore(WRITER).get("page")) !== PAGE) {
    transaction.abort();
    throw new TakenOver();
  }
}

/** @param {any} transaction */
function abort(transaction) {
  try {
    transaction?.abort();
  } catch (error) {
    if (!(error instanceof DOMException)) {
      throw error;
    }
    // It had ended already.
  }
}
