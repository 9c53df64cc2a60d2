/**
 * What may be written. A mistake here is one of the program, not of the person: TypeError, before anything
 * happens.
 *
 * @typedef {import("./store.js").Change} Change
 */

import { COLLECTIONS } from "./schema.js";

/**
 * `change` with its order filled in; TypeError unless it can be stored and read back as it is.
 *
 * @param {Change} change
 * @returns {Change}
 */
export function checkedChange({ collection, key, value, group, order, ...unknown }) {
  if (Object.keys(unknown).length > 0) {
    throw new TypeError(`A change has no “${Object.keys(unknown)[0]}”.`);
  }
  checkCollection(collection);
  if (typeof key !== "string" || (group !== undefined && typeof group !== "string")) {
    throw new TypeError("Keys and groups are strings.");
  }
  if (order !== undefined && (group === undefined || !Number.isFinite(order))) {
    throw new TypeError("An order is a finite number, beside a group.");
  }
  if (value !== undefined && !(value instanceof Uint8Array)) {
    checkJson(value);
  }
  // Adding 0 turns -0 into 0, which is what comes back from the database.
  return { collection, key, value, group, order: group === undefined ? undefined : (order ?? 0) + 0 };
}

/** @param {string} collection */
export function checkCollection(collection) {
  if (!Object.hasOwn(COLLECTIONS, collection)) {
    throw new TypeError(`There is no collection “${collection}”.`);
  }
}

/** JSON.stringify would drop or bend the rest in silence. @param {unknown} value */
function checkJson(value) {
  if (value === null || typeof value === "string" || typeof value === "boolean" || Number.isFinite(value)) {
    return;
  }
  if (Array.isArray(value)) {
    value.forEach(checkJson);
    return;
  }
  if (typeof value !== "object" || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    throw new TypeError("A value is JSON or a Uint8Array.");
  }
  for (const part of Object.values(value)) {
    // An undefined field is left out, as JSON does.
    if (part !== undefined) {
      checkJson(part);
    }
  }
}
