// The profile page: the safety number with the key of the handle in this browser. Needs no passphrase: keys are public.

import { Primary } from "../proto/keys.js";
import { safetyNumber } from "../proto/safety_number.js";
import { storedIdentity } from "../vault/identity.js";

/** @param {string} id @param {boolean} shown */
function show(id, shown) {
  const element = document.getElementById(id);
  if (element) {
    element.hidden = !shown;
  }
}

/** @param {string} number 12 groups of 5 digits */
function showDigits(number) {
  const place = document.getElementById("digits");
  const groups = number.split(" ").map((digits) => {
    const group = document.createElement("span");
    group.textContent = digits;
    return group;
  });
  // Blanks between the groups, so that copying and reading aloud keep them apart.
  place?.replaceChildren(...groups.flatMap((group) => [group, " "]));
  show("digits", true);
  show("safety-do", true);
  show("safety-how", false);
}

/** @param {string} primary of the profile, as `ed25519:…` */
async function fill(primary) {
  const own = await storedIdentity().catch(() => null); // the app says what is wrong with a broken store
  if (!own) {
    return;
  }
  const theirs = Primary.parse(primary);
  if (own.primary === theirs.hex) {
    show("yourself", true);
    show("message", false);
    show("safety-card", false);
    return;
  }
  showDigits(await safetyNumber(Primary.fromHex(own.primary), theirs));
}

const primary = document.getElementById("who")?.dataset.primary;
if (primary) {
  await fill(primary);
}
