/** What the buttons, the menu and the keys of a message do in the open conversation. */

import { part } from "../../ui/dom.js";
import { mayWrite } from "./notices.js";

/** @typedef {import("./conversation_pane.js").ConversationPane} ConversationPane */
/** @typedef {import("../../chat/types.js").MessageView} MessageView */

/**
 * @param {ConversationPane} pane
 * @returns {import("./message_actions.js").Acts}
 */
export function actsOf(pane) {
  const { session, app, root } = pane;
  const peer = () => pane.peer ?? "";
  const copy = (/** @type {string} */ text) => pane.run(async () => {
    await navigator.clipboard.writeText(text);
    app.toast("Copied.", { kind: "ok" });
  });
  const remove = (/** @type {MessageView} */ message, /** @type {string} */ words) => pane.run(async () => {
    await session.deleteLocally(peer(), message.id);
    app.announce(words);
  });
  return {
    find: (key) => pane.thread?.model.byKey.get(key),
    reply: (message) => {
      pane.composer.answer(message, message.mine ? "You" : part(root, "peer-name").textContent ?? "");
      pane.composer.focus();
    },
    copy: (message) => copy(message.text),
    remove: (message) => remove(message, "Deleted."),
    report: (message) => pane.report(message.id),
    retry: (message) => pane.run(() => session.retry(peer(), message.id)),
    files: {
      view: (message) => pane.run(async () => pane.files?.view(message)),
      save: (message) => pane.run(async () => pane.files?.save(message)),
      fetch: (message) => pane.run(() => session.files.fetch(peer(), message.id)),
      cancel: (message) => remove(message, "It is not sent."),
      copyCommand: (message) => copy(pane.files?.commandFor(message) ?? ""),
    },
    jump: async (key) => {
      if (!(await pane.thread?.jumpTo(key))) {
        app.toast("That message is not here any more.");
      }
    },
    move: (step) => pane.thread?.rows.moveFocus(step),
    mayReport: (message) => !message.mine && ["text", "file", "unknown"].includes(message.kind) && Boolean(pane.summary?.handle),
    mayReply: () => Boolean(pane.summary && mayWrite(pane.summary)),
    maySave: (message) => Boolean(message.file?.here && (message.mine || !pane.files?.isHeld())),
  };
}
