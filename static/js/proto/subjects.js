// Names on the NATS broker: subjects, streams, consumers, and what a client may do with them.

import { BadKey, BadSubject } from "./errors.js";
import { Primary } from "./keys.js";
import { MAX_CHUNKS } from "./payloads.js";

export const INBOX_STREAM = "KEZ_INBOX";
export const API_PREFIX = "KEZ.API";
export const CLIENT_ACCOUNT = "USERS";
export const FILES_STREAM = "KEZ_FILES";
export const INBOX_PREFIX = "kez.inbox.";
export const FILES_PREFIX = "kez.files.";
export const SIGNAL_PREFIX = "kez.signal.";

/**
 * `text` itself if it is a device id: 16 lower-case hex digits, made by the client at random.
 * @param {string} text
 */
export function checkDevice(text) {
  if (!/^[0-9a-f]{16}$/u.test(text)) {
    throw new BadSubject("A device is named by 16 lower-case hex digits.");
  }
  return text;
}

/** `text` itself if it can be the random part of a reply prefix. @param {string} text */
export function checkToken(text) {
  if (!/^[A-Za-z0-9]{16,64}$/u.test(text)) {
    throw new BadSubject("A connection's token is 16 to 64 of A-Z, a-z and 0-9.");
  }
  return text;
}

/** @param {Primary} primary */
export function inboxSubject(primary) {
  return INBOX_PREFIX + primary.hex;
}

/** The owner of an inbox subject. BadSubject if it is none. @param {string} subject */
export function primaryOfInbox(subject) {
  return primaryOrBadSubject(
    subject.startsWith(INBOX_PREFIX) ? subject.slice(INBOX_PREFIX.length) : "",
    "This is not the subject of an inbox.",
  );
}

/**
 * Where the sender `primary` publishes chunk `index` (from 0) of a file.
 * @param {Primary} primary
 * @param {string} fileId
 * @param {number} index
 */
export function chunkSubject(primary, fileId, index) {
  const subject = `${FILES_PREFIX}${primary.hex}.${fileId}.${index}`;
  parseChunkSubject(subject);
  return subject;
}

/** All chunks of one file, as a filter. @param {Primary} primary @param {string} fileId */
export function chunkSubjects(primary, fileId) {
  return `${chunkSubject(primary, fileId, 0).slice(0, -1)}*`;
}

/**
 * Sender, file id and index of a chunk's subject. BadSubject if it is none.
 * @param {string} subject
 */
export function parseChunkSubject(subject) {
  const parts = subject.startsWith(FILES_PREFIX) ? subject.slice(FILES_PREFIX.length).split(".") : [];
  const [key, fileId, number] = parts;
  if (parts.length !== 3 || !/^[0-9a-f]{32}$/u.test(fileId) || !/^(?:0|[1-9][0-9]{0,2})$/u.test(number)) {
    throw new BadSubject("This is not the subject of a chunk.");
  }
  const index = Number(number);
  if (index >= MAX_CHUNKS) {
    throw new BadSubject(`A file has at most ${MAX_CHUNKS} chunks, numbered from 0.`);
  }
  return { primary: primaryOrBadSubject(key, "This is not the subject of a chunk."), fileId, index };
}

/** @param {Primary} primary */
export function signalSubject(primary) {
  return SIGNAL_PREFIX + primary.hex;
}

/** The durable consumer of one device: `<hex>-<device>`. @param {Primary} primary @param {string} device */
export function consumerName(primary, device) {
  return `${primary.hex}-${checkDevice(device)}`;
}

/**
 * The primary and device behind a consumer's name. BadSubject if it is not one of ours.
 * @param {string} text
 */
export function parseConsumerName(text) {
  const [key, device] = splitOnce(text, "-");
  return {
    primary: primaryOrBadSubject(key, "This is not the consumer of a device."),
    device: checkDevice(device),
  };
}

/**
 * The `name` that a client gives in CONNECT: `<token>.<device>`.
 * @param {string} token
 * @param {string} device
 */
export function connectName(token, device) {
  return `${checkToken(token)}.${checkDevice(device)}`;
}

/** Token and device from a CONNECT `name`. @param {string} text */
export function parseConnectName(text) {
  const [token, device] = splitOnce(text, ".");
  return { token: checkToken(token), device: checkDevice(device) };
}

/**
 * Where a connection receives replies; the token keeps others from guessing it and injecting.
 * @param {string} token
 */
export function replyPrefix(token) {
  return `_INBOX_${checkToken(token)}`;
}

/**
 * All that a client may publish (`pub`) and subscribe (`sub`) to; everything else is denied.
 * @param {Primary} primary
 * @param {string} device
 * @param {string} token
 */
export function clientPermissions(primary, device, token) {
  const consumer = consumerName(primary, device);
  return {
    pub: [
      `${INBOX_PREFIX}*`,
      `${FILES_PREFIX}${primary.hex}.*.*`,
      `${SIGNAL_PREFIX}*`,
      `${API_PREFIX}.CONSUMER.MSG.NEXT.${INBOX_STREAM}.${consumer}`,
      `${API_PREFIX}.CONSUMER.INFO.${INBOX_STREAM}.${consumer}`,
      `$JS.ACK.${INBOX_STREAM}.${consumer}.>`,
    ],
    sub: [`${replyPrefix(token)}.>`, signalSubject(primary)],
  };
}

/** @param {string} text @param {string} separator @returns {[string, string]} */
function splitOnce(text, separator) {
  const place = text.indexOf(separator);
  return place < 0 ? [text, ""] : [text.slice(0, place), text.slice(place + 1)];
}

/** @param {string} hex @param {string} sentence */
function primaryOrBadSubject(hex, sentence) {
  try {
    return Primary.fromHex(hex);
  } catch (error) {
    if (error instanceof BadKey) {
      throw new BadSubject(sentence, { cause: error });
    }
    throw error;
  }
}
