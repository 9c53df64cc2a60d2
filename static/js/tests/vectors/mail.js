// Messages, links between them, envelopes, padding.

import { toHex } from "../../proto/bytes.js";
import { parseBody } from "../../proto/bodies.js";
import { canonicalBytes } from "../../proto/canonical.js";
import { envelopeInfo, openEnvelope, openMessage, seal } from "../../proto/envelope.js";
import { CannotOpen } from "../../proto/errors.js";
import { parseFullHandle } from "../../proto/handles.js";
import { Primary } from "../../proto/keys.js";
import { checkLink } from "../../proto/links.js";
import { messagePayload, verifyMessage } from "../../proto/messages.js";
import { OVERHEAD_BYTES, frame, frameSize, unframe } from "../../proto/padding.js";
import { MESSAGE } from "../../proto/payloads.js";
import { ALICE } from "./cast.js";
import { Mismatch, refused, same } from "./expect.js";
import { openCase, sealedAgain } from "./sealing.js";
import { checkValid } from "./signed_objects.js";

/** @type {Record<string, import("./runner.js").Table>} */
export const tables = {
  "messages.json": {
    each: {
      async valid({ document, reader, payload_canonical_hex, hash, is_self_copy }) {
        await checkValid(MESSAGE, { document, payload_canonical_hex, hash });
        for (const form of [document, canonicalBytes(document)]) {
          const message = await verifyMessage(form, { reader: Primary.parse(reader) });
          same([message.hash, message.isSelfCopy], [hash, is_self_copy]);
          same(message.senderHandle.equals(parseFullHandle("alice@kez.lat")), true, "the handle");
          const { body } = document.payload;
          same(messagePayload({ ...message, body }), document.payload, "the payload made again");
          same(message.body, parseBody(body), "the body");
        }
      },
      async refused({ document, reader, error }) {
        await refused(error, () => verifyMessage(document, { reader: Primary.parse(reader) }));
        await refused(error, () =>
          verifyMessage(canonicalBytes(document), { reader: Primary.parse(reader) }),
        );
      },
      async links({ last, known_hash, document, kind, missing }) {
        const reader = Primary.parse(document.payload.to);
        const message = await verifyMessage(document, { reader });
        const [start, end] = missing;
        same(checkLink(last, message, { knownHash: known_hash }), {
          kind,
          missing: start === undefined ? null : { start, end },
        });
      },
    },
  },
  "envelopes.json": {
    each: {
      async valid({ reader_seed_hex, ephemeral_hex, info_hex, plaintext_hex, frame_hex, envelope_hex }) {
        const { envelope, key } = openCase({ envelope_hex, reader_seed_hex });
        same(toHex(envelopeInfo(key.primary)), info_hex, "the info");
        const plaintext = await openEnvelope(envelope, key);
        same(toHex(plaintext), plaintext_hex, "the plaintext");
        same(toHex(frame(plaintext)), frame_hex, "the frame");
        same(await sealedAgain({ frame_hex, ephemeral_hex, key }), envelope_hex, "the frame sealed again");
        const message = await openMessage(envelope, key);
        same(toHex(canonicalBytes(message.document)), plaintext_hex, "the message");
        await checkFreshSeal(message.document, envelope, key);
      },
      async refused({ envelope_hex, reader_seed_hex, error }) {
        const { envelope, key } = openCase({ envelope_hex, reader_seed_hex });
        const found = await refused(error, () => openMessage(envelope, key));
        same(
          found instanceof CannotOpen,
          !["malformed", "bad_signature"].includes(error),
          "being a CannotOpen",
        );
      },
    },
  },
  "padding.json": {
    each: {
      sizes({ json_bytes, frame_bytes }) {
        same(frameSize(json_bytes), frame_bytes);
        const plaintext = new Uint8Array(json_bytes).fill(0x78);
        const framed = frame(plaintext);
        same(framed.length, frame_bytes, "the frame's size");
        same(toHex(unframe(framed)), toHex(plaintext), "what is read back");
      },
    },
  },
};

/**
 * Sealing for real: it opens again, has the same size, and another ephemeral key each time.
 * @param {object} document
 * @param {Uint8Array} envelope
 * @param {import("../../proto/keys.js").SigningKey} key
 */
async function checkFreshSeal(document, envelope, key) {
  const [one, two] = [await seal(document, key.primary), await seal(document, key.primary)];
  same([one.length, two.length], [envelope.length, envelope.length], "the size");
  same((await openMessage(one, key)).document, document, "what is opened again");
  if (toHex(one.slice(1, 33)) === toHex(two.slice(1, 33)) || toHex(one).includes(ALICE.primary.hex)) {
    throw new Mismatch("a fresh seal repeats its ephemeral key or shows its sender");
  }
  const size = OVERHEAD_BYTES + frameSize(canonicalBytes(document).length);
  same(one.length, size, "the size by rule");
}
