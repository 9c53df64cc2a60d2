// The start page: who has a handle in this browser already finds the way into the chat. Works without this module.

import { storedIdentity } from "../vault/identity.js";

const identity = await storedIdentity().catch(() => null); // the app says what is wrong with a broken store
const newcomer = document.getElementById("newcomer");
const already = document.getElementById("here-already");
const handle = document.getElementById("here-handle");
if (identity && newcomer && already && handle) {
  handle.textContent = identity.handle.local;
  newcomer.hidden = true;
  already.hidden = false;
}
