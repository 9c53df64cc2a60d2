/** /chat and /chat/<handle>: the list of conversations, and one of them open. */

import { buttonPart, find, part } from "../ui/dom.js";
import { sentence } from "../ui/sentences.js";
import { pathOf, peerOf } from "./chat/addresses.js";
import { showBacklog } from "./chat/backlog.js";
import { nameOf } from "./chat/conversation_item.js";
import { ConversationList } from "./chat/conversation_list.js";
import { ConversationPane } from "./chat/conversation_pane.js";
import { emojiPicker } from "./chat/emoji_picker.js";
import { chatKeys } from "./chat/keys.js";
import { areNotificationsOn, toggleNotifications, watchIncoming } from "./chat/notify.js";
import { placeBeside } from "./chat/popovers.js";
import { PresenceBook } from "./chat/presence.js";
import { searchField } from "./chat/search.js";
import { askForHandle } from "./chat/start_dialog.js";

/** @typedef {import("../ui/app_state.js").App} App */
/** @typedef {import("../ui/routes.js").Params} Params */
/** @typedef {import("../chat/types.js").EventDetails} EventDetails */

export const title = "Chats";

/**
 * @param {HTMLElement} root
 * @param {App} app
 * @param {Params} params
 * @returns {Promise<{unmount: () => void, update: (params: Params) => void}>}
 */
export async function mount(root, app, params) {
  const page = new ChatPage(root, app);
  watchIncoming(app);
  page.show(params, { first: true });
  return { unmount: () => page.abort.abort(), update: (next) => page.show(next, { first: false }) };
}

class ChatPage {
  /**
   * @param {HTMLElement} root
   * @param {App} app
   */
  constructor(root, app) {
    if (!app.session) {
      throw new Error("The chat needs an open session.");
    }
    this.root = root;
    this.app = app;
    this.session = app.session;
    this.abort = new AbortController();
    /** @type {string|undefined} a message to go to once its conversation is open */
    this.jumpTo = undefined;
    /** @type {string|undefined} the handle that is being looked up */
    this.lookingUp = undefined;
    const { signal } = this.abort;
    const presence = new PresenceBook(this.session, (peer) => this.#refresh([peer]), signal);
    const presenceOf = (/** @type {string} */ peer) => presence.of(peer);
    this.list = new ConversationList(part(root, "lists"), {
      conversations: () => this.session.conversations(), presenceOf, signal,
    });
    this.pane = new ConversationPane(root, app, this.session, {
      presenceOf, signal, moved: (peer) => this.#moved(peer),
    });
    this.search = searchField(part(root, "side"), {
      people: () => this.#everybody(),
      find: (words, options) => this.session.search(words, options),
      signal,
    });
    this.#listen(signal);
    this.#tools(signal);
  }

  /**
   * @param {Params} params
   * @param {{first: boolean}} options
   */
  show({ handle }, { first }) {
    const { jumpTo } = this;
    this.jumpTo = undefined;
    part(this.root, "chat").dataset.screen = handle === undefined ? "list" : "conversation";
    if (handle === undefined) {
      const had = this.pane.peer !== null;
      this.pane.close();
      this.#nameWindow("");
      this.list.setOpen(null);
      if (had && !first) {
        this.#focusSide();
      }
      return;
    }
    const peer = peerOf(handle, {
      server: this.app.config.server,
      conversations: () => this.session.conversations(),
      contacts: () => this.session.contacts(),
    });
    if (peer === null || !this.session.conversation(peer)) {
      this.#meet(handle);
      return;
    }
    this.#open(peer, { jumpTo, focus: !jumpTo });
  }

  /**
   * @param {string} peer
   * @param {{jumpTo?: string, focus: boolean}} options
   */
  #open(peer, options) {
    this.pane.open(peer, options);
    this.list.setOpen(peer);
    const summary = this.session.conversation(peer);
    this.#nameWindow(summary ? nameOf(summary) : "");
  }

