// What a sigchain says once all its events are read: a value that never changes, made by one replay.

import { ADD_CLAIM, ADD_ENDPOINT } from "./chain_operations.js";
import {
  BadSignature,
  ChainBadSignature,
  ChainError,
  ChainMalformed,
  ForeignKey,
  KeyMismatch,
  PinMismatch,
  ProtocolError,
} from "./errors.js";
import { checkNext, verifyEvent } from "./sigchain.js";

/** @typedef {import("./keys.js").Primary} Primary */
/** @typedef {import("./sigchain.js").Head} Head */
/** @typedef {import("./sigchain.js").Event} Event */
/** @typedef {import("./chain_operations.js").Endpoint} Endpoint */
/** @typedef {import("./chain_operations.js").Claim} Claim */
/** @typedef {import("./chain_operations.js").SharedFiles} SharedFiles */

/**
 * A verified chain and what follows from it. Endpoints and claims stand in the order in which they were first
 * added. A claim is replaced by a later one with the same kind and subject.
 */
export class ChainState {
  /**
   * @param {Primary} primary
   * @param {{events?: readonly Event[], endpoints?: readonly Endpoint[], claims?: readonly Claim[],
   *   sharedFiles?: SharedFiles | null}} [content]
   */
  constructor(primary, { events = [], endpoints = [], claims = [], sharedFiles = null } = {}) {
    this.primary = primary;
    this.events = events;
    this.endpoints = endpoints;
    this.claims = claims;
    this.sharedFiles = sharedFiles;
    const last = events.at(-1);
    /** @type {Head | null} */
    this.head = last ? { seq: last.seq, hash: last.hash } : null;
    /** @type {Date | null} */
    this.headTime = last ? last.createdAt : null;
    Object.freeze(this);
  }
}

/** Collects events that were checked already. */
class ChainBuilder {
  /** @param {ChainState} state */
  constructor(state) {
    this.primary = state.primary;
    this.events = [...state.events];
    this.endpoints = new Map(state.endpoints.map((endpoint) => [endpointKey(endpoint), endpoint]));
    this.claims = new Map(state.claims.map((claim) => [claimKey(claim), claim]));
    this.sharedFiles = state.sharedFiles;
  }

  /** @param {Event} event */
  add(event) {
    const { op, operand } = event;
    this.events.push(event);
    if (operand.kind === "endpoint") {
      addOrRemove(this.endpoints, endpointKey(operand.endpoint), operand.endpoint, op === ADD_ENDPOINT);
    } else if (operand.kind === "claim") {
      addOrRemove(this.claims, claimKey(operand.claim), operand.claim, op === ADD_CLAIM);
    } else if (operand.kind === "shared_files") {
      this.sharedFiles = operand.sharedFiles;
    }
  }

  build() {
    return new ChainState(this.primary, {
      events: this.events,
      endpoints: [...this.endpoints.values()],
      claims: [...this.claims.values()],
      sharedFiles: this.sharedFiles,
    });
  }
}

/** @param {Endpoint} endpoint */
function endpointKey({ protocol, url, inbox, node_id }) {
  return JSON.stringify([protocol, url, inbox, node_id]);
}

/** @param {Claim} claim */
function claimKey({ kind, subject }) {
  return JSON.stringify([kind, subject]);
}

/** @template T @param {Map<string, T>} known @param {string} key @param {T} value @param {boolean} add */
function addOrRemove(known, key, value, add) {
  if (add) {
    known.set(key, value);
  } else {
    known.delete(key);
  }
}

/**
 * The state after all events, from the first one on. A ChainError names the first bad event by its `index`;
 * every other fault of an event is told as ChainMalformed with the fault as its cause.
 * @param {Primary} primary
 * @param {Iterable<import("./signed.js").Unverified>} documents
 * @returns {Promise<ChainState>}
 */
export async function replay(primary, documents) {
  return extend(new ChainState(primary), documents);
}

/**
 * The state after further events, which follow `state`. `index` of an error counts from 0 in `documents`.
 * @param {ChainState} state
 * @param {Iterable<import("./signed.js").Unverified>} documents
 * @returns {Promise<ChainState>}
 */
export async function extend(state, documents) {
  const builder = new ChainBuilder(state);
  let { head, headTime } = state;
  let index = 0;
  for (const document of documents) {
    try {
      const event = await verifyEventOf(state.primary, document);
      checkNext(head, headTime, event);
      builder.add(event);
      head = { seq: event.seq, hash: event.hash };
      headTime = event.createdAt;
    } catch (error) {
      if (error instanceof ChainError) {
        error.index = index;
      }
      throw error;
    }
    index += 1;
  }
  return builder.build();
}

/**
 * PinMismatch unless the chain still holds what was pinned when it was seen before.
 * @param {Head | null} pin
 * @param {ChainState} state
 */
export function checkPin(pin, state) {
  if (pin === null) {
    return;
  }
  if (!(pin.seq >= 1 && pin.seq <= state.events.length)) {
    throw new PinMismatch(
      `This sigchain has ${state.events.length} events; it had ${pin.seq} when it was last seen.`,
    );
  }
  if (state.events[pin.seq - 1].hash !== pin.hash) {
    throw new PinMismatch(`Event ${pin.seq} of this sigchain is not the one that was seen before.`);
  }
}

/** @param {Primary} primary @param {import("./signed.js").Unverified} document */
async function verifyEventOf(primary, document) {
  let event;
  try {
    event = await verifyEvent(document);
  } catch (error) {
    if (error instanceof BadSignature) {
      throw new ChainBadSignature(undefined, { cause: error });
    }
    if (error instanceof KeyMismatch) {
      throw new ForeignKey(undefined, { cause: error });
    }
    if (error instanceof ProtocolError) {
      throw new ChainMalformed(`The event is not in its form: ${error.message}`, { cause: error });
    }
    throw error;
  }
  if (!event.primary.equals(primary)) {
    throw new ForeignKey();
  }
  return event;
}
