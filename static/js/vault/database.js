/** The one IndexedDB database, with the browser's errors turned into typed ones. */

import { openDB } from "idb";

import {
  StorageBlocked,
  StorageClosed,
  StorageFull,
  StorageUnavailable,
  VaultError,
  VaultNewer,
} from "./errors.js";
import { DATABASE, VERSION, migrate } from "./schema.js";

/** @typedef {import("./schema.js").Database} Database */

/**
 * Open the database, up to date.
 *
 * @param {{onClosed?: () => void}} [options] `onClosed` is called when somebody else ends the connection:
 *   another tab that wipes or upgrades the database, or the browser
 * @returns {Promise<Database>}
 */
export async function openDatabase({ onClosed } = {}) {
  if (!globalThis.indexedDB || !globalThis.crypto?.subtle) {
    throw new StorageUnavailable();
  }
  return new Promise((resolve, reject) => {
    let isBlocked = false;
    const opening = openDB(DATABASE, VERSION, {
      upgrade: (database, from) => migrate(database, from),
      blocked: () => {
        isBlocked = true;
        reject(new StorageBlocked());
      },
      blocking: (_from, _to, event) => {
        // Whoever wants to wipe or upgrade must not wait for this tab.
        /** @type {IDBDatabase} */ (event.target).close();
        onClosed?.();
      },
      terminated: () => onClosed?.(),
    });
    opening.then(
      // Nobody waits any more for one that opened after all.
      (database) => (isBlocked ? database.close() : resolve(database)),
      (error) => reject(typed(error)),
    );
  });
}

/**
 * Run `work` with the database and close it again.
 *
 * @template T
 * @param {(database: Database) => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withDatabase(work) {
  const database = await openDatabase();
  try {
    return await work(database);
  } catch (error) {
    throw typed(error);
  } finally {
    database.close();
  }
}

/**
 * The typed error that says the same as one of IndexedDB; any other error is given back unchanged.
 *
 * @param {unknown} error
 * @returns {unknown}
 */
export function typed(error) {
  if (error instanceof VaultError || !(error instanceof DOMException)) {
    return error;
  }
  const Kind = KINDS[error.name];
  return Kind ? new Kind(undefined, { cause: error }) : error;
}

/** @type {Record<string, typeof VaultError>} */
const KINDS = {
  QuotaExceededError: StorageFull,
  VersionError: VaultNewer,
  InvalidStateError: StorageClosed, // a transaction on a connection that is closing
  AbortError: StorageClosed, // the browser gave the transaction up
  SecurityError: StorageUnavailable,
  NotAllowedError: StorageUnavailable,
  UnknownError: StorageUnavailable, // the disk refused
};
