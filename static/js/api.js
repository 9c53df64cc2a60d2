/**
 * The only fetch(): the registry's /v1 API on this origin, and sigchain services.
 *
 * Every answer is limited in size and time and read as strict JSON; every failure is an ApiError. Whether an
 * answer is
 * to be believed, the pins decide (chat/directory.js, chat/chain_watch.js).
 */

import { canonicalBytes, parseJson } from "./proto/canonical.js";
import { Handle } from "./proto/handles.js";
import { Primary } from "./proto/keys.js";
import { parseTimestamp } from "./proto/timestamps.js";

const ANSWER_MS = 10_000;
const WHOLE_MS = 30_000;
const USUAL_BYTES = 256 * 1024;
const CHAIN_BYTES = 16 * 1024 * 1024;
const MOST_ENDPOINTS = 64;

/**
 * Why a request failed. `code` is the server's own ("handle_taken", "not_found", "stale", …), or one of ours:
 * "unreachable" (nobody answered; trying again may help) and "bad_answer" (it cannot be trusted). `status` is
 * 0 where
 * there was no answer. `retryAfter` is in seconds. `head` comes with a sigchain conflict.
 */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{status?: number, retryAfter?: number|null, head?: unknown, cause?: unknown}} [more]
   */
  constructor(code, message, more = {}) {
    super(message, { cause: more.cause });
    this.name = "ApiError";
    this.code = code;
    this.status = more.status ?? 0;
    this.retryAfter = more.retryAfter ?? null;
    this.head = more.head ?? null;
  }

  /** Nobody answered, or the server is not itself at the moment. */
  get unreachable() {
    return this.code === "unreachable" || this.status >= 500;
  }
}

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
/** @typedef {{document: Record<string, unknown>, date: string|null}} Answer */

export class Api {
  /** @param {{config: {server: string, publicUrl: string}}} options */
  constructor({ config }) {
    this.server = config.server;
    this.base = globalThis.location?.origin ?? config.publicUrl;
  }

  /** Which server this is, and its clock. @returns {Promise<Health>} */
  async health() {
    const { document, date } = await this.#request("GET", `${this.base}/v1/healthz`);
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
    const { document } = await this.#request("GET", `${this.base}/v1/u/${handle}`);
    return this.#entry(handle, document);
  }

  /**
   * Claim a handle with a signed `handle_registration`; the same claim again is no error.
   * @param {object} document
   * @returns {Promise<RegistryEntry>}
   */
  async register(document) {
    const payload = /** @type {{payload: {handle: string, server: string, primary: string}}} */ (document).payload;
    const { document: answer } = await this.#request("POST", `${this.base}/v1/register`, document);
    const entry = this.#entry(new Handle(payload.handle, payload.server), answer);
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
    const { document } = await this.#request("GET", asked, undefined, CHAIN_BYTES);
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
    await this.#request("POST", `${url}/events`, document);
  }

  /** @param {Handle} asked @param {Record<string, unknown>} document @returns {RegistryEntry} */
  #entry(asked, document) {
    try {
      return readEntry(asked, document);
    } catch (error) {
      throw badAnswer(this.base, `the entry of ${asked}: ${messageOf(error)}`, error);
    }
  }

  /**
   * @param {"GET"|"POST"} method
   * @param {string} url
   * @param {object} [body]
   * @param {number} [maxBytes]
   * @returns {Promise<Answer>}
   */
  async #request(method, url, body, maxBytes = USUAL_BYTES) {
    const limit = new AbortController();
    const timers = [setTimeout(() => limit.abort(), ANSWER_MS)];
    try {
      const response = await fetch(url, {
        method,
        body: body === undefined ? undefined : new Uint8Array(canonicalBytes(body)),
        headers: { Accept: "application/json", ...(method === "POST" ? { "Content-Type": "application/json" } : {}) },
        // A changed key must not hide in the browser's cache.
        cache: method === "GET" ? "no-cache" : "no-store",
        credentials: "omit",
        redirect: "error",
        referrerPolicy: "no-referrer",
        signal: limit.signal,
      });
      clearTimeout(timers[0]);
      timers.push(setTimeout(() => limit.abort(), WHOLE_MS));
      const data = await readLimited(response, url, maxBytes);
      if (!response.ok) throw refusal(response, data, url);
      return { document: jsonObject(data, url), date: response.headers.get("Date") };
    } catch (error) {
      if (error instanceof ApiError) throw error;
      const reason = limit.signal.aborted ? "no answer in time" : "no connection";
      throw new ApiError("unreachable", `${hostOf(url)} is out of reach (${reason}).`, { cause: error });
    } finally {
      timers.forEach(clearTimeout);
    }
  }
}

/** @param {Response} response @param {string} url @param {number} maxBytes @returns {Promise<Uint8Array>} */
async function readLimited(response, url, maxBytes) {
  const reader = response.body?.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > maxBytes) {
      await reader.cancel();
      throw badAnswer(url, `it is larger than ${maxBytes} bytes`);
    }
    parts.push(value);
  }
  const data = new Uint8Array(size);
  let offset = 0;
  for (const part of parts) {
    data.set(part, offset);
    offset += part.length;
  }
  return data;
}

/** @param {Uint8Array} data @param {string} url @returns {Record<string, unknown>} */
function jsonObject(data, url) {
  let document;
  try {
    document = parseJson(data, { maxBytes: Math.max(data.length, 1) });
  } catch (error) {
    throw badAnswer(url, messageOf(error), error);
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw badAnswer(url, "it is not a JSON object");
  }
  return /** @type {Record<string, unknown>} */ (document);
}

/**
 * RFC 9457 problem details with our stable `code`.
 * @param {Response} response
 * @param {Uint8Array} data
 * @param {string} url
 */
function refusal(response, data, url) {
  const status = response.status;
  /** @type {Record<string, unknown>} */
  let problem = {};
  try {
    problem = jsonObject(data, url);
  } catch {
    // It is judged by its status below.
  }
  const host = hostOf(url);
  if (typeof problem.code !== "string") {
    return status >= 500
      ? new ApiError("unreachable", `${host} is out of reach (it answers ${status}).`, { status })
      : new ApiError("bad_answer", `${host} answers ${status}, and not like a kez-chat server.`, { status });
  }
  const text = response.headers.get("Retry-After") ?? "";
  const retryAfter = /^\d{1,9}$/.test(text) ? Number(text) : null;
  let sentence = String(problem.detail ?? problem.title ?? `The server answers ${status}.`).slice(0, 500);
  if (retryAfter !== null) sentence += ` Try again in ${retryAfter} s.`;
  return new ApiError(problem.code.slice(0, 64), sentence, { status, retryAfter, head: problem.head });
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

/** @param {string} url @param {string} reason @param {unknown} [cause] */
function badAnswer(url, reason, cause) {
  return new ApiError("bad_answer", `The answer of ${hostOf(url)} cannot be trusted: ${reason}.`, { cause });
}

/** @param {string} url */
function hostOf(url) {
  return URL.parse?.(url)?.host ?? url.split("/")[2] ?? url;
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
