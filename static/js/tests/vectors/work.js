// The proof of work.

import { Primary } from "../../proto/keys.js";
import { findNonce, formatProof, parseProof, workIsDone } from "../../proto/work.js";
import { refused, same } from "./expect.js";

/** @type {Record<string, import("./runner.js").Table>} */
export const tables = {
  "work.json": {
    each: {
      async done({ challenge, primary, bits, nonce, proof }) {
        const key = Primary.parse(primary);
        same(workIsDone(challenge, key, nonce, { bits }), true);
        same(await findNonce(challenge, key, { bits }), nonce, "the first nonce");
        same(formatProof(challenge, nonce), proof);
        same(parseProof(proof), [challenge, nonce]);
      },
      not_done({ challenge, primary, bits, nonce }) {
        same(workIsDone(challenge, Primary.parse(primary), nonce, { bits }), false);
      },
      async refused({ text, error }) {
        await refused(error, () => parseProof(text));
      },
    },
  },
};
