/** How handles are given out, claiming one, and what became of the claim. */

import { ask, badAnswer } from "./http.js";
import { toBase64url } from "./proto/bytes.js";
import { canonicalBytes } from "./proto/canonical.js";
import { sessionPayload } from "./proto/session.js";
import { sign } from "./proto/signed.js";

/**
 * @typedef {import("./vault/identity.js").UnlockedIdentity} UnlockedIdentity
 *
 * What somebody who wants a handle should know. `inviteGood`: of the invite that was sent along, null if none was.
 * @typedef {{mode: string, inviteGood: boolean|null}} Rules
 *
 * A proof of work to do.
 * @typedef {{challenge: string, bits: number}} Work
 *
 * `state`: "registered", "waiting", "declined", "suspended", "released" or "unknown"; `reason` is the operators' own.
 * @typedef {{state: string, askedAt: Date|null, reason: string}} RegistrationState
 */

export class RegistrationApi {
  /** @param {string} base */
  constructor(base) {
    this.base = base;
  }

  /** @param {string} [invite] the code of an invite, to be told whether it is good @returns {Promise<Rules>} */
  async rules(invite) {
    const headers = invite ? { "Kez-Invite": invite } : undefined;
    const { document } = await ask("GET", `${this.base}/v1/registration`, { headers });
    if (typeof document.mode !== "string") throw badAnswer(this.base, "it does not say how handles are given out");
    return { mode: document.mode, inviteGood: /** @type {boolean|null} */ (document.invite_good ?? null) };
  }

  /**
   * Claim a handle with a signed `handle_registration`; the same claim again is no error. Rejects with an ApiError; one
   * with the code "proof_of_work_needed" has the `work` to do.
   * @param {object} document
   * @param {{invite?: string, proofOfWork?: string}} [along]
   * @returns {Promise<{document: Record<string, unknown>, waits: boolean}>} `waits`: the operators decide
   */
  async claim(document, { invite, proofOfWork } = {}) {
    const headers = {
      ...(invite ? { "Kez-Invite": invite } : {}),
      ...(proofOfWork ? { "Kez-Proof-Of-Work": proofOfWork } : {}),
    };
    const answer = await ask("POST", `${this.base}/v1/register`, { body: document, headers });
    return { document: answer.document, waits: answer.document.state === "waiting" };
  }

  /** What became of the claim of this key. @param {UnlockedIdentity} identity @returns {Promise<RegistrationState>} */
  async state(identity) {
    const { document } = await ask("GET", `${this.base}/v1/registration/state`, {
      headers: { Authorization: await this.session(identity) },
    });
    const { state, asked_at, reason } = document;
    if (typeof state !== "string") throw badAnswer(this.base, "it names no state");
    const askedAt = typeof asked_at === "string" ? new Date(asked_at) : null;
    return { state, askedAt, reason: typeof reason === "string" ? reason : "" };
  }

  /** The Authorization header that shows a key, over a fresh challenge. @param {UnlockedIdentity} identity */
  async session({ handle, primary, key }) {
    const { document } = await ask("POST", `${this.base}/v1/challenges`, { body: { primary: primary.toString() } });
    const { challenge } = document;
    if (typeof challenge !== "string") throw badAnswer(this.base, "it gives no challenge");
    const signed = sign("session", sessionPayload({ handle, primary, challenge, createdAt: new Date() }), key);
    return `Kez-Session ${toBase64url(canonicalBytes(signed))}`;
  }
}
