/**
 * Which page an address shows.
 *
 * @typedef {import("./app_state.js").App} App
 * @typedef {{handle?: string}} Params
 * @typedef {(() => void)|{unmount: () => void, update?: (params: Params) => void}} Mounted
 *
 * A page's module. `root` holds the page's markup already. What `mount` gives back ends the page; with `update` the
 * page stays when only the parameters change (/chat/alice to /chat/bob).
 * @typedef {{title: string, mount: (root: HTMLElement, app: App, params: Params) => Promise<Mounted>}} PageModule
 *
 * @typedef {object} Route
 * @property {string} page  name of its template and module
 * @property {boolean} unlocked  needs an unlocked identity
 * @property {"column"|"full"|"bare"} layout  full: as high as the window; bare: without the navigation
 * @property {() => Promise<PageModule>} load
 */

/** @type {Record<string, Route>} */
export const ROUTES = {
  join: { page: "join", unlocked: false, layout: "bare", load: () => import("../pages/join.js") },
  restore: { page: "restore", unlocked: false, layout: "bare", load: () => import("../pages/restore.js") },
  unlock: { page: "unlock", unlocked: false, layout: "bare", load: () => import("../pages/unlock.js") },
  elsewhere: { page: "elsewhere", unlocked: false, layout: "bare", load: () => import("../pages/elsewhere.js") },
  chat: { page: "chat", unlocked: true, layout: "full", load: () => import("../pages/chat.js") },
  contacts: { page: "contacts", unlocked: true, layout: "column", load: () => import("../pages/contacts.js") },
  files: { page: "files", unlocked: true, layout: "column", load: () => import("../pages/files.js") },
  settings: { page: "settings", unlocked: true, layout: "column", load: () => import("../pages/settings.js") },
};

/**
 * @param {string} path of an address, without query
 * @returns {{route: Route, params: Params}|null} null: not one of the app's pages
 */
export function routeOf(path) {
  const [name, ...more] = path.replace(/^\//u, "").replace(/\/$/u, "").split("/");
  if (name === "u" && more.length === 2 && more[1] === "files") {
    return { route: ROUTES.files, params: { handle: decoded(more[0]) } };
  }
  if (!Object.hasOwn(ROUTES, name) || name === "elsewhere") {
    return null;
  }
  if (more.length === 0) {
    return { route: ROUTES[name], params: {} };
  }
  if (name === "chat" && more.length === 1) {
    return { route: ROUTES.chat, params: { handle: decoded(more[0]) } };
  }
  return null;
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray %; what it means is the page's question
  }
}

/** Load every page now, so that nothing has to be fetched later: not while the words are shown, and not offline. */
export function loadAll() {
  return Promise.allSettled(Object.values(ROUTES).map((route) => route.load()));
}
