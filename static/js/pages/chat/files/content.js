/**
 * What a message with a file looks like: a picture by what its bytes are, anything else a card with its name. The name
 * and the type are the sender's words.
 */

import { icon } from "../../../ui/icons.js";
import { oneLine, sizeText } from "../clean_text.js";
import { el, spoken } from "../dom.js";
import { frameOf } from "./frame.js";
import { claimsPicture, kindOf } from "./kinds.js";
import { progressBar, progressText, setProgress } from "./progress_bar.js";

/** @typedef {import("../../../chat/types.js").MessageView} MessageView */
/** @typedef {import("../../../chat/types.js").FileView} FileView */

/**
 * @typedef {object} Shown
 * @property {MessageView} message
 * @property {FileView} file
 * @property {string} name fit to be shown
 * @property {boolean} held from a stranger whose request is not accepted yet
 * @property {string} command that fetches it in a terminal, where only that can
 */

/** Asking again does not bring these back. */
const GONE = new Set(["file_expired", "file_removed"]);

/** @param {Shown} shown @returns {HTMLElement} */
export function fileContent(shown) {
  const { file, held } = shown;
  const isPicture = file.here ? file.picture !== null : file.mode === "chunked" && claimsPicture(file.mime);
  return isPicture && !held ? pictureContent(shown) : card(shown);
}

/** @param {Shown} shown */
function pictureContent({ message, file, name }) {
  const { width, height } = frameOf(file.picture);
  const place = el(
    "button",
    { class: "picture", attrs: { type: "button", "data-action": "view", "aria-label": `Open the picture ${name}` } },
    icon("picture"),
  );
  place.style.setProperty("--width", `${width}px`);
  place.style.setProperty("--height", `${height}px`);
  place.disabled = !file.here;
  if (file.here) {
    place.append(el("img", { attrs: { alt: "", width, height, decoding: "async", draggable: "false" } }));
  }
  return el(
    "div",
    { class: "file with-picture", attrs: { "data-stage": file.stage, "data-name": name } },
    place,
    file.here ? null : el("p", { class: "file-name", text: name, attrs: { dir: "auto" } }),
    foot(message, file, name),
  );
}

/** @param {Shown} shown */
function card({ message, file, name, held, command }) {
  const isElsewhere = file.stage === "elsewhere" && !message.mine;
  return el(
    "div",
    { class: "file", attrs: { "data-stage": file.stage, "data-name": name } },
    el(
      "div",
      { class: "file-card" },
      icon(kindOf(message.text, file.mime)),
      el(
        "div",
        { class: "file-words" },
        el("b", { text: name, attrs: { dir: "auto" } }),
        el("p", { text: hint(message, file, held) }),
      ),
      held ? null : saveButton(file, name),
    ),
    isElsewhere && !held ? commandLine(command) : null,
    held ? null : foot(message, file, name),
  );
}

/**
 * @param {MessageView} message
 * @param {FileView} file
 * @param {boolean} held
 */
function hint(message, file, held) {
  const size = sizeText(file.size);
  if (held) {
    return `${size}. It can be opened once you accept the request.`;
  }
  if (file.stage === "elsewhere") {
    return message.mine ? `${size}. Shared from your command line.` : `${size}. Download needs the CLI:`;
  }
  if (file.here && file.stage === "here" && claimsPicture(file.mime) && !file.picture) {
    return `${size}. It says that it is a picture, but it is not one.`;
  }
  return size;
}

/**
 * @param {FileView} file
 * @param {string} name
 */
function saveButton({ here, stage }, name) {
  if (here) {
    return iconButton("save", "download", `Save ${name}`);
  }
  return ["remote", "checking", "ready"].includes(stage) ? iconButton("fetch", "download", `Download ${name}`) : null;
}

/** @param {string} command */
function commandLine(command) {
  return el(
    "p",
    { class: "file-command" },
    el("code", { text: command, attrs: { dir: "ltr" } }),
    iconButton("copy-command", "copy", "Copy the command"),
  );
}

/**
 * What goes on under it, or what went wrong.
 *
 * @param {MessageView} message
 * @param {FileView} file
 * @param {string} name
 */
function foot(message, file, name) {
  const words = progressText(file.stage, file.done, file.total);
  if (words) {
    const bar = progressBar(name);
    setProgress(bar, file.total > 0 ? file.done / file.total : 0, words);
    return el(
      "div",
      { class: "file-foot" },
      el("span", { class: "file-state", text: words }),
      file.stage === "sending" ? iconButton("cancel", "cross", `Do not send ${name}`) : null,
      bar,
    );
  }
  if (file.stage === "finishing") {
    return el("div", { class: "file-foot" }, el("span", { class: "file-state", text: "The server is putting it together…" }));
  }
  return file.stage === "failed" && !message.mine ? failed(file) : null;
}

/** @param {FileView} file */
function failed({ cause, causeCode }) {
  return el(
    "p",
    { class: "file-failed", attrs: { "data-code": causeCode ?? "" } },
    icon("alert"),
    el("span", {}, spoken("Failed: "), whatFailed(causeCode, cause)),
    GONE.has(causeCode ?? "") ? null : el("button", {
      class: "button small", text: "Try again", attrs: { type: "button", "data-action": "fetch" },
    }),
  );
}

/**
 * @param {string|null} causeCode
 * @param {string|null} cause
 */
function whatFailed(causeCode, cause) {
  const words = oneLine(cause ?? "It could not be downloaded.", 240);
  return causeCode === "file_failed" ? `The sender's upload failed. ${words}` : words;
}

/**
 * @param {string} action
 * @param {string} sign
 * @param {string} label
 */
function iconButton(action, sign, label) {
  return el(
    "button",
    { class: "icon-button", attrs: { type: "button", "data-action": action, "aria-label": label, title: label } },
    icon(sign),
  );
}

/**
 * Bring the numbers of a file that is on its way up to date.
 *
 * @param {HTMLElement} content of `fileContent`
 * @param {{stage: FileView["stage"], done: number, total: number}} transfer
 */
export function updateProgress(content, { stage, done, total }) {
  const bar = content.querySelector(".file-progress");
  const state = content.querySelector(".file-state");
  if (bar && state && content.dataset.stage === stage) {
    const words = progressText(stage, done, total);
    state.textContent = words;
    setProgress(bar, total > 0 ? done / total : 0, words);
  }
}
