/**
 * One open conversation: head, notices, thread and composer, fed by the engine's news.
 */

import { part } from "../../ui/dom.js";
import { sentence } from "../../ui/sentences.js";
import { Composer } from "./composer.js";
import { drawPeer, nameOf } from "./conversation_item.js";
import { showDetails } from "./details.js";
import { isWatched } from "./dom.js";
import { FilePlace } from "./files/place.js";
import { messageActions } from "./message_actions.js";
import { mayWrite, noticesKey, noticesOf } from "./notices.js";
import { actsOf } from "./pane_acts.js";
import { composerParts, speak, statusOf, threadParts } from "./pane_parts.js";
import { PaneSending, nameForCommands } from "./pane_sending.js";
import { fillSkeleton } from "./rows_view.js";
import { report } from "./report_dialog.js";
import { Thread } from "./thread.js";
import { UNOPENED } from "../../chat/types.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */
/** @typedef {import("../../chat/types.js").Summary} Summary */
/** @typedef {import("../../ui/app_state.js").App} App */
/** @typedef {{peer: string, added: MessageView[], changed: MessageView[], removed: string[]}} News */

export class ConversationPane {
  /**
   * @param {HTMLElement} root the page
   * @param {App} app
   * @param {import("../../chat/session.js").ChatSession} session
   * @param {{presenceOf: (peer: string) => {typing: boolean, online: boolean}, moved: (peer: string) => void,
   *   signal: AbortSignal}} options
   */
  constructor(root, app, session, { presenceOf, moved, signal }) {
    this.root = root;
    this.app = app;
    this.session = session;
    this.presenceOf = presenceOf;
    this.moved = moved;
    /** @type {string|null} */
    this.peer = null;
    /** @type {Thread|null} */
    this.thread = null;
    /** @type {FilePlace|null} */
    this.files = null;
    this.drawnNotices = "";
    this.reading = false;
    this.sending = new PaneSending(this, signal);
    this.composer = new Composer(composerParts(root), {
      send: (text, replyTo) => this.sending.send(text, replyTo),
      hasFiles: () => this.sending.tray.isFull,
      draft: (text) => this.peer && this.run(() => session.setDraft(/** @type {string} */ (this.peer), text)),
      typing: () => this.peer && session.typing(this.peer),
      lookUp: () => this.thread?.rows.moveFocus(0),
      refused: (error) => app.toast(sentence(error), { kind: "danger" }),
    }, signal);
    messageActions(part(root, "scroller"), part(root, "menu"), actsOf(this), signal);
    fillSkeleton(part(root, "skeleton"));
    for (const name of ["peer", "details"]) {
      part(root, name).addEventListener("click", () => this.showDetails(), { signal });
    }
    signal.addEventListener("abort", () => this.close());
  }

  /**
   * @param {string} peer
   * @param {{jumpTo?: string, focus: boolean}} options
   */
  async open(peer, { jumpTo, focus }) {
    if (peer !== this.peer) {
      this.close();
      const summary = this.session.conversation(peer);
      if (!summary) {
        return;
      }
      this.peer = peer;
      this.session.attend(peer);
      part(this.root, "nothing-open").hidden = true;
      part(this.root, "conversation").hidden = false;
      this.composer.start(summary.draft);
      this.sending.tray.show(peer);
      this.#openThread(summary);
      this.refresh();
      if (focus) {
        this.focus();
      }
      await this.opening;
    }
    if (jumpTo && this.peer === peer && !(await this.thread?.jumpTo(jumpTo))) {
      this.app.toast("That message is not here any more.");
    }
  }

  close() {
    if (this.peer === null) {
      return;
    }
    this.composer.stop();
    this.thread?.close();
    this.files?.close();
    this.thread = this.files = this.peer = null;
    this.sending.tray.show(null);
    this.session.attend(null);
    part(this.root, "nothing-open").hidden = false;
    part(this.root, "conversation").hidden = true;
    part(this.root, "speaker").replaceChildren();
  }

  /** The field where something is written, or else the messages. */
  focus() {
    const { summary } = this;
    if (summary && mayWrite(summary) && window.matchMedia("(hover: hover)").matches) {
      this.composer.focus();
    } else {
      part(this.root, "scroller").focus({ preventScroll: true });
    }
  }

