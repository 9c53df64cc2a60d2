/** "Report": to whom, what is told, and which messages are opened to the operators. */

import { buttonPart, el, find, part } from "../../ui/dom.js";
import { openDialog } from "../../ui/dialogs.js";
import { sentence } from "../../ui/sentences.js";
import { oneLine } from "./clean_text.js";
import { nameOf } from "./conversation_item.js";

/** @typedef {import("../../chat/session.js").ChatSession} ChatSession */
/** @typedef {import("../../chat/types.js").MessageView} MessageView */
/** @typedef {{peer: string, title: string, blocked?: boolean}} Somebody */

/** @type {[string, string][]} */
const CATEGORIES = [
  ["spam", "Spam or scam"],
  ["harassment", "Harassment or threats"],
  ["impersonation", "Pretends to be somebody else"],
  ["illegal", "Illegal content"],
  ["other", "Something else"],
];
const EXCERPT = 200;
const MOST_TEXT = 1000;
const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * Asks, sends, and tells where to look for the answer.
 *
 * @param {import("../../ui/app_state.js").App} app
 * @param {ChatSession} session
 * @param {Somebody} somebody
 * @param {string|null} message the id of one that is to be opened
 */
export async function report(app, session, somebody, message) {
  if (await askToReport(session, somebody, { server: app.config.server, message })) {
    app.toast("The operators have your report. Settings show what comes of it.", { kind: "ok" });
  }
}

/**
 * Resolves with whether a report was sent.
 *
 * @param {ChatSession} session
 * @param {Somebody} somebody
 * @param {{server: string, message?: string|null}} options `message`: the id of one that is to be opened
 * @returns {Promise<boolean>}
 */
async function askToReport(session, somebody, { server, message = null }) {
  const openable = await session.reports.openable(somebody.peer, { with: message });
  const name = nameOf(somebody);
  const { closed } = openDialog({
    title: `Report ${name}`,
    class: "report",
    fill: (dialog) => {
      const form = formOf({ server, name, openable, message, canBlock: !somebody.blocked });
      dialog.append(form);
      wire(form, dialog, session, somebody.peer);
    },
  });
  return (await closed) === "sent";
}

/** @param {HTMLFormElement} form @param {HTMLDialogElement} dialog @param {ChatSession} session @param {string} peer */
function wire(form, dialog, session, peer) {
  const category = find(form, "select", HTMLSelectElement);
  const send = buttonPart(form, "send");
  const error = part(form, "error");
  category.autofocus = true;
  buttonPart(form, "cancel").addEventListener("click", () => dialog.close(""));
  const include = form.querySelector("[data-part=include]");
  include?.addEventListener("change", () => showMessages(form));
  showMessages(form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (send.disabled) {
      return;
    }
    error.textContent = "";
    send.disabled = true;
    try {
      const text = find(form, "textarea", HTMLTextAreaElement).value.trim();
      await session.reports.file(peer, { category: category.value, text, ids: chosenIds(form) });
      if (form.querySelector("[data-part=block]:checked")) {
        await session.block(peer);
      }
      dialog.close("sent");
    } catch (problem) {
      error.textContent = sentence(problem);
      send.disabled = false;
      send.focus();
    }
  });
}

/** @param {HTMLFormElement} form */
function showMessages(form) {
  const list = form.querySelector("[data-part=messages]");
  if (list instanceof HTMLElement) {
    list.hidden = !form.querySelector("[data-part=include]:checked");
  }
}

/** @param {HTMLFormElement} form */
function chosenIds(form) {
  const open = form.querySelector("[data-part=include]:checked");
  const checked = open ? form.querySelectorAll("[data-part=messages] input:checked") : [];
  return [...checked].map((input) => /** @type {HTMLInputElement} */ (input).value);
}

/**
 * @param {{server: string, name: string, openable: MessageView[], message: string|null, canBlock: boolean}} what
 */
function formOf({ server, name, openable, message, canBlock }) {
  return el(
    "form",
    { class: "report-form", attrs: { novalidate: "" } },
    el("p", { text: `The operators of ${server} read it. ${name} is not told.` }),
    el(
      "div",
      { class: "field" },
      el("label", { text: "What is it?", attrs: { for: "report-category" } }),
      el(
        "select",
        { class: "select", attrs: { id: "report-category" } },
        ...CATEGORIES.map(([value, text]) => el("option", { text, attrs: { value } })),
      ),
    ),
    el(
      "div",
      { class: "field" },
      el("label", { text: "What happened?", attrs: { for: "report-text" } }),
      el("textarea", {
        class: "input",
        attrs: { id: "report-text", rows: "2", maxlength: String(MOST_TEXT), dir: "auto" },
      }),
    ),
    ...messagesPart({ name, openable, message }),
    ...(canBlock ? [choice({ part: "block", text: `Block ${name} as well`, checked: false })] : []),
    el("p", { class: "error-text", attrs: { role: "alert", "data-part": "error" } }),
    el(
      "div",
      { class: "actions" },
      el("button", { class: "button", text: "Cancel", attrs: { type: "button", "data-part": "cancel" } }),
      el("button", { class: "button primary", text: "Send the report", attrs: { type: "submit", "data-part": "send" } }),
    ),
  );
}

/**
 * @param {{name: string, openable: MessageView[], message: string|null}} what
 * @returns {HTMLElement[]}
 */
function messagesPart({ name, openable, message }) {
  if (openable.length === 0) {
    return [];
  }
  const isOpen = message !== null && openable.some(({ id }) => id === message);
  const rows = openable.map((each) =>
    el("li", {}, choice({ value: each.id, text: excerpt(each), checked: message === null || each.id === message, at: each.at })),
  );
  return [
    choice({ part: "include", text: `Open messages of ${name} to the operators`, checked: isOpen }),
    el(
      "div",
      { attrs: { "data-part": "messages" } },
      el("p", {
        class: "hint",
        text: "Only those that are ticked can be read by them. Each goes with the signature of its sender, so they see that "
          + "it was not made up.",
      }),
      el("ul", { class: "report-messages" }, ...rows),
    ),
  ];
}

/** @param {MessageView} message */
function excerpt(message) {
  const text = message.kind === "file" ? `File: ${message.text}` : message.text;
  return oneLine(text || "A message of a kind that this version does not show", EXCERPT);
}

/** @param {{part?: string, value?: string, text: string, checked: boolean, at?: Date}} what */
function choice({ part: name, value, text, checked, at }) {
  const input = el("input", {
    attrs: { type: "checkbox", ...(name ? { "data-part": name } : {}), ...(value ? { value } : {}) },
  });
  input.checked = checked;
  const words = el("span", {}, el("span", { text, attrs: { dir: "auto" } }));
  if (at) {
    words.append(el("span", { class: "hint", text: TIME.format(at) }));
  }
  return el("label", { class: "choice" }, input, words);
}
