/** Everything that this origin keeps in this browser, gone. */

import { deleteDB } from "idb";

import { typed } from "./database.js";
import { StorageBlocked } from "./errors.js";
import { announce } from "./one_tab.js";
import { DATABASE } from "./schema.js";

/**
 * Delete all databases, caches and the rest of this origin. Other tabs close their connections and hear
 * "wiped". What the disk keeps of deleted files is out of a page's reach; it is sealed, like everything that
 * was stored.
 *
 * @returns {Promise<void>} throws StorageBlocked where a tab does not let go; the database goes once it does
 */
export async function wipe() {
  announce("wiped");
  try {
    await Promise.all((await databaseNames()).map(deleteDatabase));
    await Promise.all([deleteCaches(), removeWorkers()]);
  } catch (error) {
    throw typed(error);
  }
  localStorage.clear();
  sessionStorage.clear();
}

async function databaseNames() {
  const found = (await indexedDB.databases?.()) ?? [];
  return [...new Set([DATABASE, ...found.flatMap(({ name }) => name ?? [])])];
}

/** @param {string} name @returns {Promise<void>} */
function deleteDatabase(name) {
  return new Promise((resolve, reject) => {
    deleteDB(name, { blocked: () => reject(new StorageBlocked()) }).then(resolve, reject);
  });
}

async function deleteCaches() {
  const names = (await globalThis.caches?.keys()) ?? [];
  await Promise.all(names.map((name) => caches.delete(name)));
}

async function removeWorkers() {
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.map((worker) => worker.unregister()));
}
