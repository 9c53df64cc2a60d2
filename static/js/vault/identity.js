/**
 * The identity of this browser: its seed lies in IndexedDB under a passphrase; unlocked, it lives in memory
 * only.
 *
 * @typedef {import("../proto/handles.js").Handle} HandleType
 * @typedef {import("../proto/keys.js").SigningKey} SigningKeyType
 * @typedef {import("./identity_record.js").IdentityRecord} IdentityRecord
 * @typedef {import("./identity_record.js").PublicPart} PublicPart
 * @typedef {import("./kdf.js").Cost} Cost
 * @typedef {import("./kdf.js").OnProgress} OnProgress
 * @typedef {import("./store_keys.js").StoreKeys} StoreKeys
 */

import { toHex } from "../proto/bytes.js";
import { Handle } from "../proto/handles.js";
import { SigningKey } from "../proto/keys.js";
import { formatTimestamp } from "../proto/timestamps.js";
import { withDatabase } from "./database.js";
import { AlreadyHere, NothingHere, OtherIdentity } from "./errors.js";
import { openIdentity, publicPart, readIdentity, sealIdentity } from "./identity_record.js";
import { DEFAULT_COST, checkPassphrase } from "./kdf.js";
import { askToPersist } from "./persistence.js";
import { COLLECTIONS, IDENTITY } from "./schema.js";
import { deriveStoreKeys } from "./store_keys.js";

export { checkPassphrase } from "./kdf.js";
export { wipe } from "./wipe.js";

const SELF = "self";
const DEVICE_BYTES = 8;

/** An identity whose key is at hand. It is never stored or sent as it is. */
export class UnlockedIdentity {
  /**
   * @param {HandleType} handle
   * @param {SigningKeyType} key
   * @param {string} device
   * @param {StoreKeys} storeKeys
   */
  constructor(handle, key, device, storeKeys) {
    this.handle = handle;
    this.primary = key.primary;
    this.key = key;
    this.device = device;
    this.storeKeys = storeKeys;
    Object.freeze(this);
  }

  /** The seed must not reach a log. */
  toJSON() {
    return { handle: String(this.handle), primary: this.primary.hex, device: this.device };
  }
}

/**
 * What is known without the passphrase; null when nothing is stored.
 *
 * @returns {Promise<PublicPart|null>} throws VaultBroken, VaultNewer, StorageBlocked, StorageUnavailable
 */
export async function storedIdentity() {
  const record = await read();
  return record && publicPart(record);
}

/**
 * Store a new identity under a passphrase and give it a device id. The browser is also asked to keep this
 * site's storage when the disk fills up; some browsers ask the person, so the answer goes to `onPersisted`,
 * maybe much later.
 *
 * @param {object} options
 * @param {Uint8Array} options.seed 32 bytes
 * @param {HandleType} options.handle
 * @param {string} options.passphrase
 * @param {OnProgress} [options.onProgress]
 * @param {(kept: boolean) => void} [options.onPersisted]
 * @param {Cost} [options.cost] of scrypt, within the bounds of kdf.js
 * @returns {Promise<UnlockedIdentity>} throws AlreadyHere, WeakPassphrase, StorageFull…
 */
export async function createIdentity({
  seed,
  handle,
  passphrase,
  onProgress,
  onPersisted,
  cost = DEFAULT_COST,
}) {
  checkPassphrase(passphrase);
  if (await read()) {
    throw new AlreadyHere();
  }
  const key = new SigningKey(seed);
  const device = toHex(crypto.getRandomValues(new Uint8Array(DEVICE_BYTES)));
  const open = { handle, primary: key.primary.hex, device, createdAt: formatTimestamp(new Date()) };
  const record = await sealIdentity(open, key.seed, passphrase, { cost, onProgress });
  await withDatabase((database) => insert(database, record));
  askToPersist().then(onPersisted);
  return unlocked(record, key);
}

