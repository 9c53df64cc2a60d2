/** The owner's choices for this device. */

import { ChatError } from "./errors.js";

/** @typedef {import("./types.js").Settings} Settings */

/** @type {Readonly<Settings>} */
const DEFAULTS = Object.freeze({
  signals: false,
  readReceipts: true,
  notifications: false,
  strangers: "ask",
  autoLockMinutes: 15,
});
const KEY = "chat";
const LONGEST_MINUTES = 24 * 60;

/** @type {{[N in keyof Settings]: (value: unknown) => boolean}} */
const FITS = {
  signals: (value) => typeof value === "boolean",
  readReceipts: (value) => typeof value === "boolean",
  notifications: (value) => typeof value === "boolean",
  strangers: (value) => value === "ask" || value === "nobody",
  autoLockMinutes: (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LONGEST_MINUTES,
};

export class SettingsBook {
  /** @type {Readonly<Settings>} */
  all = DEFAULTS;

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.engine = engine;
  }

  async load() {
    this.all = Object.freeze({ ...DEFAULTS, ...(await this.engine.store.get("settings", KEY)) });
  }

  /** @template {keyof Settings} N @param {N} name @param {Settings[N]} value */
  async set(name, value) {
    if (!Object.hasOwn(FITS, name) || !FITS[name](value)) throw new ChatError("bad_setting");
    await this.engine.writer.run(async (unit) => {
      const all = Object.freeze({ ...this.all, [name]: value });
      unit.put("settings", KEY, all);
      unit.afterwards(() => {
        this.all = all;
        this.engine.emit("setting", { name, value });
      });
    });
  }
}
