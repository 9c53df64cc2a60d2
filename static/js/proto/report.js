// Reports: what a person tells the operators of their server about a handle.
//
// The messages that they choose to open are in it as they came, each signed by its sender, so the operators need not
// believe anybody.

import { BadReportedMessage, Malformed, ProtocolError, WrongServer } from "./errors.js";
import { Handle } from "./handles.js";
import { Primary } from "./keys.js";
import { verifyMessage } from "./messages.js";
import { MAX_REPORT_BYTES, REPORT } from "./payloads.js";
import { verify } from "./signed.js";
import { checkFresh, formatTimestamp, parseTimestamp } from "./timestamps.js";

/** @typedef {import("./messages.js").Message} Message */

/**
 * A verified report. `messages` were written by `reportedPrimary` to `primary`; that the handles are those keys' own,
 * only the registry can tell.
 * @typedef {{reportId: string, handle: Handle, primary: Primary, reported: Handle, reportedPrimary: Primary,
 *   category: string, text: string, messages: Message[], createdAt: Date, document: object}} Report
 */

/**
 * The payload to sign with the tag `report`. Both handles are of one server: the report is for its operators.
 * @param {{reportId: string, handle: Handle, primary: Primary, reported: Handle, reportedPrimary: Primary,
 *   category: string, text: string, messages: object[], createdAt: Date}} parts
 */
export function reportPayload(parts) {
  const { handle, reported } = parts;
  if (handle.server !== reported.server) {
    throw new WrongServer(
      `${reported} is no handle of ${handle.server}; report it to the operators of its own server.`,
    );
  }
  return {
    type: REPORT.type,
    version: REPORT.version,
    report_id: parts.reportId,
    handle: handle.local,
    primary: parts.primary.toString(),
    server: handle.server,
    reported: reported.local,
    reported_primary: parts.reportedPrimary.toString(),
    category: parts.category,
    text: parts.text,
    messages: parts.messages,
    created_at: formatTimestamp(parts.createdAt),
  };
}

/**
 * Check signature, server, both handles and time, then every message, in this order.
 * @param {import("./signed.js").Unverified} document
 * @param {{server: string, now: Date}} options
 * @returns {Promise<Report>}
 */
export async function verifyReport(document, { server, now }) {
  const { tag, type, version } = REPORT;
  const signed = await verify(document, { tag, type, version, maxBytes: MAX_REPORT_BYTES });
  const { payload } = signed;
  if (payload.server !== server) {
    throw new WrongServer(`This was signed for another server than ${server}.`);
  }
  const handle = new Handle(payload.handle, server);
  const reported = new Handle(payload.reported, server);
  const createdAt = parseTimestamp(payload.created_at);
  checkFresh(createdAt, { now });
  const reportedPrimary = Primary.parse(payload.reported_primary);
  if (reportedPrimary.equals(signed.signer)) {
    throw new Malformed("A report is about somebody else.");
  }
  return {
    reportId: payload.report_id,
    handle,
    primary: signed.signer,
    reported,
    reportedPrimary,
    category: payload.category,
    text: payload.text,
    messages: await checkReportedMessages(payload.messages, { sender: reportedPrimary, reader: signed.signer }),
    createdAt,
    document: signed.document,
  };
}

/**
 * The messages, each signed by `sender` for `reader`, none twice. BadReportedMessage names the first that is not.
 * @param {object[]} documents
 * @param {{sender: Primary, reader: Primary}} options
 */
export async function checkReportedMessages(documents, { sender, reader }) {
  /** @type {Message[]} */
  const messages = [];
  for (const [index, document] of documents.entries()) {
    const message = await readable(document, reader, index);
    const nth = `Message ${index + 1} of the report`;
    if (!message.sender.equals(sender) || !message.to.equals(reader)) {
      throw new BadReportedMessage(`${nth} is not one that the reported key sent to you.`, { index });
    }
    if (messages.some((each) => each.id === message.id)) {
      throw new BadReportedMessage(`${nth} is in it twice.`, { index });
    }
    messages.push(message);
  }
  return messages;
}

/** @param {object} document @param {Primary} reader @param {number} index */
async function readable(document, reader, index) {
  try {
    return await verifyMessage(/** @type {any} */ (document), { reader });
  } catch (error) {
    if (error instanceof ProtocolError) {
      const sentence = `Message ${index + 1} of the report can't be checked: ${error.message}`;
      throw new BadReportedMessage(sentence, { index, cause: error });
    }
    throw error;
  }
}
