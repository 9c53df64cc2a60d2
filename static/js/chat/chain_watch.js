/** Watching sigchains: pinned on first sight, compared ever after, with evidence of every contradiction. */

import { toHex } from "../proto/bytes.js";
import { canonicalBytes } from "../proto/canonical.js";
import { checkPin, replay } from "../proto/chain_state.js";
import { PinMismatch, ProtocolError } from "../proto/errors.js";
import { ApiError } from "../api.js";
import { ChatError, sentenceOf } from "./errors.js";

/** @typedef {import("./unit.js").Unit} Unit */
/** @typedef {import("../proto/messages.js").Message} Message */
/** @typedef {import("../proto/chain_state.js").ChainState} ChainState */
/** @typedef {import("../proto/sigchain.js").Head} Head */

/**
 * What was seen of a chain: the head (null: it was empty) and the events, in order.
 * @typedef {{head: Head|null, hashes: string[], documents: object[]}} ChainPin
 */

export class ChainWatch {
  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /**
   * Fetch a chain, replay it and hold it against the pin. ApiError where nobody answered or the answer breaks
   * a rule;
   * ChatError chain_rewritten, after keeping both versions, where it contradicts the pin.
   * @param {string} url
   * @param {import("../proto/keys.js").Primary} primary
   * @returns {Promise<ChainState>}
   */
  async fetch(url, primary) {
    const document = await this.engine.api.chain(url);
    let state;
    try {
      if (document.primary !== primary.toString()) throw new ProtocolError("It is the chain of another key.");
      state = await replay(primary, document.events);
      checkHead(document.head, state);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      throw new ApiError("bad_answer", `A sigchain cannot be trusted: ${error.message}`, { cause: error });
    }
    await this.#take(state);
    return state;
  }

  /**
   * The head that is pinned for a key.
   * @param {Unit} unit
   * @param {string} peer
   * @returns {Promise<Head|null>}
   */
  async headOf(unit, peer) {
    return /** @type {ChainPin|undefined} */ (await unit.get("chains", peer))?.head ?? null;
  }

  /**
   * What a message tells of its sender's chain, so that asking the service may help: "longer" than the one
   * known,
   * "unseen" where none is known yet, else null.
   * @param {Message} message
   * @returns {Promise<"longer"|"unseen"|null>}
   */
  async lacks(message) {
    if (!message.chain) return null;
    /** @type {ChainPin|undefined} */
    const pin = await this.engine.store.get("chains", message.sender.hex);
    if (!pin) return "unseen";
    return message.chain.seq > (pin.head?.seq ?? 0) ? "longer" : null;
  }

  /**
   * A notice, with evidence kept, where sender and service tell different stories; null where they agree or
   * nothing is
   * known of the chain.
   * @param {Unit} unit
   * @param {Message} message
   * @returns {Promise<import("./types.js").Notice|null>}
   */
  async compare(unit, message) {
    const { chain } = message;
    /** @type {ChainPin|undefined} */
    const pin = await unit.get("chains", message.sender.hex);
    if (!pin || !chain || pin.hashes[chain.seq - 1] === chain.hash) return null;
    const served = pin.head?.seq ?? 0;
    // A service that did not answer has not contradicted anybody.
    if (chain.seq > served && this.engine.names.isChainSilent(message.sender.hex)) return null;
    const reason =
      chain.seq > served
        ? `The sender's sigchain has ${chain.seq} events by this message, but the service shows ${served}.`
        : `Event ${chain.seq} of the sender's sigchain is another one by this message than by the service.`;
    await this.keepEvidence(unit, {
      peer: message.sender.hex,
      kind: "chain_differs_from_message",
      reason,
      known: { events: pin.documents },
      served: { message: message.document },
    });
    return { code: "chain_differs", text: `${reason} Both are kept as evidence.` };
  }

  /**
   * Keep a contradiction with both sides; the very same one is kept once.
   * @param {Unit} unit
   * @param {{peer: string, kind: string, reason: string, known: object, served: object}} evidence
   */
  async keepEvidence(unit, evidence) {
    const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(canonicalBytes(evidence)));
    const key = toHex(new Uint8Array(digest));
    if (await unit.get("evidence", key)) return;
    const place = { group: "all", order: unit.nextOrder() };
    unit.put("evidence", key, { ...evidence, foundAt: Date.now() }, place);
  }

  /** @param {ChainState} state */
  async #take(state) {
    const peer = state.primary.hex;
    const contradiction = await this.engine.writer.run(async (unit) => {
      /** @type {ChainPin|undefined} */
      const pin = await unit.get("chains", peer);
      try {
        checkPin(pin?.head ?? null, state);
      } catch (error) {
        if (!(error instanceof PinMismatch)) throw error;
        await this.keepEvidence(unit, {
          peer,
          kind: "chain_rewritten",
          reason: error.message,
          known: { events: pin?.documents ?? [] },
          served: { events: state.events.map((event) => event.document) },
        });
        return error;
      }
      if (!pin || pin.head?.hash !== state.head?.hash) unit.put("chains", peer, pinOf(state));
      return null;
    });
    if (contradiction) {
      const reason = sentenceOf(contradiction);
      throw new ChatError("chain_rewritten", `A sigchain contradicts what was seen before: ${reason}`);
    }
  }
}

/** @param {ChainState} state @returns {ChainPin} */
function pinOf(state) {
  return {
    head: state.head,
    hashes: state.events.map((event) => event.hash),
    documents: state.events.map((event) => event.document),
  };
}

/** @param {unknown} named @param {ChainState} state */
function checkHead(named, state) {
  const head = /** @type {Head|null} */ (named);
  if (head?.seq !== state.head?.seq || head?.hash !== state.head?.hash) throw new ProtocolError("The head that it names is not where its events lead.");
}
