/**
 * The registry's /v1 API on this origin, and sigchain services; files stand in api_files.js, how handles are given out
 * in api_registration.js.
 *
 * Every failure is an ApiError. Whether an answer is to be believed, the pins decide (chat/directory.js,
 * chat/chain_watch.js).
 */

import { FilesApi } from "./api_files.js";
import { RegistrationApi } from "./api_registration.js";
import { ReportsApi } from "./api_reports.js";
import { ApiError, ask, badAnswer, messageOf } from "./http.js";
import { Handle } from "./proto/handles.js";
import { Primary } from "./proto/keys.js";
import { parseTimestamp } from "./proto/timestamps.js";

export { ApiError };

const CHAIN_BYTES = 16 * 1024 * 1024;
const MOST_ENDPOINTS = 64;

/**
 * What a registry says about a handle.
 * @typedef {object} RegistryEntry
 * @property {Handle} handle
 * @property {Primary} primary
 * @property {string} sigchainUrl
 * @property {string[]} natsUrls  nats:// and tls:// addresses, the preferred one first
 * @property {Date} registeredAt
 */

/** @typedef {{primary: string, head: {seq: number, hash: string}|null, events: object[]}} ChainDocument */
/** @typedef {{server: string, version: string, time: Date|null}} Health */

export class Api {
  /** @param {{config: {server: string, publicUrl: string}}} options */
  constructor({ config }) {
    this.server = config.server;
    this.base = globalThis.location?.origin ?? config.publicUrl;
    this.files = new FilesApi(this.base);
    this.registration = new RegistrationApi(this.base);
    this.reports = new ReportsApi(this.base);
  }

  /** Which server this is, and its clock. @returns {Promise<Health>} */
  async health() {
    const { document, date } = await ask("GET", `${this.base}/v1/healthz`);
    if (typeof document.server !== "string" || typeof document.version !== "string") {
      throw badAnswer(this.base, "it does not name its server");
    }
    return { server: document.server, version: document.version, time: date ? new Date(date) : null };
  }

  /**
   * 404 (`code` "not_found") where the registry has no such handle.
   * @param {Handle} handle
   * @returns {Promise<RegistryEntry>}
   */
  async lookUp(handle) {
    const { document } = await ask("GET", `${this.base}/v1/u/${handle}`);
    return this.#entry(handle, document);
  }

  /**
   * Claim a handle with a signed `handle_registration`; the same claim again is no error.
   * @param {object} document
   * @param {{invite?: string, proofOfWork?: string}} [along]
   * @returns {Promise<RegistryEntry|null>} null: the operators decide first
   */
  async register(document, along) {
    const payload = /** @type {{payload: {handle: string, server: string, primary: string}}} */ (document).payload;
    const answer = await this.registration.claim(document, along);
    if (answer.waits) return null;
    const entry = this.#entry(new Handle(payload.handle, payload.server), answer.document);
    if (entry.primary.toString() !== payload.primary) {
      throw badAnswer(this.base, "it confirms the registration of another key");
    }
    return entry;
  }

  /**
   * What a sigchain service serves, not checked beyond its outer shape.
   * @param {string} url  the chain's address, as a registry gives it
   * @param {number} [since]  only events after this number
   * @returns {Promise<ChainDocument>}
   */
  async chain(url, since) {
    const asked = since === undefined ? url : `${url}?since=${since}`;
    const { document } = await ask("GET", asked, { maxBytes: CHAIN_BYTES });
    if (typeof document.primary !== "string" || !Array.isArray(document.events) || !("head" in document)) {
      throw badAnswer(url, "it is no sigchain");
    }
    return /** @type {ChainDocument} */ (/** @type {unknown} */ (document));
  }

  /**
   * Post a signed event; the same event again is no error. Status 409 with `head` on a conflict.
   * @param {string} url  the chain's address
   * @param {object} document
   */
  async appendEvent(url, document) {
    await ask("POST", `${url}/events`, { body: document });
  }

  /** @param {Handle} asked @param {Record<string, unknown>} document @returns {RegistryEntry} */
  #entry(asked, document) {
    try {
      return readEntry(asked, document);
    } catch (error) {
      throw badAnswer(this.base, `the entry of ${asked}: ${messageOf(error)}`, error);
    }
  }
}

/** @param {Handle} asked @param {Record<string, unknown>} document @returns {RegistryEntry} */
function readEntry(asked, document) {
  if (document.fqhn !== asked.toString()) throw new Error("it is about another handle");
  const primary = Primary.parse(text(document, "primary"));
  const sigchainUrl = text(document, "sigchain_url");
  if (!/^https?:\/\//.test(sigchainUrl) || !sigchainUrl.endsWith(`/v1/sigchains/ed25519/${primary.hex}`)) {
    throw new Error("its sigchain_url does not lead to the chain of its key");
  }
  return {
    handle: asked,
    primary,
    sigchainUrl,
    natsUrls: natsUrls(document.endpoints, `kez.inbox.${primary.hex}`),
    registeredAt: parseTimestamp(text(document, "registered_at")),
  };
}

/** @param {unknown} endpoints @param {string} inbox @returns {string[]} */
function natsUrls(endpoints, inbox) {
  const urls = [];
  for (const endpoint of Array.isArray(endpoints) ? endpoints.slice(0, MOST_ENDPOINTS) : []) {
    if (endpoint?.protocol !== "nats") continue;
    if (endpoint.inbox !== inbox) throw new Error("an endpoint names the inbox of another key");
    const url = text(endpoint, "url");
    if (/^(nats|tls):\/\//.test(url)) urls.push(url);
  }
  return urls;
}

/** @param {Record<string, unknown>} document @param {string} name @returns {string} */
function text(document, name) {
  const value = document[name];
  if (typeof value !== "string") throw new Error(`${name} is not text`);
  return value;
}

