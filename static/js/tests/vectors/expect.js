// What the runner's checks are made of.

import { ProtocolError } from "../../proto/errors.js";

/** A vector that did not hold. */
export class Mismatch extends Error {
  name = "Mismatch";
}

/** The content of the vectors' files: 0, 1, … 250, over and over. @param {number} length */
export function counting(length) {
  return Uint8Array.from({ length }, (_, place) => place % 251);
}

/**
 * Both are the same value: objects by their fields, in any order, and moments by their time.
 * @param {unknown} actual
 * @param {unknown} expected
 * @param {string} [what]
 */
export function same(actual, expected, what = "the result") {
  if (!alike(actual, expected)) {
    throw new Mismatch(`${what} is ${shown(actual)}, not ${shown(expected)}`);
  }
}

/**
 * `act` throws a ProtocolError with this code; gives the error.
 * @param {string} code
 * @param {() => unknown} act
 */
export async function refused(code, act) {
  let answer;
  try {
    answer = await act();
  } catch (error) {
    if (error instanceof ProtocolError) {
      same(error.code, code, "the code");
      return error;
    }
    throw error;
  }
  throw new Mismatch(`this was accepted, not refused as ${code}: ${shown(answer)}`);
}

/** @param {unknown} a @param {unknown} b @returns {boolean} */
function alike(a, b) {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) {
    return Object.is(a, b);
  }
  if (Array.isArray(a) !== Array.isArray(b) || (a instanceof Date && Number(a) !== Number(b))) {
    return false;
  }
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(
      (name) =>
        Object.hasOwn(b, name) &&
        alike(
          /** @type {Record<string, unknown>} */ (a)[name],
          /** @type {Record<string, unknown>} */ (b)[name],
        ),
    )
  );
}

/** @param {unknown} value */
function shown(value) {
  return String(
    JSON.stringify(value, (_name, inner) => (typeof inner === "bigint" ? `${inner}n` : inner)),
  ).slice(0, 300);
}
