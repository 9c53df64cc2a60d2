/** Settings that are on or off. They are stored at once. */

import { sentence } from "../../ui/sentences.js";

/**
 * @typedef {import("../../ui/app_state.js").App} App
 * @typedef {import("../../chat/types.js").Settings} Settings
 */

/** @param {HTMLElement} section @param {App} app */
export function mountSwitches(section, app) {
  for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (section.querySelectorAll("[data-setting]"))) {
    const name = /** @type {keyof Settings} */ (input.dataset.setting);
    input.checked = isOn(app.session?.settings[name]);
    input.addEventListener("change", () => store(section, app, input, name));
  }
}

/** @param {HTMLElement} section @param {App} app @param {HTMLInputElement} input @param {keyof Settings} name */
async function store(section, app, input, name) {
  const wanted = input.checked;
  try {
    if (name === "notifications" && wanted && !(await mayNotify(section))) {
      input.checked = false;
      return;
    }
    await app.session?.setSetting(name, name === "strangers" ? (wanted ? "ask" : "nobody") : wanted);
  } catch (error) {
    input.checked = !wanted;
    app.toast(sentence(error), { kind: "danger" });
  }
}

/** @param {unknown} value */
function isOn(value) {
  return value === true || value === "ask";
}

/** Ask the browser, which asks the person. @param {HTMLElement} section */
async function mayNotify(section) {
  const error = section.querySelector('[data-part="notify-error"]');
  const answer = "Notification" in globalThis ? await Notification.requestPermission() : "denied";
  if (error) {
    error.textContent =
      answer === "granted" ? "" : "The browser does not allow it. You can change that in its settings for this site.";
  }
  return answer === "granted";
}
