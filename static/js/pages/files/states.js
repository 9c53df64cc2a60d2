/** What stands where a list would: that it is being checked, that there is nothing, or why it is not shown. */

import { icon } from "../../ui/icons.js";
import { codeOf, sentence } from "../../ui/sentences.js";
import { el } from "../chat/dom.js";
import { oneLine } from "../chat/clean_text.js";

/** @param {string} text */
export function waitingState(text) {
  const dots = el("span", { class: "waiting", attrs: { "aria-hidden": "true" } }, el("i"), el("i"), el("i"));
  return el("div", { class: "shared-waiting" }, dots, el("p", { text }));
}

/** @param {{own: boolean, title: string}} list without entries */
export function emptyState({ own, title }) {
  const name = oneLine(title, 80);
  return el(
    "div",
    { class: "empty" },
    icon("file"),
    el("h2", { text: own ? "You share nothing yet" : `${name} shares nothing with you` }),
    el("p", {
      text: own
        ? "What you publish stands here, with everybody who may fetch it."
        : "What they publish for you appears here. Nobody but you can see whether there is anything.",
    }),
  );
}

/**
 * Nobody answered, or what was answered does not hold: told apart, since only one of them is about the owner.
 *
 * @param {unknown} error
 */
export function errorState(error) {
  const code = codeOf(error);
  const outOfReach = code === "unreachable" || code === "unavailable";
  const kind = outOfReach || code === "list_missing" ? "warn" : "danger";
  const title = outOfReach ? "Out of reach." : TITLES[code] ?? "Not shown.";
  return el(
    "p",
    { class: `notice ${kind}`, attrs: { "data-code": code } },
    icon(outOfReach ? "offline" : "alert"),
    el("span", {}, el("strong", { text: title }), ` ${oneLine(sentence(error), 400)}`),
  );
}

/** @type {Record<string, string>} */
const TITLES = {
  list_missing: "Not there yet.",
  list_replaced: "An old list.",
  list_not_committed: "Not what the sigchain says.",
  list_forged: "Not their list.",
  list_older: "Older than before.",
  chain_rewritten: "The sigchain was changed.",
  key_changed: "The key has changed.",
  handle_unknown: "Nobody by this name.",
};
