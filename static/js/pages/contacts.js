/** /contacts: whose keys are pinned here, what is known of them, and what can be done. */

import { buttonPart, find, part } from "../ui/dom.js";
import { ask } from "../ui/dialogs.js";
import { icon } from "../ui/icons.js";
import { sentence } from "../ui/sentences.js";
import { pathOf } from "./chat/addresses.js";
import { drawPeer, nameOf } from "./chat/conversation_item.js";
import { askToBlock, showDetails } from "./chat/details.js";
import { report } from "./chat/report_dialog.js";
import { el, reconcile } from "./chat/dom.js";
import { watchIncoming } from "./chat/notify.js";
import { openMenu, menuKeys } from "./chat/popovers.js";
import { askForHandle } from "./chat/start_dialog.js";

/** @typedef {import("../chat/types.js").Contact} Contact */
/** @typedef {import("../chat/session.js").ChatSession} ChatSession */
/** @typedef {import("../ui/app_state.js").App} App */

export const title = "Contacts";

// With fewer contacts than this, looking is quicker than typing.
const FILTER_FROM = 8;

/**
 * @param {HTMLElement} root
 * @param {App} app
 * @returns {Promise<() => void>}
 */
export async function mount(root, app) {
  const { session } = app;
  if (!session) {
    throw new Error("Contacts need an open session.");
  }
  const abort = new AbortController();
  const { signal } = abort;
  const menu = part(root, "menu");
  const filter = find(root, "[data-part='filter']", HTMLInputElement);
  /** @type {Map<string, {looks: string, element: HTMLElement}>} */
  const kept = new Map();
  /** @type {Contact|undefined} */
  let chosen;

  const draw = () => {
    const all = session.contacts();
    const words = filter.value.trim().toLowerCase().replace(/^@/, "");
    const shown = all.filter((contact) => contact.handle.includes(words));
    reconcile(part(root, "list"), shown.map((contact) => itemOf(contact, kept)));
    part(root, "nobody").hidden = all.length > 0;
    part(root, "filter-place").hidden = all.length < FILTER_FROM;
    part(root, "none-found").textContent = all.length > 0 && shown.length === 0 ? "No contact has this name." : "";
  };

  watchIncoming(app);
  part(root, "own-profile").setAttribute("href", `/u/${encodeURIComponent(app.shown(session.identity.handle))}`);
  buttonPart(root, "add").addEventListener("click", async () => {
    const added = await askForHandle({
      server: app.config.server, title: "Add a contact", meet: (handle) => session.meet(handle),
    });
    draw();
    if (added) {
      app.toast(`${nameOf(added)} is among your contacts now.`, { kind: "ok" });
      find(root, `[data-peer="${added.peer}"] a`, HTMLElement).focus();
    }
  }, { signal });
  filter.addEventListener("input", draw, { signal });
  part(root, "list").addEventListener("click", (event) => {
    const opener = event.target instanceof Element ? event.target.closest("[data-action='menu']") : null;
    const row = opener?.closest("[data-peer]");
    chosen = session.contacts().find((contact) => row instanceof HTMLElement && contact.peer === row.dataset.peer);
    if (opener instanceof HTMLElement && chosen) {
      part(menu, "block-word").textContent = chosen.blocked ? "Unblock" : "Block";
      openMenu(menu, opener);
    }
  }, { signal });
  menuKeys(menu, signal);
  menu.addEventListener("click", async (event) => {
    const button = event.target instanceof Element ? event.target.closest("button") : null;
    if (!button || !chosen) {
      return;
    }
    menu.hidePopover();
    try {
      await act(button.dataset.action ?? "", chosen, app, session);
    } catch (error) {
      app.toast(sentence(error), { kind: "danger" });
    }
    draw();
    if (document.activeElement === document.body) {
      buttonPart(root, "add").focus();
    }
  }, { signal });
  session.addEventListener("conversations", draw, { signal });
  draw();
  return () => abort.abort();
}

/**
 * @param {string} action
 * @param {Contact} contact
 * @param {App} app
 * @param {ChatSession} session
 */
async function act(action, contact, app, session) {
  if (action === "details") {
    const summary = session.conversation(contact.peer);
    if (summary) {
      await showDetails(session, summary, () => report(app, session, summary, null).catch((error) => tell(app, error)));
    }
  } else if (action === "files") {
    app.go(`/u/${encodeURIComponent(contact.title)}/files`);
  } else if (action === "block") {
    await (contact.blocked ? session.unblock(contact.peer) : askToBlock(session, contact));
  } else if (action === "remove" && (await askToRemove(contact))) {
    await session.removeContact(contact.peer);
  }
}

/** @param {App} app @param {unknown} error */
function tell(app, error) {
  app.toast(sentence(error), { kind: "danger" });
}

/** @param {Contact} contact */
function askToRemove(contact) {
  return ask({
    title: `Remove ${nameOf(contact)}?`,
    text: "They leave this list. Their key stays known here, and so does what was said.",
    confirm: "Remove",
    danger: true,
  });
}

/**
 * @param {Contact} contact
 * @param {Map<string, {looks: string, element: HTMLElement}>} kept
 */
function itemOf(contact, kept) {
  const looks = JSON.stringify(contact);
  const known = kept.get(contact.peer);
  if (known?.looks === looks) {
    return known.element;
  }
  const avatar = el("span", { class: "avatar", attrs: { "aria-hidden": "true" } });
  drawPeer(avatar, contact);
  const name = nameOf(contact);
  const element = el(
    "li",
    { class: "contact", attrs: { "data-peer": contact.peer } },
    avatar,
    el(
      "div",
      { class: "contact-lines" },
      el("a", { class: "contact-name", text: name, attrs: { href: pathOf(contact) } }),
      stateOf(contact),
    ),
    el(
      "a",
      { class: "button small", attrs: { href: pathOf(contact), "aria-label": `Write to ${name}` } },
      icon("chat"),
      el("span", { class: "write-word", text: "Write" }),
    ),
    el(
      "button",
      {
        class: "icon-button",
        attrs: { type: "button", "data-action": "menu", "aria-label": `More for ${name}`, "aria-haspopup": "menu" },
      },
      icon("more"),
    ),
  );
  kept.set(contact.peer, { looks, element });
  return element;
}

/** @param {Contact} contact */
function stateOf({ blocked, keyChange, verified }) {
  if (blocked) {
    return el("span", { class: "contact-state" }, icon("block"), "Blocked");
  }
  if (keyChange) {
    return el("span", { class: "contact-state warn" }, icon("alert"), "The key has changed");
  }
  return verified
    ? el("span", { class: "contact-state ok" }, icon("shield"), "Verified: you compared the safety number")
    : el("span", { class: "contact-state", text: "Safety number not compared yet" });
}
