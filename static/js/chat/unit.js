/**
 * One writer at a time, and what it writes goes to the store at once or not at all.
 *
 * A unit reads through its own changes, so code inside it sees what it has just put. Nothing outside sees
 * anything of it
 * before it is stored; `afterwards` is where memory and listeners are brought up to date.
 */

/** @typedef {import("../vault/store.js").Store} Store */
/** @typedef {{collection: string, key: string, value?: any, group?: string, order?: number}} Change */

export class Unit {
  /** @type {Map<string, Map<string, Change>>} */
  #changes = new Map();
  /** @type {Map<string, Map<string, any>>} */
  #read = new Map();
  /** @type {Array<() => void>} */
  #afterwards = [];

  /** @param {Store} store @param {() => number} nextOrder */
  constructor(store, nextOrder) {
    this.store = store;
    /** The next place in the order of arrival. */
    this.nextOrder = nextOrder;
  }

  /**
   * Read several records at once; `get` of them is quick then.
   * @param {string} collection
   * @param {Iterable<string>} keys
   */
  async load(collection, keys) {
    const cache = within(this.#read, collection);
    const missing = [...new Set(keys)].filter((key) => !cache.has(key));
    if (!missing.length) return;
    const values = await this.store.getMany(collection, missing);
    missing.forEach((key, index) => cache.set(key, values[index]));
  }

  /** @param {string} collection @param {string} key @returns {Promise<any>} undefined where there is none */
  async get(collection, key) {
    const change = this.#changes.get(collection)?.get(key);
    if (change) return change.value;
    await this.load(collection, [key]);
    return this.#read.get(collection)?.get(key);
  }

  /**
   * @param {string} collection
   * @param {string} key
   * @param {any} value
   * @param {{group?: string, order?: number}} [place]
   */
  put(collection, key, value, place = {}) {
    within(this.#changes, collection).set(key, { collection, key, value, ...place });
  }

  /** @param {string} collection @param {string} key */
  remove(collection, key) {
    within(this.#changes, collection).set(key, { collection, key, value: undefined });
  }

  /** Run once the unit is stored, in the order of the calls. @param {() => void} action */
  afterwards(action) {
    this.#afterwards.push(action);
  }

  /** @returns {Change[]} */
  get changes() {
    return [...this.#changes.values()].flatMap((changes) => [...changes.values()]);
  }

  async commit() {
    const changes = this.changes;
    if (changes.length) await this.store.write(changes);
    for (const action of this.#afterwards) action();
  }
}

/** Lets units follow one another; a failed one changes nothing and is its caller's affair. */
export class Writer {
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();
  #order = 0;

  /** @param {Store} store */
  constructor(store) {
    this.store = store;
  }

  /** @param {number} order  the highest place that was ever given out */
  startAfter(order) {
    this.#order = Math.max(this.#order, order);
  }

  /**
   * Microseconds since the epoch, always growing: places of several devices rarely meet when histories are
   * merged.
   */
  #nextOrder = () => {
    this.#order = Math.max(this.#order + 1, Date.now() * 1000);
    return this.#order;
  };

  /**
   * @template T
   * @param {(unit: Unit) => Promise<T>} work
   * @returns {Promise<T>}
   */
  run(work) {
    const done = this.#last.then(async () => {
      const unit = new Unit(this.store, this.#nextOrder);
      const before = this.#order;
      const result = await work(unit);
      if (this.#order !== before) unit.put("settings", "order", this.#order);
      await unit.commit();
      return result;
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  /** Resolves when nothing is being written any more. */
  async settled() {
    await this.#last;
  }
}

/**
 * @template V
 * @param {Map<string, Map<string, V>>} maps
 * @param {string} name
 * @returns {Map<string, V>}
 */
function within(maps, name) {
  let map = maps.get(name);
  if (!map) maps.set(name, (map = new Map()));
  return map;
}
