/** Handing a file to the person. */

const KEPT_MS = 60_000;

/**
 * Save bytes under a name. They have no type that a browser would open here: they can only be saved.
 *
 * @param {Blob} bytes
 * @param {string} name
 */
export function saveAs(bytes, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(bytes.slice(0, bytes.size, "application/octet-stream"));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), KEPT_MS);
}
