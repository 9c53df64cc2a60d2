/**
 * The only fetch(): requests to the own server's /v1 API and to sigchain services.
 *
 * Every answer is limited in size and time, and read as strict JSON unless it is a file; every failure is an
 * ApiError.
 */

import { canonicalBytes, parseJson } from "./proto/canonical.js";

const ANSWER_MS = 10_000;
const WHOLE_MS = 30_000;
/** A download is given up when nothing comes for so long. */
const SILENT_MS = 30_000;
const USUAL_BYTES = 256 * 1024;

/** @typedef {{document: Record<string, unknown>, date: string|null}} Answer */

/**
 * Why a request failed. `code` is the server's own ("handle_taken", "not_found", "stale", …), or one of ours:
 * "unreachable" (nobody answered; trying again may help) and "bad_answer" (it cannot be trusted). `status` is
 * 0 where there was no answer. `retryAfter` is in seconds. `head` comes with a sigchain conflict, `work` with
 * "proof_of_work_needed".
 */
export class ApiError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{status?: number, retryAfter?: number|null, head?: unknown, work?: unknown, cause?: unknown}} [more]
   */
  constructor(code, message, more = {}) {
    super(message, { cause: more.cause });
    this.name = "ApiError";
    this.code = code;
    this.status = more.status ?? 0;
    this.retryAfter = more.retryAfter ?? null;
    this.head = more.head ?? null;
    this.work = more.work ?? null;
  }

  /** Nobody answered, or the server is not itself at the moment. */
  get unreachable() {
    return this.code === "unreachable" || this.status >= 500;
  }

  /** The same request may succeed later. */
  get mayPass() {
    return this.unreachable || this.status === 429;
  }
}

/**
 * Ask for a JSON document.
 * @param {"GET"|"POST"|"PUT"} method
 * @param {string} url
 * @param {{body?: object, token?: string, headers?: Record<string, string>, maxBytes?: number, answerMs?: number,
 *   signal?: AbortSignal}} [options] `token`: of a file, as hex; `headers`: further ones; `answerMs`: how long the
 *   server may think; `signal`: its reason is thrown
 * @returns {Promise<Answer>}
 */
export async function ask(
  method,
  url,
  { body, token, headers = {}, maxBytes = USUAL_BYTES, answerMs = ANSWER_MS, signal } = {},
) {
  const watch = new Watch(signal);
  try {
    watch.allow(answerMs);
    const response = await fetch(url, {
      method,
      body: body === undefined ? undefined : new Uint8Array(canonicalBytes(body)),
      headers: { ...headersOf({ body, token }), ...headers },
      // A changed key must not hide in the browser's cache.
      cache: method === "GET" ? "no-cache" : "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: watch.signal,
    });
    watch.allow(WHOLE_MS);
    const data = await readLimited(response, url, maxBytes);
    if (!response.ok) throw refusal(response, data, url);
    return { document: jsonObject(data, url), date: response.headers.get("Date") };
  } catch (error) {
    throw watch.explain(error, url);
  } finally {
    watch.end();
  }
}

/**
 * The bytes of a file from `from` on, as they come; never more than up to `size`.
 * @param {string} url
 * @param {{token: string, from: number, size: number, signal?: AbortSignal}} options
 * @returns {AsyncGenerator<Uint8Array, void, void>}
 */
export async function* download(url, { token, from, size, signal }) {
  const watch = new Watch(signal);
  try {
    watch.allow(SILENT_MS);
    const response = await fetch(url, {
      headers: headersOf({ token, accept: "application/octet-stream", from }),
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
      referrerPolicy: "no-referrer",
      signal: watch.signal,
    });
    if (!response.ok) throw refusal(response, await readLimited(response, url, USUAL_BYTES), url);
    // Something in between that knows no ranges sends all of it.
    let skip = response.status === 206 ? 0 : from;
    let left = size - from;
    const reader = response.body?.getReader();
    while (reader) {
      const { done, value } = await reader.read();
      if (done) break;
      watch.allow(SILENT_MS);
      const part = value.subarray(Math.min(skip, value.length));
      skip -= value.length - part.length;
      left -= part.length;
      if (left < 0) throw badAnswer(url, "the file is longer than announced");
      if (part.length) yield part;
    }
    if (left > 0) throw new ApiError("unreachable", `${hostOf(url)} stopped in the middle of the file.`);
  } catch (error) {
    throw watch.explain(error, url);
  } finally {
    watch.end();
  }
}

/** The patience with one request. */
class Watch {
  #limit = new AbortController();
  /** @type {ReturnType<typeof setTimeout>|undefined} */
  #timer;

  /** @param {AbortSignal} [outer] */
  constructor(outer) {
    this.outer = outer;
    this.signal = outer ? AbortSignal.any([outer, this.#limit.signal]) : this.#limit.signal;
  }

  /** From now on so long. @param {number} milliseconds */
  allow(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#limit.abort(), milliseconds);
  }

  /** Whoever stops early ends the request with it. */
  end() {
    clearTimeout(this.#timer);
    this.#limit.abort();
  }

  /** @param {unknown} error @param {string} url @returns {unknown} */
  explain(error, url) {
    if (error instanceof ApiError) return error;
    if (this.outer?.aborted) return this.outer.reason;
    const reason = this.#limit.signal.aborted ? "no answer in time" : "no connection";
    return new ApiError("unreachable", `${hostOf(url)} is out of reach (${reason}).`, { cause: error });
  }
}

/** @param {{body?: object, token?: string, accept?: string, from?: number}} options @returns {Record<string, string>} */
function headersOf({ body, token, accept = "application/json", from = 0 }) {
  return {
    Accept: accept,
    ...(body === undefined ? {} : { "Content-Type": "application/json" }),
    ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    ...(from === 0 ? {} : { Range: `bytes=${from}-` }),
  };
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
  return new ApiError(problem.code.slice(0, 64), sentence, {
    status,
    retryAfter,
    head: problem.head,
    work: problem.proof_of_work,
  });
}

/** @param {string} url @param {string} reason @param {unknown} [cause] */
export function badAnswer(url, reason, cause) {
  return new ApiError("bad_answer", `The answer of ${hostOf(url)} cannot be trusted: ${reason}.`, { cause });
}

/** @param {string} url */
function hostOf(url) {
  return URL.parse?.(url)?.host ?? url.split("/")[2] ?? url;
}

/** @param {unknown} error */
export function messageOf(error) {
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
