// The field tables: what each type and version of signed payload holds. Payloads are closed.

import { Malformed, WrongTag, WrongType } from "./errors.js";
import * as fields from "./fields.js";

export const MAX_SHARED_ENTRIES = 1000;
export const MAX_SHARED_ENTRY_BYTES = 1536;
export const MAX_SHARED_FILES_BYTES = 2 * 1024 * 1024;
export const CHUNK_BYTES = 81920;
export const MAX_ATTACHMENT_BYTES = 10 * 1024 * 1024;
export const MAX_CHUNKS = MAX_ATTACHMENT_BYTES / CHUNK_BYTES;
export const MAX_REPORTED_MESSAGES = 20;
export const MAX_REPORT_BYTES = 512 * 1024;
export const MAX_REPORT_TEXT_BYTES = 4000;
export const REPORT_CATEGORIES = ["spam", "harassment", "impersonation", "illegal", "other"];

/** One tag with its payload type and version; `signer` names the field that holds the signing key. */
export class PayloadSpec {
  /** @param {{tag: string, type: string, version: number, signer: string, fields: fields.Table}} parts */
  constructor({ tag, type, version, signer, fields: table }) {
    this.tag = tag;
    this.type = type;
    this.version = version;
    this.signer = signer;
    /** @type {fields.Table} */
    this.fields = { type: fields.anything, version: fields.anything, ...table };
    Object.freeze(this);
  }

  /**
   * Type and version first (WrongType), then the closed table of fields.
   * @param {unknown} payload
   * @returns {asserts payload is Record<string, any>}
   */
  check(payload) {
    if (!fields.isObject(payload)) {
      throw new Malformed("payload must be a JSON object.");
    }
    if (payload.type !== this.type || payload.version !== this.version) {
      throw new WrongType(`A payload of type ${this.type}, version ${this.version}, was expected.`);
    }
    fields.checkFields(payload, this.fields, { what: "payload" });
  }
}

// The grammar of a handle is looked at after the signature, with a code of its own (bad_handle).
const name = fields.text(1, 320);

const CHAIN_REFERENCE = { seq: fields.integer(0), head: fields.nullable(fields.sha256) };

/** @type {fields.Check} */
function chain(value) {
  fields.checkFields(value, CHAIN_REFERENCE, { what: "chain" });
  if ((value.seq === 0) !== (value.head === null)) {
    throw new Malformed("head is null exactly where seq is 0.");
  }
}

export const HANDLE_REGISTRATION = new PayloadSpec({
  tag: "handle_registration",
  type: "kez.chat.handle_registration",
  version: 1,
  signer: "primary",
  fields: { handle: name, primary: fields.primary, server: name, created_at: fields.timestamp },
});
export const SIGCHAIN_EVENT = new PayloadSpec({
  tag: "sigchain_event",
  type: "kez.sigchain.event",
  version: 1,
  signer: "primary",
  fields: {
    primary: fields.primary,
    seq: fields.integer(1),
    prev: fields.nullable(fields.sha256),
    op: fields.pattern("[a-z][a-z0-9_]{0,63}", "the name of an operation"),
    body: fields.jsonObject,
    created_at: fields.timestamp,
  },
});
export const SESSION = new PayloadSpec({
  tag: "session",
  type: "kez.chat.session",
  version: 1,
  signer: "primary",
  fields: {
    handle: name,
    primary: fields.primary,
    server: name,
    challenge: fields.hexDigits(64),
    created_at: fields.timestamp,
  },
});
export const FILE_ANNOUNCEMENT = new PayloadSpec({
  tag: "file_announcement",
  type: "kez.chat.file_announcement",
  version: 1,
  signer: "primary",
  fields: {
    primary: fields.primary,
    server: name,
    file_id: fields.hexDigits(32),
    chunks: fields.integer(1, MAX_CHUNKS),
    size: fields.integer(1, MAX_ATTACHMENT_BYTES),
    digest: fields.blake3,
    access: fields.blake3,
    created_at: fields.timestamp,
  },
});
export const SHARED_FILES = new PayloadSpec({
  tag: "shared_files",
  type: "kez.chat.shared_files",
  version: 1,
  signer: "primary",
  fields: {
    primary: fields.primary,
    version_no: fields.integer(1),
    // HPKE's enc and tag take 48 bytes of every entry.
    entries: fields.listOf(fields.base64urlData({ minimum: 49, maximum: MAX_SHARED_ENTRY_BYTES }), {
      minimum: 0,
      maximum: MAX_SHARED_ENTRIES,
    }),
    created_at: fields.timestamp,
  },
});
export const MESSAGE = new PayloadSpec({
  tag: "message",
  type: "kez.chat.message",
  version: 2,
  signer: "from",
  fields: {
    id: fields.uuid7,
    from: fields.primary,
    from_handle: name,
    to: fields.primary,
    device: fields.hexDigits(16),
    seq: fields.integer(1),
    prev: fields.nullable(fields.sha256),
    chain,
    created_at: fields.timestamp,
    body: fields.jsonObject,
  },
});
export const SIGNAL = new PayloadSpec({
  tag: "signal",
  type: "kez.chat.signal",
  version: 1,
  signer: "from",
  fields: {
    from: fields.primary,
    to: fields.primary,
    kind: fields.oneOf("typing", "online"),
    created_at: fields.timestamp,
  },
});

/** @type {fields.Check} */
function messages(value) {
  if (!Array.isArray(value) || value.length > MAX_REPORTED_MESSAGES) {
    throw new Malformed(`must be a list of at most ${MAX_REPORTED_MESSAGES} messages.`);
  }
  value.forEach((item) => fields.jsonObject(item));
}

export const REPORT = new PayloadSpec({
  tag: "report",
  type: "kez.chat.report",
  version: 1,
  signer: "primary",
  fields: {
    report_id: fields.hexDigits(32),
    handle: name,
    primary: fields.primary,
    server: name,
    reported: name,
    reported_primary: fields.primary,
    category: fields.oneOf(...REPORT_CATEGORIES),
    text: fields.text(0, MAX_REPORT_TEXT_BYTES),
    messages,
    created_at: fields.timestamp,
  },
});
export const TRANSPARENCY_HEAD = new PayloadSpec({
  tag: "transparency_head",
  type: "kez.chat.transparency_head",
  version: 1,
  signer: "key",
  fields: {
    server: name,
    key: fields.primary,
    seq: fields.integer(0),
    head: fields.nullable(fields.sha256),
    created_at: fields.timestamp,
  },
});

export const SPECS = [
  HANDLE_REGISTRATION,
  SIGCHAIN_EVENT,
  SESSION,
  FILE_ANNOUNCEMENT,
  SHARED_FILES,
  MESSAGE,
  SIGNAL,
  REPORT,
  TRANSPARENCY_HEAD,
];

/** The newest table for a tag. WrongTag if there is none. @param {string} tag */
export function specForTag(tag) {
  const spec = SPECS.find((candidate) => candidate.tag === tag);
  if (!spec) {
    throw new WrongTag(`There is no signed object with the tag '${tag.slice(0, 64)}'.`);
  }
  return spec;
}

/**
 * The table for exactly this tag, type and version. WrongTag or WrongType if there is none.
 * @param {string} tag
 * @param {string} type
 * @param {number} version
 */
export function specFor(tag, type, version) {
  const spec = specForTag(tag);
  if (spec.type !== type || spec.version !== version) {
    throw new WrongType();
  }
  return spec;
}
