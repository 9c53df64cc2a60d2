/** /join: a handle, a new key on paper, a passphrase, and the claim. The order is explained in join/claiming.js. */

import { phraseToSeed, seedToPhrase } from "../proto/phrase.js";
import { buttonPart, find, part } from "../ui/dom.js";
import { ask } from "../ui/dialogs.js";
import { newPassphrase } from "../ui/new_passphrase.js";
import { passwordField } from "../ui/password_field.js";
import { phraseCheck } from "../ui/phrase_check.js";
import { copyPhrase, phraseGrid } from "../ui/phrase_grid.js";
import { progressOf, setTask } from "../ui/progress.js";
import { codeOf, sentence } from "../ui/sentences.js";
import { steps } from "../ui/steps.js";
import { keptInvite, publishOwed, unfinished } from "../ui/unfinished.js";
import { storedIdentity, unlock } from "../vault/identity.js";
import { claimHandle, keepKey } from "./join/claiming.js";
import { handleStep } from "./join/handle_step.js";
import { hideFailure, showFailure, workLine } from "./join/register_step.js";
import { waitingStep } from "./join/waiting_step.js";

/**
 * @typedef {import("../ui/app_state.js").App} App
 * @typedef {import("../proto/handles.js").Handle} Handle
 * @typedef {import("../vault/identity.js").UnlockedIdentity} UnlockedIdentity
 */

export const title = "Join";

/** @param {HTMLElement} root @param {App} app */
export async function mount(root, app) {
  const joining = new Joining(root, app);
  await joining.begin();
  return () => joining.end();
}

class Joining {
  /** @type {Handle|null} */
  #handle = null;
  #invite = "";
  #words = "";
  #passphrase = "";
  /** @type {UnlockedIdentity|null} */
  #identity = null;
  #leaving = new AbortController();

  /** @param {HTMLElement} root @param {App} app */
  constructor(root, app) {
    this.root = root;
    this.app = app;
    this.steps = steps(root);
    this.handleStep = handleStep(this.steps.section("handle"), app, (handle, invite) => {
      this.#invite = invite;
      this.#onHandle(handle);
    });
    this.waiting = waitingStep(this.steps.section("waiting"), app, {
      onDecided: ({ state, reason }) => this.#onDecided(state, reason),
    });
    this.choice = newPassphrase(part(this.steps.section("passphrase"), "passphrase"));
    this.#wireWords();
    this.#wireCheck();
    this.#wirePassphrase();
    this.#wireRegister();
  }

  async begin() {
    const here = await storedIdentity();
    if (!here) {
      find(this.root, "[data-step=handle]", HTMLElement).hidden = false;
      this.steps.show("handle");
    } else if (unfinished() === "claim") {
      this.#askToFinish(this.app.shown(here.handle));
    } else {
      part(this.steps.show("present"), "name").textContent = this.app.shown(here.handle);
    }
  }

  /** Nothing of it stays in memory or on the screen. */
  end() {
    this.handleStep.stop();
    this.waiting.stop();
    this.#leaving.abort();
    this.#words = this.#passphrase = "";
    this.#identity = null;
    this.#hideWords();
  }

