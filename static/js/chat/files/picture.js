/**
 * Which pictures may be shown, told by their first bytes and never by what somebody claims. Raster types only: SVG
 * and HTML can hold scripts, so they are files like any other.
 *
 * Formats: PNG (ISO/IEC 15948), JPEG (ITU-T T.81, Exif 2.3 for the orientation), GIF89a, WebP (RFC 9649), AVIF
 * (ISO/IEC 23008-12).
 */

/**
 * `width` and `height` in pixels as shown, 0 where the first bytes do not tell them.
 * @typedef {{type: string, width: number, height: number}} Picture
 */

/** How many bytes from the beginning of a file are enough to look at. */
export const HEAD_BYTES = 64 * 1024;

/** @param {Uint8Array} data the beginning of a file @returns {Picture|null} null for anything else */
export function pictureOf(data) {
  const head = data.subarray(0, HEAD_BYTES);
  const view = new DataView(head.buffer, head.byteOffset, head.length);
  try {
    if (starts(head, "\x89PNG\r\n\x1a\n")) return found("image/png", view.getUint32(16), view.getUint32(20));
    if (starts(head, "GIF87a") || starts(head, "GIF89a")) {
      return found("image/gif", view.getUint16(6, true), view.getUint16(8, true));
    }
    if (starts(head, "\xff\xd8\xff")) return jpeg(head, view);
    if (starts(head, "RIFF") && starts(head, "WEBP", 8)) return webp(head, view);
    if (isAvif(head, view)) return avif(head, view);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // cut off before its size was told
  }
  return null;
}

/** iPhones take pictures in it, and few browsers show them. @param {Uint8Array} head of a file */
export function isHeic(head) {
  return starts(head, "ftyp", 4) && /^(?:hei[cxms]|hev[cxms]|mif1|msf1)$/.test(latin(head, 8, 12)) && !hasBrand(head, "avif");
}

/** @param {string} type @param {number} width @param {number} height @returns {Picture} */
function found(type, width, height) {
  return { type, width, height };
}

/** @param {Uint8Array} head @param {DataView} view */
function jpeg(head, view) {
  let turned = false;
  for (let at = 2; at + 4 < head.length; ) {
    if (head[at] !== 0xff) break;
    const marker = head[at + 1];
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = view.getUint16(at + 2);
    // Start of frame, whatever the coding; the others in this range are tables.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return turned ? found("image/jpeg", height, width) : found("image/jpeg", width, height);
    }
    if (marker === 0xe1 && starts(head, "Exif\0\0", at + 4)) turned = isTurned(view, at + 10);
    at += 2 + length;
  }
  return found("image/jpeg", 0, 0);
}

/** Whether the picture is shown turned by a quarter: browsers obey this tag. @param {DataView} view @param {number} tiff */
function isTurned(view, tiff) {
  try {
    const little = view.getUint16(tiff) === 0x4949;
    const table = tiff + view.getUint32(tiff + 4, little);
    for (let index = 0; index < view.getUint16(table, little); index += 1) {
      const entry = table + 2 + 12 * index;
      if (view.getUint16(entry, little) === 0x0112) return view.getUint16(entry + 8, little) >= 5;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return false;
}

/** @param {Uint8Array} head @param {DataView} view */
function webp(head, view) {
  const kind = latin(head, 12, 16);
  if (kind === "VP8X") return found("image/webp", 1 + uint24(view, 24), 1 + uint24(view, 27));
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    return found("image/webp", 1 + (bits & 0x3fff), 1 + ((bits >>> 14) & 0x3fff));
  }
  if (kind !== "VP8 ") return null;
  return found("image/webp", view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff);
}

/** @param {Uint8Array} head @param {DataView} view */
function isAvif(head, view) {
  return starts(head, "ftyp", 4) && view.getUint32(0) >= 16 && (hasBrand(head, "avif") || hasBrand(head, "avis"));
}

/** @param {Uint8Array} head @param {DataView} view */
function avif(head, view) {
  for (let at = 8; at + 16 <= head.length; at += 1) {
    if (starts(head, "ispe", at)) return found("image/avif", view.getUint32(at + 8), view.getUint32(at + 12));
  }
  return found("image/avif", 0, 0);
}

/** Whether the first box names this brand. @param {Uint8Array} head @param {string} brand */
function hasBrand(head, brand) {
  const size = head.length < 4 ? 0 : new DataView(head.buffer, head.byteOffset).getUint32(0);
  for (let at = 8; at + 4 <= Math.min(size, head.length, 256); at += 4) {
    if (starts(head, brand, at)) return true;
  }
  return false;
}

/** @param {DataView} view @param {number} at */
function uint24(view, at) {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
}

/** @param {Uint8Array} data @param {string} text of Latin letters @param {number} [at] */
function starts(data, text, at = 0) {
  return data.length >= at + text.length && latin(data, at, at + text.length) === text;
}

/** @param {Uint8Array} data @param {number} from @param {number} to */
function latin(data, from, to) {
  return String.fromCharCode(...data.subarray(from, to));
}
