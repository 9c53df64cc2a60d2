/** The line above the page that says when there is no connection, and what that means. */

import { el, find } from "./dom.js";
import { icon } from "./icons.js";

/** A connection that comes back within this time was never worth a word. */
const PATIENCE_MS = 2_000;

/**
 * @param {import("./app_state.js").App} app
 */
export function startBanner(app) {
  const place = find(document, "#connection", HTMLElement);
  const shell = find(document, "#shell", HTMLElement);
  /** @type {import("../chat/session.js").ChatSession|null} */
  let heard = null;
  let timer = 0;
  let shown = "";

  const draw = () => {
    const connection = app.session?.connection;
    const text = connection ? textOf(connection) : "";
    if (text === shown) {
      return;
    }
    shown = text;
    place.replaceChildren();
    if (connection && text) {
      place.append(line(text, connection.state, app));
    }
  };
  const update = () => {
    clearTimeout(timer);
    const state = app.session?.connection.state;
    shell.dataset.connection = state ?? "none";
    if (shown || state === "refused") {
      draw();
    } else if (state && state !== "online") {
      timer = window.setTimeout(draw, PATIENCE_MS);
    }
  };
  app.addEventListener("session", () => {
    heard?.removeEventListener("connection", update);
    heard = app.session;
    heard?.addEventListener("connection", update);
    update();
  });
}

/** @param {import("../chat/types.js").Connection} connection */
function textOf({ state, reason }) {
  if (state === "online") {
    return "";
  }
  if (state === "refused") {
    return reason?.message ?? "The server refuses the connection.";
  }
  if (state === "connecting") {
    return "Connecting…";
  }
  return "No connection. What you write waits here and goes out by itself.";
}

/** @param {string} text @param {string} state @param {import("./app_state.js").App} app */
function line(text, state, app) {
  const looks = state === "refused" ? "banner-line danger" : "banner-line";
  const shown = el("div", { class: looks }, icon(state === "refused" ? "block" : "offline"), el("span", { text }));
  if (state === "offline") {
    const again = el("button", { class: "button quiet small", text: "Try now", attrs: { type: "button" } });
    again.addEventListener("click", () => app.session?.reconnect());
    shown.append(again);
  }
  return shown;
}
