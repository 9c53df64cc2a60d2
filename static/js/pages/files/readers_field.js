/** Who may see a file: the contacts, each with a box to tick. */

import { el, freshId } from "../../ui/dom.js";
import { oneLine } from "../chat/clean_text.js";

/** @typedef {{peer: string, title: string}} Person */

/**
 * @param {Person[]} people
 * @param {readonly string[]} ticked their peers
 * @returns {{element: HTMLFieldSetElement, chosen: () => string[]}}
 */
export function readersField(people, ticked) {
  const boxes = people.map(({ peer, title }) => {
    const id = freshId("reader");
    const box = el("input", { attrs: { type: "checkbox", id, value: peer } });
    box.checked = ticked.includes(peer);
    return { box, line: el("label", { class: "reader", attrs: { for: id } }, box, oneLine(title, 80)) };
  });
  const element = el(
    "fieldset",
    { class: "readers" },
    el("legend", { text: "Who may see it" }),
    ...(boxes.length
      ? boxes.map(({ line }) => line)
      : [el("p", { class: "hint", text: "You have no contacts yet. Add somebody first." })]),
  );
  const chosen = () => boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
  return { element, chosen };
}