  get summary() {
    return this.peer === null ? undefined : this.session.conversation(this.peer);
  }

  /** Draw the head, the notices and whether something may be written. */
  refresh() {
    const { root, summary } = this;
    if (!summary) {
      return;
    }
    const presence = this.presenceOf(summary.peer);
    drawPeer(part(root, "peer-avatar"), summary);
    part(root, "peer-name").textContent = nameOf(summary);
    part(root, "peer-verified").hidden = !summary.verified;
    part(root, "peer").classList.toggle("online", presence.online);
    part(root, "peer-status").textContent = statusOf(summary, presence);
    part(root, "typing").textContent = presence.typing ? `${nameOf(summary)} is writing…` : "";
    part(root, "scroller").setAttribute("aria-label", `Messages with ${nameOf(summary)}`);
    part(root, "thread-empty-text").textContent = `Say hello to ${nameOf(summary)}. Only the two of you can read it.`;
    part(root, "peer").classList.toggle("known", summary.peer !== UNOPENED);
    part(root, "details").hidden = summary.peer === UNOPENED;
    if (this.#drawNotices(summary)) {
      this.thread?.draw(); // files of strangers can be opened once they are none
    }
    this.thread?.noteSeen();
  }

  /** @param {News} news */
  take(news) {
    if (news.peer !== this.peer) {
      return;
    }
    this.thread?.take(news);
    const summary = this.summary;
    if (summary && this.thread?.loaded) {
      speak(part(this.root, "speaker"), nameOf(summary), news.added.filter((message) => !message.mine));
    }
  }

  async showDetails() {
    const { summary } = this;
    if (summary && summary.peer !== UNOPENED) {
      await showDetails(this.session, summary, () => this.report(null));
    }
  }

  /** Asks what to tell the operators about this person. @param {string|null} message that is to be opened to them */
  report(message) {
    const { summary } = this;
    return summary ? this.run(() => report(this.app, this.session, summary, message)) : Promise.resolve();
  }

  /**
   * Do something that may be refused; the person is told then.
   *
   * @param {() => Promise<unknown>} work
   */
  async run(work) {
    try {
      await work();
    } catch (error) {
      this.app.toast(sentence(error), { kind: "danger" });
    }
  }

  /** @param {Summary} summary */
  #openThread({ peer, unread, title }) {
    const { identity } = this.session;
    const { server } = this.app.config;
    this.files = new FilePlace({
      peer,
      handle: nameForCommands(this.session, peer),
      files: this.session.files,
      isHeld: () => this.session.conversation(peer)?.request ?? false,
      announce: (words) => this.app.announce(words),
    });
    this.thread = new Thread(threadParts(this.root), {
      load: (wanted) => this.session.messages(peer, wanted),
      fetch: (id) => this.session.message(peer, id),
      unread,
      onSeen: () => this.#seen(),
      surroundings: {
        ownServer: server,
        ownName: this.app.shown(identity.handle),
        peerName: nameOf({ peer, title }),
        canReopen: peer === UNOPENED,
        files: this.files,
      },
    });
    const { thread } = this;
    this.opening = this.run(() => thread.open());
  }

  /** Somebody looks at the newest message. A request stays unread until it is accepted, then its sender learns it. */
  #seen() {
    const { summary } = this;
    if (!summary || summary.unread === 0 || summary.request || this.reading || !isWatched()) {
      return;
    }
    this.reading = true;
    this.run(() => this.session.markRead(summary.peer)).finally(() => {
      this.reading = false;
    });
  }

  /** @param {Summary} summary @returns {boolean} whether they have changed */
  #drawNotices(summary) {
    const key = noticesKey(summary);
    const form = part(this.root, "composer");
    const isNew = key !== this.drawnNotices;
    if (isNew) {
      this.drawnNotices = key;
      const place = part(this.root, "notices");
      const had = place.contains(document.activeElement);
      place.replaceChildren(...noticesOf(this.session, summary, {
        run: (work) => this.run(work),
        moved: this.moved,
      }));
      form.hidden = !mayWrite(summary);
      if (had) {
        this.focus();
      }
    }
    return isNew;
  }
}
