// The browser's own Ed25519, about five times as fast as JavaScript, where it has one that obeys the strict
// rule.
//
// WebCrypto does not ask whether points are of prime order. It need not, if it verifies without the cofactor:
// for a key of prime order, R = [S]B − [k]A is of prime order too, so a signature that holds has a good R.
// What is left to ask by ourselves: that the key is good (Primary), that R is written canonically and is not
// the neutral element, S < L. Whether the browser verifies without the cofactor is tried out once, on a
// signature that only the equation with the cofactor accepts. Where that fails, or Ed25519 is missing,
// everything is done in JavaScript.

import { fromHex, utf8 } from "./bytes.js";

/** @typedef {import("./keys.js").Primary} Primary */
/**
 * @typedef {{verify: (primary: Primary, message: Uint8Array, signature: Uint8Array) => Promise<boolean>}}
 *   NativeEd25519
 */

const MAX_IMPORTED_KEYS = 4096;
const NEUTRAL_Y = 1n;
const PRIME = 2n ** 255n - 19n;
const ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

// From docs/protocol/vectors/ed25519.json: "valid" and "R of mixed order, 1 times the generator".
const PROBE = {
  key: fromHex("bc7cbcb5636375fa1d82434d466724d92377f53b980695dd49d26d0ce12205a5"),
  message: utf8("kez: strict verification"),
  valid: fromHex(
    "d19dc089752f994d1abb15d8b325e59c68c87b5a497003b42167758acfbbef32" +
      "32094778280fc8680e850dcee038709c4f32ed9ddb53b80970960f9866202001",
  ),
  withCofactorOnly: fromHex(
    "e9b2fe981587efae6478f48ba1fa60cec6126d0e26dde72a0a24f640dcd783e5" +
      "fa0512fde8454a55497007208fbd89aad66d8e223e75d9e3082798a3d6091d02",
  ),
};

/** @type {Map<string, Promise<CryptoKey>>} */
const importedKeys = new Map();
/** @type {Promise<NativeEd25519 | null> | null} */
let found = null;

/**
 * The browser's Ed25519, or null where it has none that can be relied on.
 * @returns {Promise<NativeEd25519 | null>}
 */
export function nativeEd25519() {
  found ??= probe();
  return found;
}

/** @returns {Promise<NativeEd25519 | null>} */
async function probe() {
  try {
    const key = await importKey(PROBE.key);
    const valid = await ask(key, PROBE.valid, PROBE.message);
    const lenient = await ask(key, PROBE.withCofactorOnly, PROBE.message);
    return valid && !lenient ? { verify } : null;
  } catch {
    // No WebCrypto (a page without TLS), or none with Ed25519: each browser says so with another error.
    return null;
  }
}

/**
 * @param {Primary} primary
 * @param {Uint8Array} message
 * @param {Uint8Array} signature 64 bytes
 * @returns {Promise<boolean>}
 */
async function verify(primary, message, signature) {
  return isCanonical(signature) && (await ask(await importedKey(primary), signature, message));
}

/** R is canonical and not neutral, and S < L. @param {Uint8Array} signature */
function isCanonical(signature) {
  const r = littleEndian(signature.subarray(0, 32));
  const y = BigInt.asUintN(255, r);
  return y < PRIME && y !== NEUTRAL_Y && littleEndian(signature.subarray(32)) < ORDER;
}

/** @param {Uint8Array} data 32 bytes */
function littleEndian(data) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let number = 0n;
  for (let place = 24; place >= 0; place -= 8) {
    number = (number << 64n) | view.getBigUint64(place, true);
  }
  return number;
}

/** @param {Primary} primary */
function importedKey(primary) {
  let key = importedKeys.get(primary.hex);
  if (!key) {
    if (importedKeys.size >= MAX_IMPORTED_KEYS) {
      importedKeys.delete(/** @type {string} */ (importedKeys.keys().next().value));
    }
    key = importKey(primary.raw);
    importedKeys.set(primary.hex, key);
  }
  return key;
}

/** @param {Uint8Array<ArrayBuffer>} raw */
function importKey(raw) {
  return crypto.subtle.importKey("raw", raw, "Ed25519", false, ["verify"]);
}

/** @param {CryptoKey} key @param {Uint8Array} signature @param {Uint8Array} message */
function ask(key, signature, message) {
  // The types ask for bytes that no other thread shares; ours never are.
  return crypto.subtle.verify(
    "Ed25519",
    key,
    /** @type {Uint8Array<ArrayBuffer>} */ (signature),
    /** @type {Uint8Array<ArrayBuffer>} */ (message),
  );
}
