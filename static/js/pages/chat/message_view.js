/**
 * One row of a thread: what stands above it, the bubble or the remark, and what can be done with it.
 */

import { neutralise, oneLine } from "./clean_text.js";
import { el, spoken } from "./dom.js";
import { icon } from "../../ui/icons.js";
import { isSpoken, keyOf } from "./rows.js";
import { stateSign } from "./states.js";
import { textView } from "./text_view.js";
import { clockTime, dayLabel, fullTime } from "./times.js";

/** @typedef {import("../../chat/types.js").MessageView} MessageView */
/** @typedef {import("./rows.js").Row} Row */

/**
 * @typedef {object} Surroundings
 * @property {string} ownServer
 * @property {string} ownName
 * @property {string} peerName
 * @property {boolean} canReopen whether a sealed one can be tried again
 * @property {(id: string) => MessageView|null|undefined} find a quoted message; undefined: not known (yet)
 * @property {import("./files/place.js").FilePlace} files
 */

const ALARMING = new Set(["fork", "chain_differs", "name_unverified"]);

/**
 * Everything that a row's looks depend on; a row whose text here stays the same is not built again.
 *
 * @param {Row} row
 * @param {Surroundings} around
 * @param {Date} now
 */
export function looksOf(row, around, now) {
  const { message } = row;
  const quoted = message.replyTo ? around.find(message.replyTo) : null;
  return JSON.stringify([
    message.kind, message.state, message.cause, message.text, message.notices, row.first, row.last, row.startsUnread,
    message.file && around.files.looksOf(message), row.startsDay ? dayLabel(message.at, now) : "", quoted === null, quoted?.id, quoted?.text, around.peerName, around.canReopen,
  ]);
}

/**
 * @param {Row} row
 * @param {Surroundings} around
 * @param {Date} now
 * @returns {HTMLLIElement}
 */
export function messageRow(row, around, now) {
  const { message } = row;
  const item = el("li", {
    class: ["message", message.mine ? "mine" : "theirs", row.first ? "first" : "", row.last ? "last" : ""]
      .filter(Boolean).join(" "),
    attrs: { "data-id": keyOf(message), "data-kind": message.kind, "data-state": message.state, tabindex: -1 },
  });
  if (row.startsDay) {
    item.append(el("div", { class: "day" }, el("span", { text: dayLabel(message.at, now) })));
  }
  if (row.startsUnread) {
    item.append(el("div", { class: "unread-line" }, el("span", { text: "New messages" })));
  }
  for (const notice of message.notices) {
    item.append(remark(ALARMING.has(notice.code) ? "alert" : "info", notice.text));
  }
  if (isSpoken(message)) {
    item.append(el("div", { class: "said" }, bubble(row, around), tools(message)), ...failure(message));
  } else {
    item.append(placeholder(message, around));
  }
  return item;
}

/**
 * A line between messages that nobody wrote.
 *
 * @param {string} sign
 * @param {string} text
 */
function remark(sign, text) {
  const looks = sign === "alert" ? "remark alarming" : "remark";
  return el("p", { class: looks }, icon(sign), el("span", { text: oneLine(text) }));
}

/**
 * @param {Row} row
 * @param {Surroundings} around
 */
function bubble({ message }, around) {
  return el(
    "article",
    { class: "bubble" },
    spoken(`${message.mine ? "You" : around.peerName}: `),
    message.replyTo ? quote(message.replyTo, around) : null,
    content(message, around),
    el(
      "footer",
      { class: "meta" },
      el("time", {
        text: clockTime(message.at),
        attrs: { datetime: message.at.toISOString(), title: fullTime(message.at) },
      }),
      message.mine ? stateSign(message.state) : null,
    ),
  );
}

/**
 * @param {MessageView} message
 * @param {Surroundings} around
 */
function content(message, around) {
  if (message.kind === "file") {
    return around.files.contentOf(message);
  }
  if (message.kind === "unknown") {
    return standIn("refresh", "A newer client is needed", "This kind of message can't be shown here yet.");
  }
  return textView(message.text, around.ownServer, around.ownName);
}

/**
 * @param {string} sign
 * @param {string} title
 * @param {string} hint
 */
function standIn(sign, title, hint) {
  return el(
    "div",
    { class: "stand-in" },
    icon(sign),
    el("div", {}, el("b", { text: title, attrs: { dir: "auto" } }), el("p", { text: hint })),
  );
}

/**
 * @param {string} id
 * @param {Surroundings} around
 */
function quote(id, around) {
  const quoted = around.find(id);
  if (!quoted) {
    return el("p", {
      class: "quote",
      text: quoted === null ? "The message it answers is not here." : "In reply to an earlier message.",
    });
  }
  return el(
    "button",
    { class: "quote", attrs: { type: "button", "data-action": "jump", "data-target": keyOf(quoted) } },
    el("b", { text: quoted.mine ? "You" : around.peerName }),
    spoken(" wrote: "),
    el("span", { text: excerpt(quoted), attrs: { dir: "auto" } }),
  );
}

/**
 * What a message says, on one line.
 *
 * @param {MessageView} message
 */
export function excerpt(message) {
  if (message.kind === "file") {
    return `File: ${oneLine(message.text, 100)}`;
  }
  return message.kind === "text" ? oneLine(message.text, 140) : "A message that can't be shown here";
}

/** @param {MessageView} message */
function tools(message) {
  return el(
    "div",
    { class: "tools" },
    message.kind === "text" ? tool("reply", "Reply") : null,
    tool("more", "More for this message"),
  );
}

/**
 * @param {string} action
 * @param {string} label
 */
function tool(action, label) {
  return el(
    "button",
    {
      class: "icon-button tool",
      attrs: { type: "button", tabindex: -1, "data-action": action, "aria-label": label, title: label },
    },
    icon(action),
  );
}

/** @param {string} action */
function againButton(action) {
  return el("button", { class: "button small", text: "Try again", attrs: { type: "button", "data-action": action } });
}

/** @param {MessageView} message */
function failure(message) {
  const { file } = message;
  if (message.mine && file?.stage === "failed" && message.state !== "failed") {
    // Its message has arrived, what it leads to has not.
    const cause = oneLine(file.cause ?? "", 240);
    return [el("p", { class: "failure" }, el("span", { text: `The file did not arrive. ${cause}` }), againButton("retry"))];
  }
  if (message.state !== "failed" && !(message.state === "queued" && message.cause)) {
    return [];
  }
  const cause = message.cause ? oneLine(message.cause, 240) : "It could not be sent.";
  return [
    el(
      "p",
      { class: message.state === "failed" ? "failure" : "failure mild" },
      el("span", { text: message.state === "failed" ? `Not sent. ${cause}` : cause }),
      message.state === "failed" ? againButton("retry") : null,
    ),
  ];
}

/**
 * @param {MessageView} message
 * @param {Surroundings} around
 */
function placeholder(message, around) {
  if (message.kind === "gap") {
    return remark("info", message.text || message.cause || "A message before this one did not arrive.");
  }
  return el(
    "article",
    { class: "sealed" },
    icon("lock"),
    el(
      "div",
      {},
      el("b", { text: "A message could not be opened" }),
      el("p", { text: neutralise(message.cause ?? message.text) }),
      el("p", { class: "meta" }, el("time", {
        text: clockTime(message.at),
        attrs: { datetime: message.at.toISOString(), title: fullTime(message.at) },
      })),
      around.canReopen ? againButton("reopen") : null,
    ),
  );
}
