/** The rail (on phones: the bar) between chats, contacts, files and settings, with the number of unread messages. */

import { find } from "./dom.js";

const MOST = 99;

/** @param {import("./app_state.js").App} app */
export function startNav(app) {
  const rail = find(document, "#rail", HTMLElement);
  const badge = find(document, "#unread", HTMLElement);
  /** @type {import("../chat/session.js").ChatSession|null} */
  let heard = null;

  const count = () => {
    const conversations = app.session?.conversations() ?? [];
    const unread = conversations.reduce((sum, each) => sum + (each.blocked ? 0 : each.unread), 0);
    badge.hidden = unread === 0;
    const number = unread > MOST ? `${MOST}+` : String(unread);
    badge.textContent = number;
    badge.setAttribute("aria-label", `${unread} unread`);
    document.title = document.title.replace(/^\(\d+\+?\) /u, "");
    if (unread > 0) {
      document.title = `(${number}) ${document.title}`;
    }
  };
  const show = () => {
    const shell = find(document, "#shell", HTMLElement);
    rail.hidden = !app.identity || shell.dataset.layout === "bare";
    const { page } = find(document, "#page", HTMLElement).dataset;
    for (const link of rail.querySelectorAll("[data-nav]")) {
      if (link.getAttribute("data-nav") === page) {
        link.setAttribute("aria-current", "page");
      } else {
        link.removeAttribute("aria-current");
      }
    }
    count();
  };
  app.addEventListener("session", () => {
    heard?.removeEventListener("conversations", count);
    heard = app.session;
    heard?.addEventListener("conversations", count);
    count();
  });
  app.addEventListener("page", show);
  find(document, "#lock-now", HTMLButtonElement).addEventListener("click", () => app.lock());
}
