/** What became of the reports that this handle has sent; asked for when somebody wants to know. */

import { buttonPart, el, part } from "../../ui/dom.js";
import { sentence } from "../../ui/sentences.js";
import { oneLine } from "../chat/clean_text.js";

/** @typedef {import("../../ui/app_state.js").App} App */
/** @typedef {import("../../api_reports.js").OwnReport} OwnReport */

/** @type {Record<string, string>} */
const STATES = {
  new: "Nobody has looked at it yet",
  assigned: "An operator has taken it",
  resolved: "Something was done",
  rejected: "There was nothing to do",
};
const DAY = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** @param {HTMLElement} section @param {App} app */
export function mountReports(section, app) {
  const list = part(section, "reports");
  const none = part(section, "none");
  const error = part(section, "error");
  const button = buttonPart(section, "look");
  button.addEventListener("click", async () => {
    button.disabled = true;
    error.textContent = "";
    try {
      const found = (await app.session?.reports.own()) ?? [];
      none.hidden = found.length > 0;
      list.replaceChildren(...found.map(rowOf));
      app.announce(found.length === 1 ? "1 report" : `${found.length} reports`);
    } catch (problem) {
      error.textContent = sentence(problem);
    } finally {
      button.disabled = false;
      button.textContent = "Look again";
    }
  });
}

/** @param {OwnReport} report */
function rowOf({ reported, state, outcome, at }) {
  const words = STATES[state] ?? state;
  const row = el(
    "li",
    { class: "report-row" },
    el("p", {}, el("b", { text: reported }), el("span", { class: "quiet-text small", text: DAY.format(at) })),
    el("p", { text: outcome ? `${words}:` : `${words}.` }),
  );
  if (outcome) {
    row.append(el("p", { class: "report-outcome", text: oneLine(outcome, 1000), attrs: { dir: "auto" } }));
  }
  return row;
}
