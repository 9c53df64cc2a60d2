/** Who is who: the registry's answers held against the pins. */

import { ApiError } from "../api.js";
import { ADD_ENDPOINT } from "../proto/chain_operations.js";
import { BadHandle } from "../proto/errors.js";
import { parseFullHandle, parseHandle } from "../proto/handles.js";
import { Primary } from "../proto/keys.js";
import { eventDocument } from "../proto/sigchain.js";
import { now } from "./clock.js";
import { ChatError, sentenceOf } from "./errors.js";

/** @typedef {import("../proto/handles.js").Handle} Handle */
/** @typedef {import("./book.js").ContactRecord} ContactRecord */
/** @typedef {import("./types.js").NameState} NameState */

/** How old a registry answer may be when something is sent. */
export const REFRESH_MS = 10 * 60_000;
const TRIES = 4;
const PAUSE_MS = 500;

export class Directory {
  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** The handle of somebody else on this server. @param {string} text @returns {Handle} */
  handleOf(text) {
    const own = this.engine.identity.handle;
    let handle;
    try {
      handle = parseHandle(text.trim(), { ownServer: own.server });
    } catch (error) {
      if (!(error instanceof BadHandle)) throw error;
      throw new ChatError("bad_handle", undefined, { cause: error });
    }
    if (handle.equals(own)) throw new ChatError("self_message");
    if (handle.server !== own.server) throw new ChatError("foreign_server");
    return handle;
  }

