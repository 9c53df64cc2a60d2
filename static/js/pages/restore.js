/**
 * /restore: a handle on this browser by its 24 words. The registry is asked for the handle's key first, so that the
 * words are compared here in the browser, and nothing is sent while they are on the screen. Where the handle lies in
 * this browser already, only its passphrase is replaced: its history stays.
 */

import { parseHandle } from "../proto/handles.js";
import { SigningKey } from "../proto/keys.js";
import { buttonPart, find, part } from "../ui/dom.js";
import { newPassphrase } from "../ui/new_passphrase.js";
import { progressOf } from "../ui/progress.js";
import { sentence } from "../ui/sentences.js";
import { steps } from "../ui/steps.js";
import { publishOwed, setUnfinished } from "../ui/unfinished.js";
import { createIdentity, resetPassphrase, storedIdentity } from "../vault/identity.js";
import { wordsField } from "./restore/words_field.js";

/**
 * @typedef {import("../ui/app_state.js").App} App
 * @typedef {import("../proto/handles.js").Handle} Handle
 */

export const title = "Restore";

/** @param {HTMLElement} root @param {App} app */
export async function mount(root, app) {
  const restoring = new Restoring(root, app);
  await restoring.begin();
  return () => restoring.end();
}

class Restoring {
  /** @type {Handle|null} */
  #handle = null;
  /** The key that the registry names for the handle, as 64 hex digits. */
  #primary = "";
  /** @type {Uint8Array<ArrayBuffer>|null} */
  #seed = null;
  #isHere = false;

  /** @param {HTMLElement} root @param {App} app */
  constructor(root, app) {
    this.root = root;
    this.app = app;
    this.steps = steps(root);
    this.words = wordsField(this.steps.section("words"));
    this.choice = newPassphrase(part(this.steps.section("passphrase"), "passphrase"));
    this.#on("handle", () => this.#lookUp());
    this.#on("words", () => this.#compare());
    this.#on("passphrase", () => this.#store());
    buttonPart(this.steps.section("words"), "back").addEventListener("click", () => {
      this.words.clear();
      this.steps.show("handle");
    });
  }

  async begin() {
    const here = await storedIdentity();
    if (!here) {
      this.steps.show("handle");
      return;
    }
    const section = this.steps.show("present");
    part(section, "name").textContent = this.app.shown(here.handle);
    buttonPart(section, "forgot").addEventListener("click", async () => {
      this.#isHere = true;
      this.#primary = here.primary;
      await this.#askWords(this.app.shown(here.handle));
    });
  }

  end() {
    this.words.clear();
    this.choice.clear();
    this.#seed = null;
  }

  /** @param {string} name @param {() => void} run */
  #on(name, run) {
    find(this.root, `[data-form="${name}"]`, HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      run();
    });
  }

  async #lookUp() {
    const section = this.steps.section("handle");
    const input = find(section, "input[name=handle]", HTMLInputElement);
    const error = find(section, "#restore-handle-error", HTMLElement);
    const submit = find(section, "button[type=submit]", HTMLButtonElement);
    error.textContent = "";
    submit.disabled = true;
    try {
      const handle = parseHandle(input.value.trim(), { ownServer: this.app.config.server });
      const entry = await this.app.api.lookUp(handle);
      this.#handle = handle;
      this.#primary = entry.primary.hex;
      input.setAttribute("aria-invalid", "false");
      await this.#askWords(this.app.shown(handle));
    } catch (problem) {
      error.textContent = sentence(problem, {
        other_server: `That handle is of another server. Restore it there; this one is ${this.app.config.server}.`,
      });
      input.setAttribute("aria-invalid", "true");
      input.focus();
    } finally {
      submit.disabled = false;
    }
  }

  /** @param {string} name */
  async #askWords(name) {
    await this.app.loaded; // nothing needs the network from here until the words are gone
    const section = this.steps.show("words");
    part(section, "name").textContent = name;
    buttonPart(section, "back").hidden = this.#isHere;
  }

  #compare() {
    const seed = this.words.read();
    if (!seed) {
      return;
    }
    if (new SigningKey(seed).primary.hex !== this.#primary) {
      this.words.fail("These words are in order, but they belong to another handle.");
      return;
    }
    this.#seed = seed;
    this.words.clear();
    this.steps.show("passphrase");
  }

  async #store() {
    const passphrase = this.choice.read();
    const seed = this.#seed;
    if (passphrase === null || !seed) {
      return;
    }
    const section = this.steps.section("passphrase");
    const form = find(section, '[data-form="passphrase"]', HTMLFormElement);
    form.hidden = true;
    part(section, "failed").hidden = true;
    part(section, "working").hidden = false;
    try {
      const onProgress = progressOf(section);
      const identity = this.#handle
        ? await createIdentity({ seed, handle: this.#handle, passphrase, onProgress })
        : await resetPassphrase({ seed, passphrase, onProgress });
      if (this.#handle) {
        setUnfinished("publish");
      }
      await this.app.signIn(identity);
      publishOwed(this.app.session).catch((error) => console.warn("The endpoints could not be published yet:", error));
      this.app.go("/chat", { replace: true });
      this.app.toast(`Welcome back, ${this.app.shown(identity.handle)}.`, { kind: "ok" });
    } catch (error) {
      form.hidden = false;
      part(section, "failed").hidden = false;
      part(section, "failed-text").textContent = sentence(error);
    } finally {
      part(section, "working").hidden = true;
    }
  }
}
