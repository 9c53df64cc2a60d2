/** What is said to a person about an error: by its stable code first, else by the error's own sentence. */

/** @type {Record<string, string>} */
const SENTENCES = {
  unreachable: "The server can't be reached at the moment. Nothing is lost; try again.",
  throttled: "Too many tries in a short time. Wait a little, then try again.",
  rate_limited: "Too many tries in a short time. Wait a little, then try again.",
  handle_taken: "Somebody has this handle, or had it once. Choose another.",
  handle_reserved: "This handle is reserved. Choose another.",
  handle_lookalike: "This looks like a well-known name. Choose another.",
  invite_needed: "This server takes people by invitation. Type the code that you were given.",
  invite_invalid: "This invite is not good: it is used up, has expired, or was mistyped.",
  proof_of_work_needed: "The server is very busy. Wait a little, then try again.",
  registration_closed: "This server gives out no new handles at the moment.",
  key_in_use: "These 24 words already hold another handle of this server.",
  stale: "The clock of this device differs from the server's by more than five minutes. Set it right, then try again.",
  wrong_server: "The server goes by another name than this page says. Reload the page.",
  not_found: "Nobody on this server has this handle.",
};

const UNKNOWN = "Something unexpected went wrong.";

/** @param {unknown} error @returns {string} the stable code of an error of ours, or "" */
export function codeOf(error) {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/**
 * One or two plain sentences.
 *
 * @param {unknown} error
 * @param {Record<string, string>} [own] sentences by code that fit this place better
 * @returns {string}
 */
export function sentence(error, own = {}) {
  const code = codeOf(error);
  if (code) {
    const base = own[code] ?? SENTENCES[code];
    return base ?? (error instanceof Error && error.message ? error.message : UNKNOWN);
  }
  console.error(error);
  return UNKNOWN;
}
