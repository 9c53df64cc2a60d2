/** How a file stands, as the pages get it: from its message, from what is stored of it here, from what goes on now. */

import { fromBase64 } from "../../proto/bytes.js";
import { pictureOf } from "./picture.js";

/** @typedef {import("../records.js").MessageRecord} MessageRecord */
/** @typedef {import("../types.js").FileView} FileView */
/** @typedef {import("./picture.js").Picture} Picture */

/**
 * What is stored of a chunked file, under the key of its message. `stage`: "packing" (its message is not there yet),
 * "sending", "finishing" (its message is sent, the server has not said that the file is whole), "failed" (and why);
 * "loading"; "here" (all of it, checked). `have` chunks from the first on are on the shelf. `attempt` begins the ids
 * under which its chunks are published; `announced` says that the server knows of this attempt.
 * @typedef {object} FileRow
 * @property {string} key
 * @property {string} peer
 * @property {string} shelf
 * @property {number} chunks
 * @property {number} have
 * @property {"packing"|"sending"|"finishing"|"failed"|"loading"|"here"} stage
 * @property {string} attempt
 * @property {boolean} announced
 * @property {string|null} cause
 * @property {string|null} causeCode
 * @property {Picture|null} picture
 * @property {number} order
 */

/**
 * What goes on with a file now; forgotten with the page.
 * @typedef {{stage: "checking"|"pending"|"loading"|"ready"|"sending"|"failed", done: number, total: number,
 *   cause: string|null, causeCode: string|null}} Live
 */

const NEVER_SENT = "The device on which it was picked has not sent it.";
const WHOLE = new Set(["sending", "finishing", "failed", "here"]);

/**
 * @param {MessageRecord} record of a file
 * @param {Readonly<FileRow>|undefined} row
 * @param {Readonly<Live>|undefined} live
 * @returns {FileView}
 */
export function fileView(record, row, live) {
  const { mode, mime, size, digest, file_id } = /** @type {Record<string, any>} */ (record.body);
  const total = row?.chunks ?? Number(/** @type {{chunks?: number}} */ (record.body).chunks ?? 0);
  /** @type {FileView} */
  const view = {
    mode, mime, size, ref: file_id ?? String(digest).replace("blake3:", ""), total, stage: "remote", here: false, done: 0, picture: null, cause: null, causeCode: null,
  };
  if (mode === "inline") return { ...view, stage: "here", here: true, picture: inlinePicture(record) };
  if (mode === "iroh") return { ...view, stage: "elsewhere" };
  if (!row && record.mine && record.hash === "") {
    return { ...view, stage: "failed", cause: NEVER_SENT, causeCode: "never_sent" };
  }
  const now = live && { stage: live.stage, done: live.done, cause: live.cause, causeCode: live.causeCode };
  if (!row || !WHOLE.has(row.stage)) return { ...view, done: row?.have ?? 0, picture: row?.picture ?? null, ...now };
  return {
    ...view,
    here: true,
    stage: /** @type {FileView["stage"]} */ (row.stage),
    done: row.stage === "sending" ? (live?.done ?? 0) : total,
    picture: row.picture,
    cause: row.cause,
    causeCode: row.causeCode,
  };
}

/** @param {MessageRecord} record */
function inlinePicture({ picture, body }) {
  return picture === undefined ? pictureIn(body) : picture;
}

/** What picture an inline file is. @param {object} body of its message @returns {Picture|null} */
export function pictureIn(body) {
  const { mode, data } = /** @type {{mode?: string, data?: string}} */ (body);
  return mode === "inline" ? pictureOf(fromBase64(data ?? "") ?? new Uint8Array()) : null;
}
