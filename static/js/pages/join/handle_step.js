/** Step 1: a handle, with its rules and its availability said while it is typed. */

import { parseHandle } from "../../proto/handles.js";
import { buttonPart, find, part } from "../../ui/dom.js";
import { codeOf, sentence } from "../../ui/sentences.js";
import { inviteField } from "./invite_field.js";

/** @typedef {import("../../proto/handles.js").Handle} Handle */
/** @typedef {{kind: "free"|"taken"|"unknown", text: string}} Answer */

const PAUSE_MS = 300;
const LEAST = 3;
const MOST = 32;

/**
 * What is wrong with what was typed, "" if nothing is. Rules: docs/protocol/README.md, "Handle".
 *
 * @param {string} text
 * @param {string} ownServer
 */
export function problemOf(text, ownServer) {
  const [local, ...server] = text.trim().toLowerCase().replace(/^@/u, "").split("@");
  const stranger = [...local].find((sign) => !/[a-z0-9_-]/u.test(sign));
  if (stranger !== undefined) {
    return stranger === " " ? "A handle has no spaces." : `“${stranger}” can't be in a handle.`;
  }
  if (/^[_-]/u.test(local)) {
    return "It begins with a letter or a digit.";
  }
  if (server.length > 0 && server.join("@") !== ownServer) {
    return `This server gives out handles of ${ownServer} only.`;
  }
  if (local.length < LEAST) {
    return local.length === 0 ? "" : `${LEAST - local.length} more, at least.`;
  }
  return local.length > MOST ? `At most ${MOST} characters; these are ${local.length}.` : "";
}

/**
 * @param {HTMLElement} section
 * @param {import("../../ui/app_state.js").App} app
 * @param {(handle: Handle, invite: string) => void} onChosen
 */
export function handleStep(section, app, onChosen) {
  const input = find(section, "input[name=handle]", HTMLInputElement);
  const form = find(section, '[data-form="handle"]', HTMLFormElement);
  const line = part(section, "state");
  const mark = part(section, "mark");
  const next = buttonPart(section, "next");
  const ownServer = app.config.server;
  let timer = 0;
  let turn = 0;

  const mode = app.config.registration;
  const invite = inviteField(section, app);
  part(section, "closed").hidden = mode !== "closed";
  part(section, "approval").hidden = mode !== "approval";
  form.hidden = mode === "closed";

  /** @param {string} text @param {"ok"|"danger"|""} looks @param {string} sign */
  const say = (text, looks, sign) => {
    line.textContent = text;
    line.className = `hint steady ${looks}`;
    mark.textContent = sign;
    mark.className = `behind ${looks}`;
    input.setAttribute("aria-invalid", String(looks === "danger"));
  };

  /** @param {Handle} handle @returns {Promise<Answer>} */
  const lookUp = async (handle) => {
    try {
      await app.api.lookUp(handle);
      return { kind: "taken", text: `${handle.local} is taken.` };
    } catch (error) {
      return codeOf(error) === "not_found"
        ? { kind: "free", text: `${handle.local} is free. Elsewhere you are ${handle}.` }
        : { kind: "unknown", text: sentence(error) };
    }
  };

  /** @param {Answer} answer */
  const tell = ({ kind, text }) => say(text, kind === "free" ? "ok" : "danger", kind === "free" ? "✓" : "");

  const check = async () => {
    const asked = ++turn;
    const answer = await lookUp(parseHandle(input.value.trim(), { ownServer }));
    if (asked === turn) {
      tell(answer);
    }
  };

  const onInput = () => {
    clearTimeout(timer);
    turn += 1;
    const text = input.value.trim();
    const problem = problemOf(text, ownServer);
    if (text === "" || problem) {
      // Nobody has made a mistake by not having finished typing.
      say(problem, problem && !problem.endsWith("at least.") ? "danger" : "", "");
      return;
    }
    say("Asking…", "", "");
    timer = window.setTimeout(check, PAUSE_MS);
  };

  const onSubmit = async () => {
    clearTimeout(timer);
    const text = input.value.trim();
    const problem = text === "" ? "Type the handle that you would like." : problemOf(text, ownServer);
    if (problem) {
      say(problem, "danger", "");
      input.focus();
      return;
    }
    const asked = ++turn;
    const handle = parseHandle(text, { ownServer });
    next.disabled = true;
    const answer = await lookUp(handle);
    if (asked === turn) {
      tell(answer);
    }
    const goOn = asked === turn && answer.kind === "free" && (await invite.check());
    next.disabled = false;
    if (goOn) {
      onChosen(handle, invite.code);
    } else if (asked === turn && answer.kind !== "free") {
      input.focus();
    }
  };

  input.addEventListener("input", onInput);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    onSubmit();
  });
  return {
    /** @param {string} text */
    refuse: (text) => say(text, "danger", ""),
    stop: () => {
      clearTimeout(timer);
      turn += 1;
    },
  };
}
