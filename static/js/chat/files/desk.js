/** What a page can ask about files: send one, see how it stands, fetch it, open it. */

import { inlineFileBody, MAX_INLINE_BYTES } from "../../proto/bodies.js";
import { chunkedFileBody } from "../../proto/bodies.js";
import { fromBase64 } from "../../proto/bytes.js";
import { MAX_ATTACHMENT_BYTES } from "../../proto/payloads.js";
import { chunkCount } from "../../proto/file_announcement.js";
import { newAttempt, newFileId, newFileKey, newMessageId, newShelf, now } from "../clock.js";
import { ChatError } from "../errors.js";
import { messageKey } from "../records.js";
import { sendableName, sendableType } from "./file_name.js";
import { pack, readPart } from "./packing.js";
import { sealedOf } from "./shelf.js";

/** @typedef {import("../types.js").MessageView} MessageView */
/** @typedef {import("../records.js").MessageRecord} MessageRecord */
/** @typedef {{progress?: (share: number) => void, signal?: AbortSignal}} SendOptions */

export const MAX_FILE_BYTES = MAX_ATTACHMENT_BYTES;

export class FileDesk {
  #engine;

  /** @param {import("../engine.js").Engine} engine */
  constructor(engine) {
    this.#engine = engine;
  }

  /**
   * Store a file as queued: from then on it goes out, whatever happens to this page. One above the limit is refused
   * before anything is read. Errors: file_too_large, file_unreadable, storage_full (vault), key_changed, blocked,
   * unknown_peer; the reason of `signal`, and then nothing is left of it.
   * @param {string} peer
   * @param {File} file
   * @param {SendOptions} [options] `progress` is told from 0 to 1
   * @returns {Promise<MessageView>}
   */
  async send(peer, file, options = {}) {
    if (file.size > MAX_FILE_BYTES) {
      throw new ChatError("file_too_large", undefined, { details: { size: file.size, limit: MAX_FILE_BYTES } });
    }
    return file.size > MAX_INLINE_BYTES ? this.#sendChunked(peer, file, options) : this.#sendInline(peer, file, options);
  }

  /**
   * A file came into view: find out how it stands. Pictures are fetched at once, other things when they are asked for
   * (`fetch`), and from strangers nothing is before their request is accepted.
   * @param {string} peer
   * @param {string} id
   */
  async look(peer, id) {
    const record = await this.#engine.history.record(peer, id);
    const row = this.#engine.conversations.rows.get(peer);
    if (!record || !isChunked(record) || !row?.accepted || row.blocked) return;
    this.#engine.downloads.start(record, { wanted: String(Reflect.get(record.body, "mime")).startsWith("image/") });
  }

  /** Fetch it now, or again. @param {string} peer @param {string} id */
  async fetch(peer, id) {
    const record = await this.#mustFind(peer, id);
    if (isChunked(record)) this.#engine.downloads.start(record, { wanted: true });
  }

  /**
   * The bytes, as `application/octet-stream`. ChatError file_not_here while they are not.
   * @param {string} peer
   * @param {string} id
   * @returns {Promise<Blob>}
   */
  async open(peer, id) {
    const record = await this.#mustFind(peer, id);
    const body = /** @type {Record<string, any>} */ (record.body);
    if (body.mode === "inline") {
      return new Blob([fromBase64(body.data) ?? new Uint8Array()], { type: "application/octet-stream" });
    }
    const row = this.#engine.files.rows.get(messageKey(record.sender, record.id));
    if (!row || row.have < row.chunks || row.stage === "loading") throw new ChatError("file_not_here");
    return this.#engine.shelf.open(row.shelf, sealedOf(body));
  }

  /** @param {string} peer @param {File} file @param {SendOptions} options */
  async #sendInline(peer, file, { signal }) {
    const data = await readPart(file, 0, file.size);
    signal?.throwIfAborted();
    const body = inlineFileBody(data, { filename: sendableName(file.name), mime: sendableType(file.type) });
    return this.#engine.sending.sendBody(peer, body);
  }

  /** @param {string} peer @param {File} file @param {SendOptions} options */
  async #sendChunked(peer, file, { progress, signal }) {
    const { composer, files, identity, sending, shelf, uploads, writer } = this.#engine;
    const contact = await sending.contactFor(peer);
    const at = now();
    const id = newMessageId(at);
    const key = messageKey(identity.primary.hex, id);
    const [fileId, fileKey, place, total] = [newFileId(), newFileKey(), newShelf(), chunkCount(file.size)];
    await writer.run(async (unit) => {
      files.rows.edit(unit, key, () => ({
        key, peer: contact.peer, shelf: place, chunks: total, have: total, stage: "packing", attempt: newAttempt(),
        announced: false, cause: null, causeCode: null, picture: null, order: unit.nextOrder(),
      }));
    });
    try {
      const { picture, ...digests } = await pack({
        file, fileKey, fileId, progress, signal,
        store: (chunks) =>
          writer.run(async (unit) => chunks.forEach(({ index, sealed }) => shelf.put(unit, place, index, sealed))),
      });
      const names = { filename: sendableName(file.name), mime: sendableType(file.type) };
      const body = chunkedFileBody({ ...names, size: file.size, fileId, fileKey, ...digests });
      const record = await writer.run(async (unit) => {
        signal?.throwIfAborted();
        await files.change(unit, key, { stage: "sending", picture });
        return composer.keepForLater(unit, contact, body, { id, at });
      });
      uploads.start(key);
      return this.#engine.viewOf(record, peer);
    } catch (error) {
      await writer.run(async (unit) => files.remove(unit, key));
      throw error;
    }
  }

  /** @param {string} peer @param {string} id @returns {Promise<MessageRecord>} */
  async #mustFind(peer, id) {
    const record = await this.#engine.history.record(peer, id);
    if (!record || record.kind !== "file") throw new ChatError("unknown_message");
    return record;
  }
}

/** @param {MessageRecord} record */
function isChunked({ kind, body }) {
  return kind === "file" && Reflect.get(body, "mode") === "chunked";
}
