// A stranger's client: the official JavaScript packages over websocket, with a registered nkey and nothing of ours.
//
// Input, as JSON on stdin: an `Input`.
// Output, as JSON on stdout: what was allowed and what was denied.

import { text } from "node:stream/consumers";

import { jetstream } from "@nats-io/jetstream";
import { nkeyAuthenticator, PermissionViolationError, wsconnect } from "@nats-io/nats-core";

/**
 * @typedef {{url: string, seed: string, token: string, device: string, inbox: string, signal: string, consumer: string,
 *   peer: {inbox: string, signal: string, consumer: string, files: string}}} Input
 */

/** @type {Input} */
const input = JSON.parse(await text(process.stdin));

const nc = await wsconnect({
  servers: input.url,
  authenticator: nkeyAuthenticator(new TextEncoder().encode(input.seed)),
  name: `${input.token}.${input.device}`,
  inboxPrefix: `_INBOX_${input.token}`,
  reconnect: false,
});
const js = jetstream(nc, { apiPrefix: "KEZ.API" });

/** @type {Set<string>} */
const violations = new Set();
const statuses = nc.status();

/** Reads what the connection tells until it has told `count` violations, or for 10 s. @param {number} count */
async function untilDenied(count) {
  const timer = setTimeout(() => nc.close(), 10_000);
  for await (const status of statuses) {
    if (status.type === "error" && status.error instanceof PermissionViolationError) {
      violations.add(`${status.error.operation} ${status.error.subject}`);
    }
    if (violations.size === count) {
      break;
    }
  }
  clearTimeout(timer);
}

// Its rights: publish to a peer, with an acknowledgement; read its own inbox; hear its own signals.
const ack = await js.publish(input.peer.inbox, "from javascript", { msgID: "javascript-1" });
const again = await js.publish(input.peer.inbox, "from javascript", { msgID: "javascript-1" });
await js.publish(input.inbox, "to myself", { msgID: "javascript-2" });
const consumer = await js.consumers.getConsumerFromInfo({
  ...(await nc.request(`KEZ.API.CONSUMER.INFO.KEZ_INBOX.${input.consumer}`)).json(),
});
/** @type {string[]} */
const read = [];
for await (const message of await consumer.fetch({ max_messages: 1, expires: 5000 })) {
  read.push(message.string());
  message.ack();
}
const heard = nc.subscribe(input.signal, { max: 1 });
await nc.flush();
nc.publish(input.signal, "typing");
/** @type {string[]} */
const signals = [];
for await (const message of heard) {
  signals.push(message.string());
}

// What it must not do. Each is denied by the broker, which says so on the connection.
const forbidden = {
  publish: [
    input.peer.files,
    "$JS.API.STREAM.INFO.KEZ_INBOX",
    "$JS.API.STREAM.PURGE.KEZ_INBOX",
    "KEZ.API.STREAM.INFO.KEZ_INBOX",
    "KEZ.API.CONSUMER.CREATE.KEZ_INBOX",
    `KEZ.API.CONSUMER.DURABLE.CREATE.KEZ_INBOX.${input.consumer}`,
    `KEZ.API.CONSUMER.INFO.KEZ_INBOX.${input.peer.consumer}`,
    `KEZ.API.CONSUMER.MSG.NEXT.KEZ_INBOX.${input.peer.consumer}`,
    `$JS.ACK.KEZ_INBOX.${input.peer.consumer}.1.1.1.0.0`,
    "$SYS.REQ.SERVER.PING",
  ],
  subscription: [">", "$SYS.>", "kez.inbox.*", input.peer.inbox, input.peer.signal, "_INBOX.>"],
};
for (const subject of forbidden.publish) {
  nc.publish(subject, "{}");
}
for (const subject of forbidden.subscription) {
  nc.subscribe(subject, { callback: () => {} });
}
await untilDenied(forbidden.publish.length + forbidden.subscription.length);
const denied = {
  publish: forbidden.publish.filter((subject) => violations.has(`publish ${subject}`)),
  subscription: forbidden.subscription.filter((subject) => violations.has(`subscription ${subject}`)),
};

console.log(
  JSON.stringify({ stream: ack.stream, duplicate: again.duplicate, read, signals, forbidden, denied }),
);
await nc.close();
