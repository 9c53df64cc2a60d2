/** /files: what I share, and with whom. /u/<handle>/files: what somebody shares with me. */

import { Pictures } from "./chat/files/pictures.js";
import { saveAs } from "./chat/files/saving.js";
import { showPicture } from "./chat/files/viewer.js";
import { oneLine } from "./chat/clean_text.js";
import { el } from "./chat/dom.js";
import { watchIncoming } from "./chat/notify.js";
import { icon } from "../ui/icons.js";
import { buttonPart, find, part } from "../ui/dom.js";
import { codeOf } from "../ui/sentences.js";
import { EntryItem } from "./files/entry_item.js";
import { publishDialog } from "./files/publish_dialog.js";
import { readersDialog } from "./files/readers_dialog.js";
import { emptyState, errorState, waitingState } from "./files/states.js";

/** @typedef {import("../ui/app_state.js").App} App */
/** @typedef {import("../ui/routes.js").Params} Params */
/** @typedef {import("../chat/lists/desk.js").ListView} ListView */
/** @typedef {import("../chat/lists/views.js").EntryView} EntryView */

export const title = "Shared files";

/**
 * @param {HTMLElement} root
 * @param {App} app
 * @param {Params} params
 * @returns {Promise<{unmount: () => void, update: (params: Params) => void}>}
 */
export async function mount(root, app, params) {
  const page = new FilesPage(root, app);
  watchIncoming(app);
  page.show(params);
  return { unmount: () => page.close(), update: (next) => page.show(next) };
}

class FilesPage {
  #abort = new AbortController();
  /** Of the list that is shown: its work ends with it. */
  #turn = new AbortController();
  /** @type {Pictures|null} */
  #pictures = null;

  /**
   * @param {HTMLElement} root
   * @param {App} app
   */
  constructor(root, app) {
    if (!app.session) {
      throw new Error("Lists of shared files need an open session.");
    }
    this.root = root;
    this.app = app;
    this.session = app.session;
    /** @type {string|undefined} */
    this.handle = undefined;
    const { signal } = this.#abort;
    buttonPart(root, "again").addEventListener("click", () => this.#load(), { signal });
    buttonPart(root, "publish").addEventListener("click", () => this.#publish(), { signal });
  }

  /** @param {Params} params */
  show({ handle }) {
    this.handle = handle;
    const own = handle === undefined || handle === this.app.shown(this.session.identity.handle);
    const name = own ? "" : oneLine(handle ?? "", 80);
    find(this.root, "h1", HTMLElement).textContent = own ? "Your files" : `Files of ${name}`;
    part(this.root, "own-lead").hidden = !own;
    part(this.root, "lead").hidden = own;
    part(this.root, "lead-name").textContent = name;
    part(this.root, "write").setAttribute("href", `/chat/${encodeURIComponent(handle ?? "")}`);
    part(this.root, "write").hidden = own;
    part(this.root, "publish").hidden = !own;
    this.#drawPeople(own);
    this.#load();
  }

  close() {
    this.#abort.abort();
    this.#turn.abort();
    this.#pictures?.close();
  }

  async #load() {
    this.#turn.abort();
    this.#pictures?.close();
    const turn = (this.#turn = new AbortController());
    this.#draw([], waitingState("Checking the list…"));
    buttonPart(this.root, "again").disabled = true;
    try {
      const list = await this.session.lists.of(this.handle);
      if (!turn.signal.aborted) {
        this.#drawList(list, turn.signal);
      }
    } catch (error) {
      if (!turn.signal.aborted) {
        this.#draw([], errorState(error));
        this.app.announce("The list can't be shown.");
      }
    } finally {
      if (!turn.signal.aborted) {
        buttonPart(this.root, "again").disabled = false;
      }
    }
  }

  /** @param {ListView} list @param {AbortSignal} signal */
  #drawList(list, signal) {
    /** @type {Map<string, EntryItem>} */
    const items = new Map();
    const now = new Date();
    const pictures = new Pictures(async (key) => {
      const [id, which] = key.split(" ");
      return /** @type {EntryItem} */ (items.get(id)).picture(which === "whole" ? which : "small");
    });
    this.#pictures = pictures;
    const command = `kez-chat fetch ${list.title}/`;
    for (const entry of list.entries) {
      const item = new EntryItem(entry, { own: list.own, command, now, shown: (handle) => this.#shown(handle) }, {
        fetch: (progress) => this.session.lists.fetch(entry, { progress, signal }),
        thumbnail: () => this.session.lists.thumbnail(entry, signal),
        save: (bytes) => saveAs(bytes, entry.name),
        urlOf: (which) => pictures.urlOf(`${entry.id} ${which}`),
        view: (url, bytes) =>
          showPicture({ name: entry.name, size: entry.size, url, save: () => saveAs(bytes, entry.name) }),
        copy: (text) => this.#copy(text),
        readers: () => this.#changeReaders(entry),
        say: (text) => this.app.announce(text),
      });
      items.set(entry.id, item);
    }
    const refused = list.refused.length ? this.#refused(list) : null;
    const shown = [...items.values()];
    this.#draw(shown.map(({ element }) => element), shown.length ? refused : refused ?? emptyState(list));
    this.app.announce(shown.length === 1 ? "1 file" : `${shown.length} files`);
    this.#showThumbnails(shown, signal);
  }

  /** One after the other: nobody waits for them. @param {EntryItem[]} items @param {AbortSignal} signal */
  async #showThumbnails(items, signal) {
    for (const item of items) {
      if (signal.aborted) {
        return;
      }
      await item.showThumbnail();
    }
  }

