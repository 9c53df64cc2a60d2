/** Where operators decide: what they have decided is asked for now and then, as long as this page is open. */

import { buttonPart, part } from "../../ui/dom.js";
import { codeOf } from "../../ui/sentences.js";

/** @typedef {import("../../vault/identity.js").UnlockedIdentity} UnlockedIdentity */

const PAUSE_MS = 20_000;
const TIME = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/**
 * @param {HTMLElement} section
 * @param {import("../../ui/app_state.js").App} app
 * @param {{onDecided: (decision: {state: string, reason: string}) => void}} options
 */
export function waitingStep(section, app, { onDecided }) {
  const line = part(section, "asked");
  const button = buttonPart(section, "look");
  /** @type {UnlockedIdentity|null} */
  let identity = null;
  let timer = 0;

  const look = async () => {
    clearTimeout(timer);
    if (!identity) {
      return;
    }
    const asked = identity;
    button.disabled = true;
    try {
      const { state, askedAt, reason } = await app.api.registration.state(asked);
      if (identity !== asked) {
        return; // the page was left meanwhile
      }
      if (state !== "waiting") {
        stop();
        onDecided({ state, reason });
        return;
      }
      line.textContent = askedAt ? `Asked on ${TIME.format(askedAt)}. Nobody has decided yet.` : "";
    } catch (error) {
      line.textContent =
        codeOf(error) === "unreachable" ? "The server is out of reach at the moment. It is asked again by itself." : "";
    } finally {
      button.disabled = false;
    }
    timer = window.setTimeout(look, PAUSE_MS);
  };

  const stop = () => {
    clearTimeout(timer);
    identity = null;
  };

  button.addEventListener("click", look);
  return {
    /** @param {UnlockedIdentity} of */
    start(of) {
      identity = of;
      part(section, "name").textContent = app.shown(of.handle);
      look();
    },
    stop,
  };
}
