/**
 * From tested words to a claimed handle, so that nothing can be lost on the way:
 *
 * 1. The words were asked back, so the key exists on paper too.
 * 2. The note "claim" is written, then the identity is stored. A crash here leaves a sealed key with its note: /join
 *    finds it, asks for the passphrase and goes on with 3. A note without an identity means nothing.
 * 3. The handle is claimed. Claiming it again with the same key is answered like the first time, so whenever the
 *    answer was lost, or the page was closed before it came, the same request is simply made again.
 * 4. The note becomes "publish": the identity is complete, and what is left is repeated at the next unlocking.
 *
 * The other order (claim first) would leave a claimed handle in no browser at all after a crash.
 */

import { registrationPayload } from "../../proto/registration.js";
import { sign } from "../../proto/signed.js";
import { setUnfinished } from "../../ui/unfinished.js";
import { createIdentity } from "../../vault/identity.js";

/**
 * @typedef {import("../../api.js").Api} Api
 * @typedef {import("../../proto/handles.js").Handle} Handle
 * @typedef {import("../../vault/identity.js").UnlockedIdentity} UnlockedIdentity
 */

const PAUSES_MS = [500, 2_000];
const LONGEST_WAIT_S = 5;

/** Refusals after which another handle helps. */
export const OTHER_HANDLE = new Set(["handle_taken", "handle_reserved", "bad_handle", "key_in_use"]);

/**
 * Step 2: the key lies sealed in this browser, not yet complete.
 *
 * @param {{seed: Uint8Array, handle: Handle, passphrase: string, onProgress: (share: number) => void}} options
 * @returns {Promise<UnlockedIdentity>} throws what createIdentity throws
 */
export async function keepKey(options) {
  setUnfinished("claim");
  try {
    return await createIdentity(options);
  } catch (error) {
    setUnfinished(null);
    throw error;
  }
}

/**
 * Step 3. A lost answer is asked for again by itself, a few times.
 *
 * @param {Api} api
 * @param {UnlockedIdentity} identity
 * @returns {Promise<void>} throws ApiError
 */
export async function claimHandle(api, identity) {
  const { handle, primary, key } = identity;
  for (const pause of [...PAUSES_MS, null]) {
    try {
      // Signed anew each time: a signature is fresh for five minutes only.
      await api.register(
        sign("handle_registration", registrationPayload({ handle, primary, createdAt: new Date() }), key),
      );
      setUnfinished("publish");
      return;
    } catch (error) {
      const wait = waitBefore(error, pause);
      if (wait === null) {
        throw error;
      }
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
      });
    }
  }
}

/**
 * Milliseconds until another try; null: trying again does not help.
 *
 * @param {unknown} error
 * @param {number|null} pause
 */
function waitBefore(error, pause) {
  const { unreachable, retryAfter } = /** @type {{unreachable?: boolean, retryAfter?: number|null}} */ (error);
  if (pause === null) {
    return null;
  }
  if (typeof retryAfter === "number") {
    return retryAfter <= LONGEST_WAIT_S ? retryAfter * 1_000 : null;
  }
  return unreachable ? pause : null;
}
