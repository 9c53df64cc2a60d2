// Asks a server what stdin says, one after the other, by the web app's only fetch(). Output: what came of it, as JSON.

import { argv, stdin } from "node:process";
import { text } from "node:stream/consumers";

import { Api, ApiError } from "../../static/js/api.js";
import { parseFullHandle } from "../../static/js/proto/handles.js";

const [base] = argv.slice(2);
const api = new Api({ config: { server: "kez.lat", publicUrl: base } });

/** @type {Record<string, (what: string) => Promise<unknown>>} */
const ASKS = {
  look_up: async (handle) => (await api.lookUp(parseFullHandle(handle))).primary.hex,
  chain: async (path) => (await api.chain(base + path)).events.length,
  health: async () => (await api.health()).version,
};

const found = [];
for (const [kind, what] of JSON.parse(await text(stdin))) {
  try {
    found.push(await ASKS[kind](what));
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    found.push([error.code, error.status, error.retryAfter, error.message]);
  }
}
console.log(JSON.stringify(found));