  /** An address that names somebody new: look them up, as after a click on "Write to bob". @param {string} handle */
  async #meet(handle) {
    this.pane.close();
    this.lookingUp = handle;
    try {
      const contact = await this.session.meet(handle);
      if (this.lookingUp === handle && !this.abort.signal.aborted) {
        this.app.go(pathOf(contact), { replace: true });
      }
    } catch (error) {
      if (this.lookingUp === handle && !this.abort.signal.aborted) {
        this.app.toast(sentence(error), { kind: "danger" });
        this.app.go("/chat", { replace: true });
      }
    }
  }

  /** The conversation goes on under another key. @param {string} peer */
  #moved(peer) {
    const summary = this.session.conversation(peer);
    if (summary) {
      this.#open(peer, { focus: true });
      this.app.toast(`The new key of ${nameOf(summary)} is used from now on. It counts as not compared.`);
    }
  }

  /** Conversations, and contacts without one. */
  #everybody() {
    const all = this.session.conversations();
    const peers = new Set(all.map((one) => one.peer));
    const others = this.session.contacts().filter((one) => !peers.has(one.peer))
      .map((one) => this.session.conversation(one.peer));
    return [...all, ...others.filter((one) => one !== undefined)];
  }

  /** @param {string} given */
  async startConversation(given = "") {
    const contact = await askForHandle({
      server: this.app.config.server, given, meet: (handle) => this.session.meet(handle),
    });
    if (contact) {
      this.search.clear();
      this.app.go(pathOf(contact));
    }
  }

  /** @param {string[]} peers */
  #refresh(peers) {
    this.list.draw();
    if (this.pane.peer !== null && peers.includes(this.pane.peer)) {
      if (this.pane.summary) {
        this.pane.refresh();
      } else {
        this.app.go("/chat", { replace: true });
      }
    }
  }

  /** @param {AbortSignal} signal */
  #listen(signal) {
    const { session, root } = this;
    on(session, "conversations", ({ peers }) => this.#refresh(peers), signal);
    on(session, "messages", (news) => this.pane.take(news), signal);
    on(session, "transfer", (news) => this.pane.files?.progress(news), signal);
    on(session, "backlog", (news) => showBacklog(part(root, "backlog"), news), signal);
    on(session, "warning", ({ code, text, peer }) => {
      // What the open conversation says itself, with more room, is not said twice.
      if (code !== "key_changed" || peer !== this.pane.peer) {
        this.app.toast(text, { kind: "warn" });
      }
    }, signal);
    part(root, "side").addEventListener("click", (event) => {
      const link = event.target instanceof Element ? event.target.closest("[data-message]") : null;
      if (link instanceof HTMLElement) {
        this.jumpTo = link.dataset.message;
      }
    }, { signal });
  }

  /** @param {AbortSignal} signal */
  #tools(signal) {
    const { root, app } = this;
    for (const name of ["start", "start-first"]) {
      buttonPart(root, name).addEventListener("click", () => this.startConversation(), { signal });
    }
    const own = app.shown(this.session.identity.handle);
    part(root, "own-profile").setAttribute("href", `/u/${encodeURIComponent(own)}`);
    const bell = buttonPart(root, "notify");
    const drawBell = () => bell.setAttribute("aria-pressed", String(areNotificationsOn(app)));
    drawBell();
    bell.addEventListener("click", async () => {
      await toggleNotifications(app);
      drawBell();
    }, { signal });
    const picker = part(root, "emoji-picker");
    const opener = buttonPart(root, "emoji");
    emojiPicker(picker, opener, {
      signal,
      onOpen: () => placeBeside(picker, opener, { above: true }),
      onPick: (emoji) => {
        picker.hidePopover();
        this.pane.composer.insert(emoji);
      },
    });
    chatKeys(root, {
      search: () => this.search.focus(),
      leave: () => this.#leave(),
      neighbour: (step) => this.#goToNeighbour(step),
    }, signal);
    if (/mac|iphone|ipad/i.test(navigator.platform)) {
      part(root, "search-key").textContent = "⌘ K";
    }
  }

  /** Escape: out of the conversation; on a phone that is the list's screen, else the focus goes to the list. */
  #leave() {
    if (this.pane.peer === null) {
      return;
    }
    if (part(this.root, "side").checkVisibility()) {
      this.#focusSide();
    } else {
      this.app.go("/chat");
    }
  }

  /** The open conversation in the list; the search field where its results stand in the list's place. */
  #focusSide() {
    if (!this.list.focus()) {
      this.search.focus();
    }
  }

  /** @param {1|-1} step */
  #goToNeighbour(step) {
    const peer = this.list.neighbour(step);
    const summary = peer === undefined ? undefined : this.session.conversation(peer);
    if (summary) {
      this.app.go(pathOf(summary));
    }
  }

  /** @param {string} name */
  #nameWindow(name) {
    const unread = /^\(\d+\+?\) /.exec(document.title)?.[0] ?? "";
    document.title = `${unread}${name || title} · ${this.app.config.server}`;
    find(this.root, "h1", HTMLElement).textContent = name ? `Chat with ${name}` : title;
  }
}

/**
 * @template {keyof EventDetails} Name
 * @param {EventTarget} session
 * @param {Name} name
 * @param {(detail: EventDetails[Name]) => void} act
 * @param {AbortSignal} signal
 */
function on(session, name, act, signal) {
  session.addEventListener(name, (event) => {
    act(/** @type {CustomEvent<EventDetails[Name]>} */ (event).detail);
  }, { signal });
}