  /** @param {Handle} handle */
  async #onHandle(handle) {
    this.#handle = handle;
    if (this.#words && this.#passphrase) {
      this.#register(); // only the handle was refused: words and passphrase stay
      return;
    }
    // Everything is here before the words are: from now on, nothing needs the network until they are gone.
    await this.app.loaded;
    this.#words ||= seedToPhrase(crypto.getRandomValues(new Uint8Array(32)));
    this.#showWords();
  }

  #showWords() {
    const section = this.steps.section("words");
    part(section, "words").replaceChildren(phraseGrid(this.#words.split(" ")));
    this.steps.show("words");
  }

  #hideWords() {
    part(this.steps.section("words"), "words").replaceChildren();
    part(this.steps.section("check"), "questions").replaceChildren();
  }

  #wireWords() {
    const section = this.steps.section("words");
    buttonPart(section, "next").addEventListener("click", () => this.#showCheck());
    buttonPart(section, "print").addEventListener("click", () => print());
    buttonPart(section, "copy").addEventListener("click", async () => {
      if (await copyPhrase(this.#words.split(" "))) {
        this.app.toast("Copied. Paste them somewhere safe now.", { kind: "warn" });
      }
    });
  }

  #showCheck() {
    this.#hideWords();
    const section = this.steps.section("check");
    part(section, "wrong").hidden = true;
    this.check = phraseCheck(part(section, "questions"), this.#words.split(" "));
    this.steps.show("check");
  }

  #wireCheck() {
    const section = this.steps.section("check");
    onSubmit(section, "check", () => {
      const wrong = this.check?.wrong() ?? "";
      part(section, "wrong").hidden = wrong === "";
      part(section, "wrong-text").textContent = wrong;
      if (wrong === "") {
        this.#hideWords();
        this.steps.show("passphrase");
      }
    });
    buttonPart(section, "back").addEventListener("click", () => this.#showWords());
  }

  #wirePassphrase() {
    const section = this.steps.section("passphrase");
    onSubmit(section, "passphrase", () => {
      const passphrase = this.choice.read();
      if (passphrase !== null) {
        this.#passphrase = passphrase;
        this.choice.clear();
        this.#register();
      }
    });
  }

  #wireRegister() {
    const section = this.steps.section("register");
    buttonPart(section, "again").addEventListener("click", () => this.#register());
    buttonPart(section, "other").addEventListener("click", async () => {
      // The stored identity names the handle that was refused, so it goes. The key stays in memory and on paper.
      await this.app.wipe();
      this.#identity = null;
      this.#handle = null;
      this.steps.show("handle");
    });
  }

  /** Steps 2 to 4 of claiming.js, from wherever it stopped. */
  async #register() {
    const section = this.steps.show("register");
    const name = this.#identity?.handle ?? this.#handle;
    part(section, "name").textContent = name ? this.app.shown(name) : "your handle";
    hideFailure(section);
    let task = "seal";
    try {
      setTask(section, "seal", "doing");
      this.#identity ??= await this.#keep(section);
      setTask(section, "seal", "done");
      setTask(section, (task = "claim"), "doing");
      if ((await this.#claim(section, this.#identity)) === "waiting") {
        this.steps.show("waiting");
        this.waiting.start(this.#identity);
        return;
      }
      setTask(section, "claim", "done");
      setTask(section, (task = "publish"), "doing");
      await this.#finish(this.#identity);
      setTask(section, "publish", "done");
    } catch (error) {
      if (this.#leaving.signal.aborted) {
        return;
      }
      setTask(section, task, "failed");
      showFailure(section, { text: sentence(error), code: codeOf(error) });
    }
  }

  /** @param {HTMLElement} section @param {UnlockedIdentity} identity */
  #claim(section, identity) {
    return claimHandle(this.app.api, identity, {
      invite: this.#invite || keptInvite(),
      signal: this.#leaving.signal,
      onWork: workLine(section),
    });
  }

  /** @param {string} state @param {string} reason */
  #onDecided(state, reason) {
    if (state === "declined") {
      const section = this.steps.show("register");
      setTask(section, "claim", "failed");
      const text = `The operators declined this registration${reason ? `: ${reason}` : "."}`;
      showFailure(section, { text, code: "registration_declined" });
    } else {
      this.#register(); // the same claim again: it is confirmed now, or refused with a reason
    }
  }

  /** @param {HTMLElement} section */
  async #keep(section) {
    if (!this.#handle) {
      throw new TypeError("No handle was chosen.");
    }
    return keepKey({
      seed: phraseToSeed(this.#words),
      handle: this.#handle,
      passphrase: this.#passphrase,
      onProgress: progressOf(section),
    });
  }

  /** @param {UnlockedIdentity} identity */
  async #finish(identity) {
    await this.app.signIn(identity);
    try {
      await publishOwed(this.app.session);
    } catch (error) {
      // It is done again at the next unlocking; the handle works meanwhile.
      console.warn("The endpoints could not be published yet:", error);
    }
    this.app.go("/chat", { replace: true });
    this.app.toast(`${this.app.shown(identity.handle)} is yours.`, { kind: "ok" });
  }

  /** @param {string} name */
  #askToFinish(name) {
    const section = this.steps.show("resume");
    part(section, "name").textContent = name;
    const field = passwordField({ label: "Passphrase", autocomplete: "current-password" });
    part(section, "resume-passphrase").replaceChildren(field.element);
    onSubmit(section, "resume", async () => {
      try {
        this.#identity = await unlock(field.input.value);
      } catch (error) {
        field.fail(sentence(error));
        return;
      }
      this.#passphrase = field.input.value;
      this.#words = seedToPhrase(this.#identity.key.seed);
      this.#register();
    });
    buttonPart(section, "discard").addEventListener("click", async () => {
      const sure = await ask({
        title: "Start over?",
        text: [
          `The key that was made for ${name} is removed from this browser.`,
          "Should the handle be claimed already, and only the answer have been lost, then the 24 words bring it back.",
        ],
        confirm: "Start over",
        danger: true,
      });
      if (sure) {
        await this.app.wipe();
        this.steps.show("handle");
      }
    });
  }
}

/** @param {HTMLElement} section @param {string} name @param {() => void} run */
function onSubmit(section, name, run) {
  find(section, `[data-form="${name}"]`, HTMLFormElement).addEventListener("submit", (event) => {
    event.preventDefault();
    run();
  });
}