  /** @param {ListView} list */
  #refused({ refused, own, title: whose }) {
    const what = refused.length === 1 ? "One entry" : `${refused.length} entries`;
    const by = own ? "of your list" : `that ${whose} made for you`;
    const why = oneLine(refused[0], 200);
    const text = `${what} ${by} can't be read here: ${why} A newer version of this app may be needed.`;
    return el("p", { class: "notice warn" }, icon("alert"), el("span", { text }));
  }

  /** @param {HTMLElement[]} items @param {HTMLElement|null} state */
  #draw(items, state) {
    part(this.root, "list").replaceChildren(...items);
    part(this.root, "state").replaceChildren(...(state ? [state] : []));
  }

  async #publish() {
    const people = this.session.contacts().filter(({ blocked }) => !blocked);
    const name = await publishDialog({ lists: this.session.lists, people });
    if (name !== null) {
      this.app.toast(`${oneLine(name, 80)} is on your list.`, { kind: "ok" });
      this.#load();
    }
  }

  /** @param {EntryView} entry */
  async #changeReaders(entry) {
    const contacts = this.session.contacts().filter(({ blocked }) => !blocked);
    const others = (entry.readers ?? []).filter(({ peer }) => !contacts.some((contact) => contact.peer === peer));
    const people = [...contacts, ...others.map(({ peer, handle }) => ({ peer, title: this.#shown(handle) }))];
    const set = (/** @type {string[]} */ peers) => this.session.lists.setReaders(entry, peers);
    if (await readersDialog(entry, { people, set })) {
      this.#load();
    }
  }

  /** Where to look at what others share. @param {boolean} own */
  #drawPeople(own) {
    const people = own ? this.session.contacts().filter(({ blocked }) => !blocked) : [];
    part(this.root, "people").hidden = people.length === 0;
    part(this.root, "people-list").replaceChildren(
      ...people.map(({ title: name }) =>
        el("li", {}, el("a", { text: oneLine(name, 80), attrs: { href: `/u/${encodeURIComponent(name)}/files` } })),
      ),
    );
  }

  /** A full handle as it is called here. @param {string} handle */
  #shown(handle) {
    const [local, server] = handle.split("@");
    return this.app.shown({ local, server });
  }

  /** @param {string} text */
  async #copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.app.toast("The command is copied.", { kind: "ok" });
    } catch (error) {
      this.app.toast(codeOf(error) || "The browser does not let this page copy.", { kind: "warn" });
    }
  }
}
