// The strict Ed25519 rule: keys and signatures, with forgeries that lenient code takes.

import { ed25519 } from "@noble/curves/ed25519.js";

import { fromHex } from "../../proto/bytes.js";
import { Primary, verifySignature } from "../../proto/keys.js";
import { refused, same } from "./expect.js";

/** @type {Record<string, import("./runner.js").Table>} */
export const tables = {
  "ed25519.json": {
    whole: {
      order_hex: (hex) => same(ed25519.Point.Fn.ORDER.toString(16).padStart(64, "0"), hex),
    },
    each: {
      async keys({ public_hex, error }) {
        await refused(error, () => new Primary(fromHex(public_hex)));
        await refused(error, () => Primary.parse(`ed25519:${public_hex}`));
      },
      async signatures({ public_hex, message_hex, signature_hex, error }) {
        const check = async () =>
          verifySignature(new Primary(fromHex(public_hex)), fromHex(message_hex), fromHex(signature_hex));
        if (error === null) {
          await check();
        } else {
          await refused(error, check);
        }
      },
    },
  },
};