/**
 * @param {string} passphrase
 * @param {{onProgress?: OnProgress}} [options]
 * @returns {Promise<UnlockedIdentity>} throws WrongPassphrase, NothingHere, VaultBroken…
 */
export async function unlock(passphrase, { onProgress } = {}) {
  const record = await mustRead();
  return unlocked(record, await openIdentity(record, passphrase, { onProgress }));
}

/**
 * @param {string} old
 * @param {string} fresh
 * @param {{onProgress?: OnProgress, cost?: Cost}} [options]
 * @returns {Promise<void>} throws WrongPassphrase, WeakPassphrase…
 */
export async function changePassphrase(old, fresh, { onProgress, cost = DEFAULT_COST } = {}) {
  checkPassphrase(fresh);
  const record = await mustRead();
  // The second half of the way is the new passphrase.
  const key = await openIdentity(record, old, { onProgress: part(onProgress, 0) });
  await replace(record, key, fresh, { cost, onProgress: part(onProgress, 0.5) });
}

/**
 * A new passphrase for somebody who forgot the old one but has the 24 words: device and history stay.
 *
 * @param {object} options
 * @param {Uint8Array} options.seed
 * @param {string} options.passphrase
 * @param {OnProgress} [options.onProgress]
 * @param {Cost} [options.cost]
 * @returns {Promise<UnlockedIdentity>} throws OtherIdentity, NothingHere, WeakPassphrase…
 */
export async function resetPassphrase({ seed, passphrase, onProgress, cost = DEFAULT_COST }) {
  checkPassphrase(passphrase);
  const record = await mustRead();
  const key = new SigningKey(seed);
  if (key.primary.hex !== record.primary) {
    throw new OtherIdentity();
  }
  return unlocked(await replace(record, key, passphrase, { cost, onProgress }), key);
}

/** @returns {Promise<IdentityRecord|null>} */
async function read() {
  const record = await withDatabase((database) => database.get(IDENTITY, SELF));
  return record === undefined ? null : readIdentity(record);
}

async function mustRead() {
  const record = await read();
  if (!record) {
    throw new NothingHere();
  }
  return record;
}

/** @param {import("./schema.js").Database} database @param {IdentityRecord} record */
async function insert(database, record) {
  const collections = Object.keys(COLLECTIONS);
  /** @type {any} */
  const transaction = database.transaction([IDENTITY, ...collections], "readwrite", { durability: "strict" });
  const put = async () => {
    const identities = transaction.objectStore(IDENTITY);
    if ((await identities.getKey(SELF)) !== undefined) {
      throw new AlreadyHere(); // another tab was faster
    }
    // Records without their identity could never be opened again.
    await Promise.all([
      ...collections.map((name) => transaction.objectStore(name).clear()),
      identities.put(record, SELF),
    ]);
  };
  await Promise.all([put(), transaction.done]);
}

/**
 * @param {IdentityRecord} record
 * @param {SigningKeyType} key
 * @param {string} passphrase
 * @param {{cost: Cost, onProgress?: OnProgress}} options
 */
async function replace(record, key, passphrase, options) {
  const fresh = await sealIdentity(publicPart(record), key.seed, passphrase, options);
  await withDatabase(async (database) => {
    const transaction = database.transaction(IDENTITY, "readwrite", { durability: "strict" });
    await Promise.all([transaction.store.put(fresh, SELF), transaction.done]);
  });
  return fresh;
}

/** @param {IdentityRecord} record @param {SigningKeyType} key */
async function unlocked({ handle: { local, server }, device }, key) {
  return new UnlockedIdentity(new Handle(local, server), key, device, await deriveStoreKeys(key.seed));
}

/** One half of the way, beginning at `from`. @param {OnProgress|undefined} onProgress @param {number} from */
function part(onProgress, from) {
  return onProgress && ((/** @type {number} */ done) => onProgress(from + done / 2));
}
