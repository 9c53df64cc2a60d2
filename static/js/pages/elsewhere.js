/** Another tab holds the session; this one rests until it is asked for. */

import { buttonPart } from "../ui/dom.js";

export const title = "Open in another tab";

/**
 * @param {HTMLElement} root
 * @param {import("../ui/app_state.js").App} app
 */
export async function mount(root, app) {
  buttonPart(root, "here").addEventListener("click", () => app.go(location.pathname, { replace: true }));
  return () => {};
}
