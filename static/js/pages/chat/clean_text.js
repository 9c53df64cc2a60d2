/**
 * Text from other people, made safe to show: nothing in it may hide, reverse or fake other text.
 *
 * The same rule as `kezclient/sanitize.py`. HTML needs no escaping here, because text only ever becomes text nodes.
 */

// Needed to join emoji and to write some languages; they change no order and hide no text.
const HARMLESS_FORMAT = new Set(["\u200c", "\u200d", "\u00ad"]);
const SUSPICIOUS = /[\p{Cc}\p{Cs}\p{Cf}]/gu;

/** @param {string} character */
function visible(character) {
  if (character === "\n" || character === "\t" || HARMLESS_FORMAT.has(character)) {
    return character;
  }
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20) {
    return String.fromCodePoint(0x2400 + code);
  }
  return code === 0x7f ? "␡" : `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
}

/**
 * `text` with every control, bidirectional and invisible character made visible; line ends and tabs stay.
 *
 * @param {string} text
 * @returns {string}
 */
export function neutralise(text) {
  return text.replace(/\r\n|\u2028|\u2029/g, "\n").replace(SUSPICIOUS, visible);
}

/**
 * Like `neutralise`, on one line: for names, causes, excerpts and lists.
 *
 * @param {string} text
 * @param {number} [longest] in UTF-16 units; the rest becomes "…"
 * @returns {string}
 */
export function oneLine(text, longest = 400) {
  const line = neutralise(text.slice(0, longest * 4)).replace(/\s+/g, " ").trim();
  if (line.length <= longest) {
    return line;
  }
  const end = line.charCodeAt(longest - 2) >= 0xd800 && line.charCodeAt(longest - 2) < 0xdc00
    ? longest - 2 : longest - 1;
  return `${line.slice(0, end)}…`;
}

const encoder = new TextEncoder();

/**
 * How many bytes a text has in UTF-8, which is what the limit of a message counts.
 *
 * @param {string} text
 */
export function byteLength(text) {
  return encoder.encode(text).length;
}

/**
 * A size for people, in the words of the command: "80.0 KiB". Rounded down, so that nothing looks as large as a limit
 * that it is below.
 *
 * @param {number} bytes
 */
export function sizeText(bytes) {
  if (bytes < 1024) {
    return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  }
  const units = ["KiB", "MiB", "GiB", "TiB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${(Math.floor(value * 10) / 10).toFixed(1)} ${units[unit]}`;
}
