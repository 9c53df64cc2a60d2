/** The code of an invite, where a server asks for one: typed, or out of the link that was sent. */

import { find, part } from "../../ui/dom.js";
import { sentence } from "../../ui/sentences.js";
import { keepInvite, keptInvite } from "../../ui/unfinished.js";

/** A link is /join#invite=…: what stands behind the # is sent to no server. */
const IN_LINK = /^#invite=([A-Za-z0-9-]{1,64})$/u;

/**
 * @param {HTMLElement} section the step with the handle
 * @param {import("../../ui/app_state.js").App} app
 */
export function inviteField(section, app) {
  const field = part(section, "invite");
  const input = find(section, "input[name=invite]", HTMLInputElement);
  const error = part(section, "invite-error");
  const needed = app.config.registration === "invite";
  const fromLink = IN_LINK.exec(location.hash)?.[1] ?? "";
  // Where operators approve, an invite spares the waiting; nobody is asked for one there.
  field.hidden = !needed && !(fromLink && app.config.registration === "approval");
  input.value = fromLink || keptInvite();

  /** @param {string} text */
  const say = (text) => {
    error.textContent = text;
    input.setAttribute("aria-invalid", String(text !== ""));
  };
  input.addEventListener("input", () => say(""));

  return {
    /** The code to send along, "" for none. */
    get code() {
      return field.hidden ? "" : input.value.trim();
    },

    /** Whether to go on; if not, it has been said why. The code is kept until the handle is claimed. */
    async check() {
      if (field.hidden) {
        return true;
      }
      const fault = await faultOf(input.value.trim());
      say(fault);
      if (fault) {
        input.focus();
        return false;
      }
      keepInvite(input.value.trim());
      return true;
    },
  };

  /** @param {string} code @returns {Promise<string>} */
  async function faultOf(code) {
    if (code === "") {
      return "Type the code of your invite.";
    }
    try {
      const { inviteGood } = await app.api.registration.rules(code);
      return inviteGood === false ? "This invite is not good: it is used up, has expired, or was mistyped." : "";
    } catch (error) {
      return sentence(error);
    }
  }
}
