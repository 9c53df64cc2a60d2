/** The round sign of a key. */

/**
 * Draw the first letter of `name` on a colour that comes from the key, so that another key looks different.
 *
 * @param {HTMLElement} element of class "avatar"
 * @param {{name: string, primary: string}} person  primary: 64 hex digits
 */
export function drawAvatar(element, { name, primary }) {
  element.textContent = name.slice(0, 1);
  element.style.setProperty("--hue", String(Math.round((parseInt(primary.slice(0, 4), 16) / 0x10000) * 360)));
}
