/** The 24 words, looked at once more or tested. */

import { seedToPhrase } from "../../proto/phrase.js";
import { openDialog } from "../../ui/dialogs.js";
import { buttonPart, el } from "../../ui/dom.js";
import { icon } from "../../ui/icons.js";
import { askPassphrase } from "../../ui/passphrase_dialog.js";
import { phraseCheck } from "../../ui/phrase_check.js";
import { copyPhrase, phraseGrid } from "../../ui/phrase_grid.js";

/** @typedef {import("../../ui/app_state.js").App} App */

/** @param {HTMLElement} section @param {App} app */
export function mountWords(section, app) {
  buttonPart(section, "show").addEventListener("click", () => showWords(app));
  buttonPart(section, "test").addEventListener("click", () => testWords(app));
}

/** @param {App} app */
async function showWords(app) {
  const opened = await askPassphrase({
    title: "Show the 24 words",
    text: "Whoever sees them can take your handle for good. Is nobody looking over your shoulder?",
    confirm: "Show them",
  });
  if (!opened) {
    return;
  }
  await app.loaded;
  await app.rest(); // no connection, so no traffic, while they are on the screen
  const words = seedToPhrase(opened.key.seed).split(" ");
  const { closed } = openDialog({
    title: "Your 24 words",
    class: "wide",
    fill: (dialog) => {
      const print = button("button quiet", "Print", "print");
      print.addEventListener("click", () => globalThis.print());
      const copy = button("button quiet", "Copy", "copy");
      copy.addEventListener("click", () => copyPhrase(words));
      const done = button("button primary", "Hide them");
      done.addEventListener("click", () => dialog.close(""));
      done.autofocus = true;
      const note = el("p", {
        class: "quiet-text small",
        text: "Nothing is sent or received while they are shown; messages wait.",
      });
      dialog.append(note, phraseGrid(words), el("div", { class: "actions" }, copy, print, done));
    },
  });
  await closed;
  await app.wake();
}

/** @param {App} app */
async function testWords(app) {
  const seed = app.identity?.key.seed;
  if (!seed) {
    return;
  }
  const words = seedToPhrase(seed).split(" ");
  const { closed } = openDialog({
    title: "Test your copy",
    fill: (dialog) => {
      const place = el("div");
      const check = phraseCheck(place, words);
      const wrong = el("p", { class: "error-text", attrs: { role: "alert" } });
      const cancel = el("button", { class: "button", text: "Cancel", attrs: { type: "button" } });
      cancel.addEventListener("click", () => dialog.close(""));
      const submit = el("button", { class: "button primary", text: "Check", attrs: { type: "submit" } });
      const intro = el("p", { text: "Take your paper: which words stand at these places?" });
      const form = el("form", { attrs: { autocomplete: "off" } }, intro, place, wrong);
      form.append(el("div", { class: "actions" }, cancel, submit));
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        const missed = check.wrong();
        wrong.textContent = missed && "That does not fit. Look at your copy again, or show the words and compare them.";
        if (!missed) {
          dialog.close("right");
        }
      });
      check.first.autofocus = true;
      dialog.append(form);
    },
  });
  if ((await closed) === "right") {
    app.toast("Your copy is right. Keep it safe.", { kind: "ok" });
  }
}

/** @param {string} looks @param {string} text @param {string} [sign] */
function button(looks, text, sign) {
  const made = el("button", { class: looks, attrs: { type: "button" } });
  made.append(...(sign ? [icon(sign)] : []), text);
  return made;
}
