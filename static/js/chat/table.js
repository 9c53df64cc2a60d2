/**
 * Small collections that are wholly in memory: read at once, written through a unit, never ahead of the
 * store.
 */

/** @typedef {import("./unit.js").Unit} Unit */

/** @template {object} R */
export class Table {
  /** @type {Map<string, R>} */
  #rows = new Map();
  /** @type {WeakMap<Unit, Map<string, R>>} */
  #drafts = new WeakMap();

  /**
   * @param {string} collection
   * @param {(key: string) => void} [onChange] called once a changed row is stored
   */
  constructor(collection, onChange) {
    this.collection = collection;
    this.onChange = onChange;
  }

  /** @param {import("./unit.js").Store} store */
  async load(store) {
    const rows = await store.all(this.collection);
    this.#rows = new Map(rows.map(({ key, value }) => [key, value]));
  }

  /** As stored; not to be changed. @param {string} key @returns {Readonly<R>|undefined} */
  get(key) {
    return this.#rows.get(key);
  }

  /** @returns {Readonly<R>[]} */
  all() {
    return [...this.#rows.values()];
  }

  /** As the unit has it. @param {Unit} unit @param {string} key @returns {Readonly<R>|undefined} */
  within(unit, key) {
    return this.#drafts.get(unit)?.get(key) ?? this.#rows.get(key);
  }

  /**
   * A copy that may be changed until the unit ends; made by `make` where there is no row yet.
   * @param {Unit} unit
   * @param {string} key
   * @param {() => R} make
   * @returns {R}
   */
  edit(unit, key, make) {
    let drafts = this.#drafts.get(unit);
    if (!drafts) this.#drafts.set(unit, (drafts = new Map()));
    const begun = drafts.get(key);
    if (begun) return begun;
    const row = this.#rows.get(key);
    const draft = row ? structuredClone(row) : make();
    drafts.set(key, draft);
    unit.put(this.collection, key, draft);
    unit.afterwards(() => {
      if (drafts.get(key) !== draft) return;
      this.#rows.set(key, draft);
      this.onChange?.(key);
    });
    return draft;
  }

  /** @param {Unit} unit @param {string} key */
  remove(unit, key) {
    this.#drafts.get(unit)?.delete(key);
    unit.remove(this.collection, key);
    unit.afterwards(() => {
      this.#rows.delete(key);
      this.onChange?.(key);
    });
  }
}
