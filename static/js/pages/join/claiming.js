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
import { findNonce, formatProof } from "../../proto/work.js";
import { codeOf } from "../../ui/sentences.js";
import { setUnfinished } from "../../ui/unfinished.js";
import { createIdentity } from "../../vault/identity.js";

/**
 * @typedef {import("../../api.js").Api} Api
 * @typedef {import("../../proto/handles.js").Handle} Handle
 * @typedef {import("../../vault/identity.js").UnlockedIdentity} UnlockedIdentity
 */

const PAUSES_MS = [500, 2_000];
const LONGEST_WAIT_S = 5;
const MOST_BITS = 30;

/** Refusals after which another handle helps. */
export const OTHER_HANDLE = new Set([
  "handle_taken",
  "handle_reserved",
  "handle_lookalike",
  "bad_handle",
  "key_in_use",
  "registration_declined",
]);
/** Refusals after which another invite helps. */
export const OTHER_INVITE = new Set(["invite_needed", "invite_invalid"]);

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
 * Step 3. A lost answer is asked for again by itself, a few times; a proof of work is done where it is asked for.
 *
 * @param {Api} api
 * @param {UnlockedIdentity} identity
 * @param {{invite?: string, onWork: (share: number) => void, signal?: AbortSignal}} options `onWork` hears how much of
 *   the work was done, of what it takes on average
 * @returns {Promise<"registered"|"waiting">} "waiting": the operators decide; rejects with an ApiError
 */
export async function claimHandle(api, identity, { invite, onWork, signal }) {
  const { handle, primary, key } = identity;
  let proofOfWork;
  for (const pause of [...PAUSES_MS, null]) {
    try {
      // Signed anew each time: a signature is fresh for five minutes only.
      const entry = await api.register(
        sign("handle_registration", registrationPayload({ handle, primary, createdAt: new Date() }), key),
        { invite, proofOfWork },
      );
      if (entry) {
        setUnfinished("publish");
      }
      return entry ? "registered" : "waiting";
    } catch (error) {
      if (codeOf(error) === "proof_of_work_needed" && pause !== null) {
        proofOfWork = await prove(/** @type {{work: unknown}} */ (error).work, primary, { onWork, signal });
        continue;
      }
      const wait = waitBefore(error, pause);
      if (wait === null) {
        throw error;
      }
      await new Promise((resolve) => {
        setTimeout(resolve, wait);
      });
    }
  }
  throw new TypeError("The last try returns or throws.");
}

/**
 * @param {unknown} asked what the server asks for
 * @param {import("../../proto/keys.js").Primary} primary
 * @param {{onWork: (share: number) => void, signal?: AbortSignal}} options
 */
async function prove(asked, primary, { onWork, signal }) {
  const { challenge, bits } = /** @type {{challenge: string, bits: number}} */ (asked);
  if (typeof bits !== "number" || bits > MOST_BITS) {
    throw new Error("The server asks for more work than a browser can do.");
  }
  onWork(0);
  const onTries = (/** @type {number} */ tries) => onWork(Math.min(0.99, tries / 2 ** bits));
  const nonce = await findNonce(challenge, primary, { bits, onTries, signal });
  onWork(1);
  return formatProof(challenge, nonce);
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
