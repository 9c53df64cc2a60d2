/**
 * Who somebody is: the key, the safety number, whether it was compared, and the ways to block and to report them.
 */

import { ask, openDialog } from "../../ui/dialogs.js";
import { icon } from "../../ui/icons.js";
import { sentence } from "../../ui/sentences.js";
import { oneLine } from "./clean_text.js";
import { drawPeer, nameOf } from "./conversation_item.js";
import { el } from "./dom.js";

/** @typedef {import("../../chat/session.js").ChatSession} ChatSession */
/** @typedef {import("../../chat/types.js").Summary} Summary */

/**
 * Resolves when the dialog is closed.
 *
 * @param {ChatSession} session
 * @param {Summary} summary
 * @param {() => void} report asks what to report; called after the dialog was closed
 */
export async function showDetails(session, summary, report) {
  const { dialog, closed } = openDialog({
    title: nameOf(summary),
    class: "details",
    fill: (place) => {
      const avatar = el("span", { class: "avatar large", attrs: { "aria-hidden": "true" } });
      drawPeer(avatar, summary);
      place.prepend(avatar, closeButton(place));
      place.append(
        el("p", { class: "quiet-text", text: wholeName(summary) }),
        standing(summary),
        ...numberPart(session, summary),
        el("h3", { text: "Key" }),
        el("code", { class: "whole-key", text: `ed25519:${summary.peer}` }),
        actions(session, summary, place, report),
      );
    },
  });
  dialog.querySelector("h2")?.setAttribute("tabindex", "-1");
  await closed;
}

/** @param {Summary} summary */
function wholeName({ handle, claimed }) {
  if (handle) {
    return `Elsewhere: ${handle}`;
  }
  return claimed
    ? `Calls itself ${oneLine(claimed, 80)}, but the server names another key for that handle.`
    : "No handle is known.";
}

/** @param {HTMLDialogElement} dialog */
function closeButton(dialog) {
  const button = el(
    "button",
    { class: "icon-button corner", attrs: { type: "button", "aria-label": "Close" } },
    icon("cross"),
  );
  button.addEventListener("click", () => dialog.close());
  return button;
}

/** @param {Summary} summary */
function standing({ verified, keyChange, nameState }) {
  if (keyChange) {
    const text = "The key has changed; nothing is sent to the new one.";
    return el("p", { class: "details-state warn" }, icon("alert"), text);
  }
  if (verified) {
    return el("p", { class: "details-state ok" }, icon("shield"), "You compared the safety number.");
  }
  const text = nameState === "pinned" ? "You have not compared the safety number yet." : "The name is not checked.";
  return el("p", { class: "details-state" }, icon("info"), text);
}

/**
 * The digits, in twelve groups, as soon as they are worked out.
 *
 * @param {Promise<string>} digits
 */
export function safetyNumberView(digits) {
  const view = el(
    "p",
    { class: "safety-number", attrs: { "aria-busy": "true" } },
    el("span", { class: "whole", text: "Working it out…" }),
  );
  digits.then(
    (number) => view.replaceChildren(...number.split(" ").map((group) => el("span", { text: group }))),
    (error) => view.replaceChildren(el("span", { class: "whole", text: sentence(error) })),
  ).finally(() => view.removeAttribute("aria-busy"));
  return view;
}

/**
 * @param {ChatSession} session
 * @param {Summary} summary
 * @returns {Node[]}
 */
function numberPart(session, { peer, verified, nameState }) {
  if (nameState !== "pinned") {
    return [];
  }
  const input = el("input", {
    attrs: { type: "checkbox", role: "switch", "aria-describedby": "compared-hint" },
  });
  input.checked = verified;
  input.addEventListener("change", () => session.setVerified(peer, input.checked));
  return [
    el("h3", { text: "Safety number" }),
    el("p", {
      class: "quiet-text small",
      text: "Read it to each other, on the phone or face to face. If all twelve groups are the same, "
        + "nobody sits between you.",
    }),
    safetyNumberView(session.safetyNumber(peer)),
    el(
      "label",
      { class: "switch" },
      el("span", { text: "I have compared it" }),
      input,
      el("span", {
        class: "hint",
        text: "Shows a shield beside the name, until the key changes.",
        attrs: { id: "compared-hint" },
      }),
    ),
  ];
}

/**
 * @param {ChatSession} session
 * @param {Summary} summary
 * @param {HTMLDialogElement} dialog
 * @param {() => void} report
 */
function actions(session, summary, dialog, report) {
  const { blocked, handle, peer, title } = summary;
  const block = el("button", {
    class: blocked ? "button small end" : "button danger small end",
    text: blocked ? "Unblock" : "Block",
    attrs: { type: "button" },
  });
  block.addEventListener("click", async () => {
    if (await (blocked ? session.unblock(peer).then(() => true) : askToBlock(session, summary))) {
      dialog.close();
    }
  });
  const profile = handle === null || handle === title ? null : el(
    "a",
    {
      class: "button small",
      attrs: { href: `/u/${encodeURIComponent(title)}`, target: "_blank", rel: "noopener" },
    },
    "Public profile",
  );
  return el("div", { class: "actions" }, filesLink(summary, dialog), profile, reportButton(summary, dialog, report), block);
}

/**
 * To what they share with me; only a name that is believed leads there.
 *
 * @param {Summary} summary
 * @param {HTMLDialogElement} dialog
 */
function filesLink({ handle, title, nameState }, dialog) {
  if (handle === null || nameState !== "pinned") {
    return null;
  }
  const link = el("a", { class: "button small", attrs: { href: `/u/${encodeURIComponent(title)}/files` } }, icon("folder"), "Shared files");
  link.addEventListener("click", () => dialog.close());
  return link;
}

/**
 * Operators know handles: somebody whose name is not believed can't be reported.
 *
 * @param {Summary} summary
 * @param {HTMLDialogElement} dialog
 * @param {() => void} report
 */
function reportButton({ handle }, dialog, report) {
  if (handle === null) {
    return null;
  }
  const button = el("button", { class: "button small", text: "Report", attrs: { type: "button" } });
  button.addEventListener("click", () => {
    dialog.addEventListener("close", report, { once: true });
    dialog.close();
  });
  return button;
}

/**
 * @param {ChatSession} session
 * @param {{peer: string, title: string}} summary
 * @returns {Promise<boolean>} whether it was done
 */
export async function askToBlock(session, summary) {
  const name = nameOf(summary);
  const sure = await ask({
    title: `Block ${name}?`,
    text: "You get nothing from them any more, and they are not told. What was said stays here.",
    confirm: "Block",
    danger: true,
  });
  if (sure) {
    await session.block(summary.peer);
  }
  return sure;
}
