// Framing and padding of what is sealed: the size on the wire tells little of the size inside.

import { equal } from "./bytes.js";
import { BadPadding, EnvelopeTooLarge } from "./errors.js";

export const MIN_FRAME_BYTES = 256;
export const MAX_ENVELOPE_BYTES = 262144;
export const OVERHEAD_BYTES = 1 + 32 + 16;
export const LENGTH_BYTES = 4;
// The largest Padmé size that fits: of this size, frames come in steps of 4,096 bytes.
export const MAX_FRAME_BYTES = Math.floor((MAX_ENVELOPE_BYTES - OVERHEAD_BYTES) / 4096) * 4096;
export const MAX_MESSAGE_BYTES = MAX_FRAME_BYTES - LENGTH_BYTES;

/**
 * The Padmé size for `size` bytes (below 2^31): it leaks O(log log size) bits and adds at most 12 %.
 *
 * Source: Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs"
 * (2019).
 * @param {number} size
 */
export function padme(size) {
  if (size < 2) {
    return size;
  }
  const exponent = bitLength(size) - 1;
  const step = 2 ** (exponent - bitLength(exponent));
  return Math.ceil(size / step) * step;
}

/** @param {number} number */
function bitLength(number) {
  return 32 - Math.clz32(number);
}

/** How many bytes are sealed for a JSON text of `length` bytes. @param {number} length */
export function frameSize(length) {
  return Math.max(MIN_FRAME_BYTES, padme(LENGTH_BYTES + length));
}

/** Length, plaintext, zeros. EnvelopeTooLarge above `MAX_MESSAGE_BYTES`. @param {Uint8Array} plaintext */
export function frame(plaintext) {
  if (plaintext.length > MAX_MESSAGE_BYTES) {
    throw new EnvelopeTooLarge(`A message holds at most ${MAX_MESSAGE_BYTES} bytes.`);
  }
  const framed = new Uint8Array(frameSize(plaintext.length));
  new DataView(framed.buffer).setUint32(0, plaintext.length);
  framed.set(plaintext, LENGTH_BYTES);
  return framed;
}

/**
 * The plaintext of a frame. BadPadding unless `frame` would make exactly this frame of it.
 * @param {Uint8Array} framed
 */
export function unframe(framed) {
  if (framed.length < MIN_FRAME_BYTES) {
    throw new BadPadding();
  }
  const length = new DataView(framed.buffer, framed.byteOffset).getUint32(0);
  const plaintext = framed.slice(LENGTH_BYTES, LENGTH_BYTES + length);
  if (plaintext.length > MAX_MESSAGE_BYTES || !equal(frame(plaintext), framed)) {
    throw new BadPadding();
  }
  return plaintext;
}
