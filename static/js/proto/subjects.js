// Names on the NATS broker: subjects, streams, consumers, and what a client may do with them.

import { BadKey, BadSubject } from "./errors.js";
import { Primary } from "./keys.js";

export const INBOX_STREAM = "KEZ_INBOX";
export const API_PREFIX = "KEZ.API";
export const CLIENT_ACCOUNT = "USERS";
export const INBOX_PREFIX = "kez.inbox.";
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
      `kez.files.${primary.hex}.*.*`,
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
