// Replay of sigchains: a chain with every operation, and what must be refused.

import { canonicalBytes } from "../../proto/canonical.js";
import { claimBody, endpointBody, sharedFilesBody } from "../../proto/chain_operations.js";
import { ChainState, checkPin, extend, replay } from "../../proto/chain_state.js";
import { ChainError } from "../../proto/errors.js";
import { Primary } from "../../proto/keys.js";
import { eventDocument, verifyEvent } from "../../proto/sigchain.js";
import { ALICE } from "./cast.js";
import { Mismatch, refused, same } from "./expect.js";

/** @type {Record<string, import("./runner.js").Table>} */
export const tables = {
  "sigchains.json": {
    whole: {
      async chain({ primary, events, hashes, head, endpoints, claims, shared_files }) {
        const owner = Primary.parse(primary);
        const state = await replay(owner, events);
        same(
          state.events.map((event) => event.hash),
          hashes,
          "the hashes",
        );
        same(state.head, head, "the head");
        same(state.endpoints.map(endpointBody), endpoints, "the endpoints");
        same(state.claims.map(claimBody), claims, "the claims");
        same(state.sharedFiles && sharedFilesBody(state.sharedFiles), shared_files, "the shared files");
        same(
          state.events.map((event) => event.document),
          events,
          "the documents",
        );
        same(await replay(owner, events.map(canonicalBytes)), state, "the state read from text");
        same(
          await extend(await replay(owner, events.slice(0, 5)), events.slice(5)),
          state,
          "the state in two parts",
        );
        await makeAgain(state);
        await checkPins(state, events);
      },
    },
    each: {
      async refused_events({ document, error }) {
        await refused(error, () => verifyEvent(document));
        await refused(error, () => verifyEvent(canonicalBytes(document)));
        same(await indexOfFault(() => replay(ALICE.primary, [document])), 0, "the place");
      },
      async refused_chains({ primary, events, error, index }) {
        await refused(error, () => replay(Primary.parse(primary), events));
        same(await indexOfFault(() => replay(Primary.parse(primary), events)), index, "the place");
      },
    },
  },
};

/** Every event comes out the same when it is signed again. @param {ChainState} state */
async function makeAgain(state) {
  let before = new ChainState(state.primary);
  for (const { op, body, createdAt, document } of state.events) {
    same(
      eventDocument({ key: ALICE, head: before.head, op, body, createdAt }),
      document,
      "the event made again",
    );
    before = await extend(before, [document]);
  }
}

/** @param {ChainState} state @param {object[]} events */
async function checkPins(state, events) {
  for (const { seq, hash } of state.events) {
    checkPin({ seq, hash }, state);
  }
  checkPin(null, state);
  const shorter = await replay(state.primary, events.slice(0, 3));
  await refused("pin_mismatch", () => checkPin(state.head, shorter));
  await refused("pin_mismatch", () => checkPin({ seq: 2, hash: state.events[0].hash }, state));
  await refused("pin_mismatch", () => checkPin({ seq: 0, hash: state.events[0].hash }, state));
}

/** @param {() => Promise<unknown>} act */
async function indexOfFault(act) {
  try {
    await act();
  } catch (error) {
    if (error instanceof ChainError) {
      return error.index;
    }
    throw error;
  }
  throw new Mismatch("this chain was accepted");
}