  /**
   * The registry's entry. ChatError handle_unknown, or an ApiError.
   * @param {Handle} handle
   */
  async lookUp(handle) {
    try {
      return await this.engine.api.lookUp(handle);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 404) throw error;
      const sentence = `${handle} is not registered: ${error.message}`;
      throw new ChatError("handle_unknown", sentence, { cause: error });
    }
  }

  /**
   * Pin somebody on first use, or ask about somebody who is known.
   * @param {Handle} handle
   * @returns {Promise<Readonly<ContactRecord>>}
   */
  async meet(handle) {
    const known = this.engine.book.find(handle.toString());
    return known ? this.refreshIfPossible(known) : this.#pin(await this.lookUp(handle));
  }

  /**
   * Ask the registry again and write down what it says; errors as `lookUp`.
   * @param {Readonly<ContactRecord>} contact
   */
  async refresh(contact) {
    const entry = await this.lookUp(parseFullHandle(contact.handle));
    const noted = await this.engine.writer.run(async (unit) =>
      this.engine.book.noteAnswer(unit, entry, Date.now()),
    );
    if (noted.isNews) this.#warnOfKey(noted.contact);
    if (noted.contact.offered === null) await this.watchChain(noted.contact);
    return this.engine.book.find(contact.handle) ?? noted.contact;
  }

  /**
   * With the registry silent, the pinned key is as good as before.
   * @param {Readonly<ContactRecord>} contact
   */
  async refreshIfPossible(contact) {
    try {
      return await this.refresh(contact);
    } catch (error) {
      if (!isNoAnswer(error)) throw error;
      return contact;
    }
  }

  /**
   * A contact that may be written to. ChatError key_changed while another key is offered for it.
   * @param {Readonly<ContactRecord>} contact
   */
  async forSending(contact) {
    const isOld = Date.now() - contact.checkedAt > REFRESH_MS;
    const asked = isOld || contact.offered ? await this.refreshIfPossible(contact) : contact;
    if (asked.offered) {
      const details = { known: asked.peer, offered: asked.offered };
      throw new ChatError("key_changed", undefined, { details });
    }
    return asked;
  }

  /**
   * Fetch and pin the contact's sigchain; contradictions are warned of, an absent service is not.
   * @param {Readonly<ContactRecord>} contact
   * @returns {Promise<boolean>} whether the service has answered
   */
  async watchChain(contact) {
    try {
      await this.engine.chains.fetch(contact.sigchainUrl, Primary.fromHex(contact.peer));
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code !== "bad_answer") return false;
      if (error instanceof ChatError || error instanceof ApiError) {
        const name = this.engine.book.display(contact.handle);
        this.engine.warn(error.code, `${name}: ${error.message}`, contact.peer);
        return true;
      }
      throw error;
    }
  }

  /**
   * Whether `sender` may be shown under the handle that it claims: "pinned" (now or before), "unchecked"
   * (nobody could
   * be asked), or "unverified" (the name belongs to another key, or to nobody).
   * @param {Primary} sender
   * @param {Handle} claimed
   * @returns {Promise<NameState>}
   */
  async nameOf(sender, claimed) {
    const { book } = this.engine;
    const contact = book.find(claimed.toString());
    try {
      if (!contact) return await this.#meetSender(sender, claimed);
      const isOld = Date.now() - contact.checkedAt > REFRESH_MS;
      if (contact.peer !== sender.hex || isOld) await this.refresh(contact);
    } catch (error) {
      if (error instanceof ChatError && error.code === "handle_unknown") {
        return contact?.peer === sender.hex ? "pinned" : "unverified";
      }
      if (!isNoAnswer(error)) throw error;
      if (!contact) return "unchecked";
    }
    return book.find(claimed.toString())?.peer === sender.hex ? "pinned" : "unverified";
  }

  /** @param {Primary} sender @param {Handle} claimed @returns {Promise<NameState>} */
  async #meetSender(sender, claimed) {
    if (claimed.equals(this.engine.identity.handle)) return "unverified";
    const entry = await this.lookUp(claimed);
    if (!entry.primary.equals(sender)) return "unverified";
    await this.#pin(entry);
    return "pinned";
  }

  /** @param {import("../api.js").RegistryEntry} entry */
  async #pin(entry) {
    const { book, writer } = this.engine;
    const contact = await writer.run(async (unit) => book.pin(unit, entry, Date.now()));
    await this.watchChain(contact);
    return contact;
  }

  /** @param {Readonly<ContactRecord>} contact */
  #warnOfKey(contact) {
    const name = this.engine.book.display(contact.handle);
    const text = `The server now gives another key for ${name}. Nothing is sent until you have decided.`;
    this.engine.warn("key_changed", text, contact.peer);
  }

  // The own entry ------------------------------------------------------------------------------------

  /** Look at the own entry and chain, and warn of what is wrong with them; silent where nobody answers. */
  async watchOwn() {
    const { identity } = this.engine;
    try {
      const entry = await this.lookUp(identity.handle);
      if (!entry.primary.equals(identity.primary)) throw new ChatError("wrong_key");
      await this.engine.chains.fetch(entry.sigchainUrl, identity.primary);
    } catch (error) {
      if (error instanceof ApiError && error.unreachable) return;
      if (!(error instanceof ChatError || error instanceof ApiError)) throw error;
      this.engine.warn(error.code, sentenceOf(error));
    }
  }

  /** Say on the own sigchain where messages are received, unless it says so already. */
  async publishEndpoints() {
    const { identity, chains } = this.engine;
    const entry = await this.lookUp(identity.handle);
    if (!entry.primary.equals(identity.primary)) throw new ChatError("wrong_key");
    if (!entry.natsUrls.length) throw new ChatError("no_nats");
    const body = { protocol: "nats", url: entry.natsUrls[0], inbox: `kez.inbox.${identity.primary.hex}` };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const state = await chains.fetch(entry.sigchainUrl, identity.primary);
        if (state.endpoints.some((each) => each.url === body.url && each.inbox === body.inbox)) return;
        await this.#append(entry.sigchainUrl, state, body);
        await chains.fetch(entry.sigchainUrl, identity.primary);
        return;
      } catch (error) {
        // 409: another device of ours appended at the same moment; look again.
        const again = error instanceof ApiError && (error.unreachable || error.status === 409);
        if (!again || attempt === TRIES) throw error;
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS * attempt));
      }
    }
  }

  /**
   * @param {string} url
   * @param {import("../proto/chain_state.js").ChainState} state
   * @param {Record<string, string>} body
   */
  async #append(url, state, body) {
    const { key } = this.engine.identity;
    const moment = now();
    // A clock that was set back must not make the chain run backwards.
    const createdAt = state.headTime && state.headTime > moment ? state.headTime : moment;
    const event = eventDocument({ key, head: state.head, op: ADD_ENDPOINT, body, createdAt });
    await this.engine.api.appendEvent(url, event);
  }
}

/** Nobody could tell: the network, the server, or an answer that cannot be trusted. @param {unknown} error */
function isNoAnswer(error) {
  return error instanceof ApiError || (error instanceof ChatError && error.code === "chain_rewritten");
}
