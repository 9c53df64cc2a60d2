/** The two digests of a chunked file, over what is sealed and over what is in it, in slices. */

import { DigestBuilder } from "../../proto/digests.js";

// A slow phone needs about 8 ms for so many bytes.
const STEP_BYTES = 32 * 1024;

export class FileDigests {
  #sealed = new DigestBuilder();
  #plain = new DigestBuilder();

  /** @param {import("../../proto/slices.js").Slices} slices */
  constructor(slices) {
    this.slices = slices;
  }

  /** The next chunk, in both forms. @param {Uint8Array} sealed @param {Uint8Array} plain */
  async add(sealed, plain) {
    await this.#feed(this.#sealed, sealed);
    await this.#feed(this.#plain, plain);
  }

  /** @returns {{digest: string, plainDigest: string}} */
  finish() {
    return { digest: this.#sealed.finish(), plainDigest: this.#plain.finish() };
  }

  /** @param {DigestBuilder} builder @param {Uint8Array} data */
  async #feed(builder, data) {
    for (let at = 0; at < data.length; at += STEP_BYTES) {
      builder.update(data.subarray(at, at + STEP_BYTES));
      await this.slices.breathe();
    }
  }
}
