/** Reports to the operators: which messages can be opened to them, sending one, and what became of them. */

import { canonicalBytes } from "../proto/canonical.js";
import { parseFullHandle } from "../proto/handles.js";
import { Primary } from "../proto/keys.js";
import { MAX_REPORT_BYTES } from "../proto/payloads.js";
import { checkReportedMessages, reportPayload } from "../proto/report.js";
import { sign } from "../proto/signed.js";
import { newFileId, now } from "./clock.js";
import { ChatError } from "./errors.js";
import { messageKey, signedObject } from "./records.js";

/** @typedef {import("./types.js").MessageView} MessageView */
/** @typedef {import("./records.js").MessageRecord} MessageRecord */
/** @typedef {import("../api_reports.js").OwnReport} OwnReport */

const SCANNED = 200;
/** The rest of a report, beside its messages, is far smaller than this. */
const ROOM_FOR_MESSAGES = MAX_REPORT_BYTES - 16 * 1024;

export class ReportDesk {
  #engine;

  /** @param {import("./engine.js").Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /**
   * The last messages of somebody that can be opened to the operators, oldest first, and the one named by `with`. What
   * came before signatures were kept, and what another key of theirs wrote, can't.
   * @param {string} peer
   * @param {{limit?: number, with?: string|null}} [options]
   * @returns {Promise<MessageView[]>}
   */
  async openable(peer, { limit = 10, with: named = null } = {}) {
    const page = await this.#engine.store.page("messages", peer, { limit: SCANNED, newestFirst: true });
    const theirs = page.map(({ value }) => value).filter((record) => canBeOpened(record, peer));
    const chosen = theirs.slice(0, limit);
    const one = named && !chosen.some(({ id }) => id === named) ? await this.#record(peer, named) : undefined;
    const found = one && canBeOpened(one, peer) ? [...chosen.slice(0, limit - 1), one] : chosen;
    return found.reverse().map((record) => this.#engine.viewOf(record, peer));
  }

  /**
   * Send a report about somebody, with these messages of theirs. Errors: unknown_peer, report_too_large, or an ApiError.
   * @param {string} peer
   * @param {{category: string, text: string, ids: string[]}} told
   * @returns {Promise<OwnReport>}
   */
  async file(peer, { category, text, ids }) {
    const { api, book, identity } = this.#engine;
    const contact = book.ofKey(peer);
    if (!contact) throw new ChatError("unknown_peer");
    const records = await Promise.all(ids.map((id) => this.#record(peer, id)));
    const messages = records.flatMap((record) => (record?.proof ? [signedObject(record)] : []));
    if (messages.length < ids.length) throw new ChatError("unknown_message");
    if (canonicalBytes(messages).length > ROOM_FOR_MESSAGES) throw new ChatError("report_too_large");
    const reportedPrimary = Primary.fromHex(peer);
    await checkReportedMessages(messages, { sender: reportedPrimary, reader: identity.primary });
    const payload = reportPayload({
      reportId: newFileId(),
      handle: identity.handle,
      primary: identity.primary,
      reported: parseFullHandle(contact.handle),
      reportedPrimary,
      category,
      text,
      messages,
      createdAt: now(),
    });
    return api.reports.file(sign("report", payload, identity.key));
  }

  /** @returns {Promise<OwnReport[]>} the newest first; rejects with an ApiError */
  async own() {
    const { api, identity } = this.#engine;
    return api.reports.own(await api.registration.session(identity));
  }

  /** @param {string} peer @param {string} id @returns {Promise<MessageRecord|undefined>} */
  #record(peer, id) {
    return this.#engine.store.get("messages", messageKey(peer, id));
  }
}

/** @param {MessageRecord} record @param {string} peer */
function canBeOpened(record, peer) {
  return !record.mine && record.sender === peer && Boolean(record.proof);
}
