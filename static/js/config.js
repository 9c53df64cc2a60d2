/**
 * What the server says of itself on `<html>`.
 *
 * @typedef {object} Config
 * @property {string} server  the part of its handles after the at sign, e.g. "kez.lat"
 * @property {string} publicUrl
 * @property {string} sigchainUrl
 * @property {string} version
 * @property {string} registration  how handles are given out: "open", "invite", "approval" or "closed"
 * @property {string} wsUrl  of the bridge, on the host that served this page
 */

/** @returns {Config} */
export function readConfig() {
  const said = document.documentElement.dataset;
  const { server = "", publicUrl = "", sigchainUrl = "", version = "" } = said;
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return {
    server,
    publicUrl,
    sigchainUrl,
    version,
    registration: said.registration ?? "open",
    wsUrl: `${scheme}//${location.host}/ws`,
  };
}
