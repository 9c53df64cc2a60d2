// Everything that is written as text: JSON, timestamps, handles, keys, nkeys, phrases, broker names.

import { fromHex, toHex } from "../../proto/bytes.js";
import { canonicalBytes, parseJson, plainCopy } from "../../proto/canonical.js";
import { checkLocal, findMentions, parseFullHandle, parseHandle } from "../../proto/handles.js";
import { Primary, SigningKey, x25519Private, x25519Public } from "../../proto/keys.js";
import * as nkeys from "../../proto/nkeys.js";
import { phraseToSeed, seedToPhrase } from "../../proto/phrase.js";
import { safetyNumber } from "../../proto/safety_number.js";
import * as subjects from "../../proto/subjects.js";
import { formatTimestamp, parseTimestamp, unixMicros } from "../../proto/timestamps.js";
import { refused, same } from "./expect.js";

/** @type {Record<string, import("./runner.js").Table>} */
export const tables = {
  "json_text.json": {
    each: {
      accepted({ input_hex, canonical_hex }) {
        const data = fromHex(input_hex);
        const value = parseJson(data);
        const canonical = canonicalBytes(value);
        same(toHex(canonical), canonical_hex);
        same(parseJson(new TextDecoder().decode(data)), value, "the value read from text");
        same(plainCopy(value), value, "the copy");
        same(parseJson(canonical), value, "what is read back");
      },
      async refused({ input_hex, error }) {
        await refused(error, () => parseJson(fromHex(input_hex)));
      },
    },
  },
  "timestamps.json": {
    each: {
      accepted({ text, unix_micros }) {
        const moment = parseTimestamp(text);
        same(String(unixMicros(moment)), unix_micros);
        same(String(unixMicros(parseTimestamp(formatTimestamp(moment)))), unix_micros, "what is read back");
      },
      async refused({ text, error }) {
        await refused(error, () => parseTimestamp(text));
      },
    },
  },
  "handles.json": {
    context: ["own_server"],
    each: {
      typed({ text, handle }, { own_server }) {
        same(parseHandle(text, { ownServer: own_server }).toString(), handle);
        same(parseFullHandle(handle).toString(), handle);
      },
      async refused({ text, error }, { own_server }) {
        await refused(error, () => parseHandle(text, { ownServer: own_server }));
      },
      async stored_refused({ local, error }) {
        await refused(error, () => checkLocal(local));
      },
      mentions({ text, found }, { own_server }) {
        const mentions = findMentions(text, { ownServer: own_server });
        same(
          mentions.map(({ start, end, handle }) => ({
            start: Array.from(text.slice(0, start)).length,
            end: Array.from(text.slice(0, end)).length,
            utf16_start: start,
            utf16_end: end,
            handle: handle.toString(),
          })),
          found,
        );
      },
    },
  },
  "keys.json": {
    each: {
      people(person) {
        const key = new SigningKey(fromHex(person.seed_hex));
        same(key.primary.toString(), person.primary);
        same(toHex(x25519Public(key.primary)), person.x25519_public_hex);
        same(toHex(x25519Private(key)), person.x25519_private_hex);
        same(nkeys.userNkey(key.primary), person.user_nkey);
        same(nkeys.primaryOfNkey(person.user_nkey).toString(), person.primary);
        same(nkeys.encodeSeed("U", key.seed), person.user_seed_nkey);
        same(toHex(nkeys.decodeSeed(person.user_seed_nkey).seed), person.seed_hex);
        same(seedToPhrase(key.seed), person.phrase);
        same(toHex(phraseToSeed(person.phrase)), person.seed_hex);
      },
      async safety_numbers({ a, b, digits }) {
        same(await safetyNumber(Primary.parse(a), Primary.parse(b)), digits);
      },
      typed_phrases({ text, seed_hex }) {
        same(toHex(phraseToSeed(text)), seed_hex);
      },
      async refused_phrases({ text, error }) {
        await refused(error, () => phraseToSeed(text));
      },
    },
  },
  "nkeys.json": {
    context: ["raw_hex"],
    whole: {
      public(texts, { raw_hex }) {
        for (const [prefix, text] of Object.entries(texts)) {
          same(nkeys.encodePublic(prefix, fromHex(raw_hex)), text);
          same(toHex(nkeys.decodePublic(text, { prefix })), raw_hex);
        }
      },
      seeds(texts, { raw_hex }) {
        for (const [prefix, text] of Object.entries(texts)) {
          same(nkeys.encodeSeed(prefix, fromHex(raw_hex)), text);
          const decoded = nkeys.decodeSeed(text);
          same([decoded.prefix, toHex(decoded.seed)], [prefix, raw_hex]);
        }
      },
    },
    each: {
      async refused_users({ text, error }) {
        await refused(error, () => nkeys.primaryOfNkey(text));
      },
      async refused_seeds({ text, error }) {
        await refused(error, () => nkeys.decodeSeed(text));
      },
    },
  },
  "broker_names.json": {
    context: ["primary", "device", "token", "file_id"],
    whole: {
      handle: (text) => same(parseFullHandle(text).toString(), text),
      inbox(text, { primary }) {
        same(subjects.inboxSubject(Primary.parse(primary)), text);
        same(subjects.primaryOfInbox(text).toString(), primary);
      },
      signal: (text, { primary }) => same(subjects.signalSubject(Primary.parse(primary)), text),
      consumer(text, { primary, device }) {
        same(subjects.consumerName(Primary.parse(primary), device), text);
        const parsed = subjects.parseConsumerName(text);
        same([parsed.primary.toString(), parsed.device], [primary, device]);
      },
      chunk({ index, subject }, { primary, file_id }) {
        same(subjects.chunkSubject(Primary.parse(primary), file_id, index), subject);
        const parsed = subjects.parseChunkSubject(subject);
        same([parsed.primary.toString(), parsed.fileId, parsed.index], [primary, file_id, index]);
      },
      chunks: (text, { primary, file_id }) =>
        same(subjects.chunkSubjects(Primary.parse(primary), file_id), text),
      streams: (names) => same({ inbox: subjects.INBOX_STREAM, files: subjects.FILES_STREAM }, names),
      connect_name(text, { token, device }) {
        same(subjects.connectName(token, device), text);
        same(subjects.parseConnectName(text), { token, device });
      },
      reply_prefix: (text, { token }) => same(subjects.replyPrefix(token), text),
      permissions(expected, { primary, device, token }) {
        same(subjects.clientPermissions(Primary.parse(primary), device, token), expected);
      },
    },
    each: {
      async refused_inboxes({ text, error }) {
        await refused(error, () => subjects.primaryOfInbox(text));
      },
      async refused_chunks({ text, error }) {
        await refused(error, () => subjects.parseChunkSubject(text));
      },
      async refused_consumers({ text, error }) {
        await refused(error, () => subjects.parseConsumerName(text));
      },
      async refused_connect_names({ text, error }) {
        await refused(error, () => subjects.parseConnectName(text));
      },
    },
  },
};
