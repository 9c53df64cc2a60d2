/**
 * What can be done with one message: by its buttons, its menu, or keys while it has the focus.
 */

import { ask } from "../../ui/dialogs.js";
import { menuKeys, openMenu } from "./popovers.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */

/**
 * @typedef {object} Acts
 * @property {(key: string) => MessageView|undefined} find a row
 * @property {(message: MessageView) => void} reply
 * @property {(message: MessageView) => void} copy
 * @property {(message: MessageView) => void} remove    after the person has confirmed
 * @property {(message: MessageView) => void} report   asks what to tell the operators
 * @property {(message: MessageView) => void} retry
 * @property {Record<"view"|"save"|"fetch"|"cancel"|"copyCommand", (message: MessageView) => void>} files
 * @property {(key: string) => void} jump
 * @property {(step: number) => void} move           the focus, between rows
 * @property {(message: MessageView) => boolean} mayReport
 * @property {() => boolean} mayReply
 * @property {(message: MessageView) => boolean} maySave whether it is a file that is here
 */

/**
 * @param {HTMLElement} scroller that holds the rows
 * @param {HTMLElement} menu a popover with buttons that carry data-action
 * @param {Acts} acts
 * @param {AbortSignal} signal
 */
export function messageActions(scroller, menu, acts, signal) {
  /** @type {{message: MessageView, opener: HTMLElement}|null} */
  let chosen = null;

  /** @type {Record<string, (message: MessageView, button: HTMLElement) => void>} */
  const does = {
    reply: (message) => acts.mayReply() && acts.reply(message),
    copy: acts.copy,
    delete: (message) => confirmRemoval(message, acts),
    report: acts.report,
    retry: acts.retry,
    reopen: acts.retry,
    view: acts.files.view,
    save: acts.files.save,
    fetch: acts.files.fetch,
    cancel: acts.files.cancel,
    "copy-command": acts.files.copyCommand,
    more: (message, opener) => {
      chosen = { message, opener };
      fitMenu(menu, message, acts);
      openMenu(menu, opener);
    },
  };

  scroller.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-action]") : null;
    if (!(button instanceof HTMLElement)) {
      return;
    }
    if (button.dataset.action === "jump") {
      acts.jump(button.dataset.target ?? "");
      return;
    }
    const message = messageAt(button, acts);
    if (message) {
      does[button.dataset.action ?? ""]?.(message, button);
    }
  }, { signal });

  scroller.addEventListener("keydown", (event) => onKey(event, acts, does), { signal });
  menuKeys(menu, signal);
  menu.addEventListener("click", (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    const picked = chosen;
    if (button && picked) {
      menu.hidePopover();
      picked.opener.focus();
      does[button.dataset.action ?? ""]?.(picked.message, button);
    }
  }, { signal });
}

/**
 * @param {Element} within
 * @param {Acts} acts
 */
function messageAt(within, acts) {
  const row = within.closest("[data-id]");
  return row instanceof HTMLElement ? acts.find(row.dataset.id ?? "") : undefined;
}

/**
 * @param {HTMLElement} menu
 * @param {MessageView} message
 * @param {Acts} acts
 */
function fitMenu(menu, message, acts) {
  const mayReply = acts.mayReply();
  for (const button of menu.querySelectorAll("button")) {
    const action = button.dataset.action;
    button.hidden = (action === "reply" && (!mayReply || message.kind !== "text"))
      || (action === "copy" && message.kind !== "text")
      || (action === "save" && !acts.maySave(message))
      || (action === "report" && !acts.mayReport(message));
  }
}

/**
 * @param {MessageView} message
 * @param {Acts} acts
 */
async function confirmRemoval(message, acts) {
  const waits = message.mine && (message.state === "queued" || message.state === "failed");
  const sure = await ask({
    title: "Delete this message here?",
    text: waits
      ? "It has not been sent; what waits for sending is given up with it."
      : "It goes from this browser only. Other devices, and whoever you talk to, keep it.",
    confirm: "Delete",
    danger: true,
  });
  if (sure) {
    acts.remove(message);
  }
}

/**
 * @param {KeyboardEvent} event
 * @param {Acts} acts
 * @param {Record<string, (message: MessageView, button: HTMLElement) => void>} does
 */
function onKey(event, acts, does) {
  const { target, key } = event;
  if (!(target instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (key === "ArrowUp" || key === "ArrowDown") {
    event.preventDefault();
    acts.move(key === "ArrowUp" ? -1 : 1);
    return;
  }
  if (!target.matches("[data-id]")) {
    return;
  }
  const message = messageAt(target, acts);
  /** @type {Record<string, string>} */
  const keys = { r: "reply", c: "copy", Delete: "delete", Enter: "more" };
  const action = message && keys[key.length === 1 ? key.toLowerCase() : key];
  if (message && action) {
    event.preventDefault();
    const opener = target.querySelector("[data-action='more']");
    does[action](message, opener instanceof HTMLElement ? opener : target);
  }
}
