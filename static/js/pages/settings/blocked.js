/** Whom this handle has blocked. */

import { drawAvatar } from "../../ui/avatar.js";
import { find, part } from "../../ui/dom.js";
import { sentence } from "../../ui/sentences.js";

/** @typedef {import("../../ui/app_state.js").App} App */
/** @typedef {{peer: string, title: string}} Person */

/** @param {HTMLElement} section @param {App} app */
export function mountBlocked(section, app) {
  const list = part(section, "blocked");
  const row = find(section, 'template[data-part="blocked-row"]', HTMLTemplateElement);

  /** @param {Person} person */
  const rowOf = (person) => {
    const made = find(/** @type {DocumentFragment} */ (document.importNode(row.content, true)), "li", HTMLLIElement);
    drawAvatar(find(made, ".avatar", HTMLElement), { name: person.title, primary: person.peer });
    find(made, ".plain-name", HTMLElement).textContent = person.title;
    const button = find(made, "button", HTMLButtonElement);
    button.setAttribute("aria-label", `Unblock ${person.title}`);
    button.addEventListener("click", async () => {
      button.disabled = true;
      try {
        await app.session?.unblock(person.peer);
        app.toast(`${person.title} can write to you again.`, { kind: "ok" });
      } catch (error) {
        app.toast(sentence(error), { kind: "danger" });
      }
      draw();
    });
    return made;
  };
  const draw = () => {
    const blocked = blockedOf(app);
    part(section, "nobody").hidden = blocked.length > 0;
    list.replaceChildren(...blocked.map(rowOf));
  };
  let heard = app.session;
  const listen = () => {
    heard?.removeEventListener("conversations", draw);
    heard = app.session;
    heard?.addEventListener("conversations", draw);
    draw();
  };
  listen();
  app.addEventListener("session", listen);
  return () => {
    app.removeEventListener("session", listen);
    heard?.removeEventListener("conversations", draw);
  };
}

/** Those with a conversation, and contacts without one. @param {App} app @returns {Person[]} */
function blockedOf(app) {
  const people = [...(app.session?.conversations() ?? []), ...(app.session?.contacts() ?? [])];
  const found = new Map(people.filter(({ blocked }) => blocked).map((each) => [each.peer, each]));
  return [...found.values()];
}
