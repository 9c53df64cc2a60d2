/** What goes out of the open conversation: the files in the tray, then the text. */

import { ChatError } from "../../chat/errors.js";
import { part } from "../../ui/dom.js";
import { oneLine } from "./clean_text.js";
import { picking } from "./files/picking.js";
import { Tray } from "./files/tray.js";
import { mayWrite } from "./notices.js";
import { pickingParts } from "./pane_parts.js";

/** @typedef {import("./conversation_pane.js").ConversationPane} ConversationPane */

export class PaneSending {
  /** @type {Map<string, Promise<unknown>>} what is on its way into the store, for each peer */
  #lines = new Map();

  /** @param {ConversationPane} pane @param {AbortSignal} signal */
  constructor(pane, signal) {
    const { root, session, app } = pane;
    const refused = (/** @type {string} */ sentence) => app.toast(sentence, { kind: "danger" });
    this.pane = pane;
    this.tray = new Tray({
      list: part(root, "tray"),
      note: part(root, "tray-note"),
      send: (peer, file, options) => session.files.send(peer, file, options),
      changed: () => pane.composer?.fit(),
      nameOf: (peer) => nameForCommands(session, peer),
      refused,
    });
    picking(pickingParts(root), {
      mayTake: () => Boolean(pane.summary && mayWrite(pane.summary)),
      take: (files) => {
        this.tray.add(pane.peer ?? "", files);
        pane.composer.focus();
      },
      refused,
    }, signal);
    signal.addEventListener("abort", () => this.tray.close());
  }

  /**
   * Send the files that wait, then the text, if there is one. Rejects where not all of it could be stored.
   *
   * @param {string} text
   * @param {string|undefined} replyTo
   */
  async send(text, replyTo) {
    const { peer, session } = this.pane;
    if (peer === null) {
      return;
    }
    // What is written with files stands below them, also while an earlier press of Send is still at work.
    const before = this.#lines.get(peer) ?? Promise.resolve();
    const line = before.catch(() => undefined).then(async () => {
      const all = await this.tray.send(peer);
      if (text.trim() === "") {
        return;
      }
      if (!all) {
        throw new ChatError("file_not_stored");
      }
      await session.send(peer, text, replyTo === undefined ? {} : { replyTo });
    });
    this.#lines.set(peer, line);
    await line;
  }
}

/**
 * Somebody's name as the command line knows it.
 *
 * @param {import("../../chat/session.js").ChatSession} session
 * @param {string} peer
 */
export function nameForCommands(session, peer) {
  const summary = session.conversation(peer);
  return summary?.handle ? oneLine(summary.title, 80) : peer;
}
