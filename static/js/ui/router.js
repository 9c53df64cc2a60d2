/** Changes the page in place: a full load would lose the unlocked key, which lives in memory only. */

import { storedIdentity } from "../vault/identity.js";
import { el, find, fromTemplate } from "./dom.js";
import { announce, focusTitle } from "./focus.js";
import { ROUTES, routeOf } from "./routes.js";
import { sentence } from "./sentences.js";
import { unfinished } from "./unfinished.js";

/**
 * @typedef {import("./app_state.js").App} App
 * @typedef {import("./routes.js").Route} Route
 * @typedef {import("./routes.js").Params} Params
 */

export class Router {
  /** @type {App} */
  #app;
  #main = find(document, "#page", HTMLElement);
  #shell = find(document, "#shell", HTMLElement);
  /** @type {{route: Route, unmount: () => void, update?: (params: Params) => void}|null} */
  #shown = null;
  #turn = 0;
  #first = true;

  /** @param {App} app */
  constructor(app) {
    this.#app = app;
  }

  /** Show the page of the window's address, and from now on that of every link and of "back". */
  async start() {
    window.addEventListener("popstate", () => this.#showAddress());
    document.addEventListener("click", (event) => this.#onClick(event));
    this.#app.addEventListener("locked", (event) => {
      const { reason } = /** @type {CustomEvent<{reason: string}>} */ (event).detail;
      this.#onLocked(reason);
    });
    await this.#showAddress();
  }

  /**
   * @param {string} path one of the app's addresses; any other is loaded in full
   * @param {{replace?: boolean}} [options]
   */
  async go(path, { replace = false } = {}) {
    const url = new URL(path, location.href);
    if (!routeOf(url.pathname)) {
      location.assign(url.href);
      return;
    }
    history[replace ? "replaceState" : "pushState"](null, "", url.href);
    await this.#showAddress();
    scrollTo(0, 0);
  }

  /** Where somebody wanted to go before being asked for the passphrase. @returns {string} */
  wanted() {
    const next = history.state?.next;
    return typeof next === "string" && routeOf(next) ? next : "/chat";
  }

  async #showAddress() {
    const turn = ++this.#turn;
    const found = routeOf(location.pathname) ?? { route: ROUTES.chat, params: {} };
    const route = await this.#allowed(found.route);
    if (turn !== this.#turn) {
      return; // another address was asked for meanwhile
    }
    await this.#show(route, found.params, turn);
  }

  /** The page itself, or the one that has to come first. @param {Route} route @returns {Promise<Route>} */
  async #allowed(route) {
    if (!route.unlocked || this.#app.identity) {
      return route;
    }
    const here = await storedIdentity().catch(() => null);
    const before = here && unfinished() !== "claim" ? "unlock" : "join";
    history.replaceState({ next: location.pathname }, "", `/${before}`);
    return ROUTES[before];
  }

  /** @param {Route} route @param {Params} params @param {number} turn */
  async #show(route, params, turn) {
    // An open conversation takes a whole phone.
    this.#shell.dataset.detail = params.handle !== undefined && route.layout === "full" ? "yes" : "no";
    if (this.#shown?.route === route && this.#shown.update) {
      this.#shown.update(params);
      return;
    }
    let module;
    try {
      module = await route.load();
    } catch {
      this.#app.toast("This page could not be loaded. Reload it, or try again later.", { kind: "danger" });
      return;
    }
    if (turn !== this.#turn) {
      return;
    }
    this.#shown?.unmount();
    this.#shown = null;
    const root = this.#markupOf(route);
    document.title = `${module.title} · ${this.#app.config.server}`;
    try {
      const mounted = await module.mount(root, this.#app, params);
      const page = typeof mounted === "function" ? { unmount: mounted } : mounted;
      if (turn !== this.#turn) {
        page.unmount();
        return;
      }
      this.#shown = { route, ...page };
    } catch (error) {
      root.replaceChildren(failure(sentence(error)));
    }
    this.#settle(root, module.title);
  }

  /** Fresh markup, or on the first page that which the server has put there. @param {Route} route */
  #markupOf(route) {
    const ready = this.#main.querySelector(":scope > .page");
    let root = ready instanceof HTMLElement ? ready : null;
    if (!root || !this.#first || this.#main.dataset.page !== route.page) {
      root = el("div", { class: "page" });
      root.append(fromTemplate(`page-${route.page}`));
      this.#main.replaceChildren(root);
    }
    this.#main.dataset.page = route.page;
    this.#shell.dataset.layout = route.layout;
    return root;
  }

  /** @param {HTMLElement} root @param {string} title */
  #settle(root, title) {
    this.#shell.dataset.state = "ready";
    this.#app.dispatchEvent(new CustomEvent("page", { detail: { page: this.#main.dataset.page } }));
    if (this.#first) {
      this.#first = false;
      // Nobody has moved yet: the browser reads a page that was just loaded by itself.
      return;
    }
    if (!root.contains(document.activeElement)) {
      focusTitle(root);
    }
    announce(title);
  }

  /** @param {string} reason */
  async #onLocked(reason) {
    for (const dialog of document.querySelectorAll("dialog[open]")) {
      /** @type {HTMLDialogElement} */ (dialog).close("");
    }
    if (reason === "wiped") {
      return; // whoever wipes decides what comes next
    }
    if (reason === "elsewhere") {
      await this.#show(ROUTES.elsewhere, {}, ++this.#turn);
      return;
    }
    history.replaceState({ next: location.pathname }, "", "/unlock");
    await this.#showAddress();
  }

  /** @param {MouseEvent} event */
  #onClick(event) {
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (!(link instanceof HTMLAnchorElement) || event.defaultPrevented || event.button !== 0) {
      return;
    }
    const special = event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (special || link.target || link.hasAttribute("download")) {
      return; // a new tab, a new window, a file
    }
    const url = new URL(link.href);
    const jump = url.hash !== "" && url.pathname === location.pathname;
    if (url.origin === location.origin && !jump && routeOf(url.pathname)) {
      event.preventDefault();
      this.go(url.pathname + url.search);
    }
  }
}

/** @param {string} text */
function failure(text) {
  const again = el("button", { class: "button", text: "Reload", attrs: { type: "button" } });
  again.addEventListener("click", () => location.reload());
  return el("div", { class: "empty" }, el("h1", { text: "This page can't be shown" }), el("p", { text }), again);
}
