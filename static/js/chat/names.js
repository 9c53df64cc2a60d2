/** Answers about senders' names, asked in time and remembered for a while. */

/** @typedef {import("../proto/messages.js").Message} Message */
/** @typedef {import("./types.js").NameState} NameState */

// How long an answer holds: someone who claims another's name causes no flood of look-ups.
const NAME_MS = 300_000;
const MOST_NAMES = 10_000;
// A batch does not wait longer for its names; a late answer still pins the sender.
const PATIENCE_MS = 8_000;
const AT_ONCE = 4;
// Where a chain service is silent, its readers do not wait for it with every batch.
const CHAIN_AGAIN_MS = 60_000;

/** @param {Message} message */
function keyOf(message) {
  return `${message.sender.hex} ${message.senderHandle}`;
}

export class Names {
  /** @type {Map<string, {name: NameState, until: number}>} */
  #known = new Map();
  /** @type {Map<string, number>} whose chain could not be had, and when it was last tried */
  #silent = new Map();

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  /** Forget what was said about everybody, for instance after a key was accepted. */
  clear() {
    this.#known.clear();
    this.#silent.clear();
  }

  /** @param {Message} message @returns {NameState} */
  of(message) {
    return this.#known.get(keyOf(message))?.name ?? "unchecked";
  }

  /** Ask about the senders of these messages, where no answer is fresh. @param {Message[]} messages */
  async ask(messages) {
    if (this.#known.size > MOST_NAMES) this.clear();
    /** @type {Map<string, Message>} */
    const wanted = new Map();
    for (const message of messages) {
      if (message.isSelfCopy || wanted.has(keyOf(message))) continue;
      if (await this.#isDue(message)) wanted.set(keyOf(message), message);
    }
    if (!wanted.size) return;
    const queue = [...wanted.values()];
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let message = queue.shift(); message; message = queue.shift()) await this.#askOne(message);
    });
    await Promise.race([Promise.all(workers), new Promise((resolve) => setTimeout(resolve, PATIENCE_MS))]);
  }

  /** @param {Message} message */
  async #isDue(message) {
    const known = this.#known.get(keyOf(message));
    if (!known || known.until <= Date.now()) return true;
    if (known.name !== "pinned" || this.#triedLately(message.sender.hex)) return false;
    return (await this.engine.chains.lacks(message)) !== null;
  }

  /** @param {Message} message */
  async #askOne(message) {
    const { book, chains, directory } = this.engine;
    const name = await directory.nameOf(message.sender, message.senderHandle);
    const contact = book.find(message.senderHandle.toString());
    if (name === "pinned" && contact && (await chains.lacks(message))) await this.#watchChain(contact);
    // Nobody could be asked: the next message tries again.
    this.#known.set(keyOf(message), { name, until: name === "unchecked" ? 0 : Date.now() + NAME_MS });
  }

  /** The service of this key's chain did not answer when it was last asked. @param {string} peer */
  isChainSilent(peer) {
    return this.#silent.has(peer);
  }

  /** @param {string} peer */
  #triedLately(peer) {
    return Date.now() - (this.#silent.get(peer) ?? 0) < CHAIN_AGAIN_MS;
  }

  /** @param {Readonly<import("./book.js").ContactRecord>} contact */
  async #watchChain(contact) {
    if (this.#triedLately(contact.peer)) return;
    // Silent until it answers: a batch that does not wait longer must not take an old chain for a new one.
    this.#silent.set(contact.peer, Date.now());
    if (await this.engine.directory.watchChain(contact)) this.#silent.delete(contact.peer);
  }
}
