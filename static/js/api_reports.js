/** Reports to the operators over HTTP. */

import { ask, badAnswer } from "./http.js";

/**
 * What the server says of a report. `state`: "new", "assigned", "resolved" or "rejected"; `outcome` is the operators'
 * answer, "" as long as there is none.
 * @typedef {{reportId: string, reported: string, category: string, state: string, outcome: string, at: Date}} OwnReport
 */

export class ReportsApi {
  /** @param {string} base */
  constructor(base) {
    this.address = `${base}/v1/reports`;
  }

  /** Send a signed `report`; the same one again is no error. @param {object} document @returns {Promise<OwnReport>} */
  async file(document) {
    return this.#read((await ask("POST", this.address, { body: document })).document);
  }

  /** @param {string} authorization shows the own key @returns {Promise<OwnReport[]>} the newest first */
  async own(authorization) {
    const { document } = await ask("GET", this.address, { headers: { Authorization: authorization } });
    if (!Array.isArray(document.reports)) throw badAnswer(this.address, "it lists no reports");
    return document.reports.map((each) => this.#read(each));
  }

  /** @param {any} document @returns {OwnReport} */
  #read(document) {
    const { report_id, reported, category, state, outcome, created_at } = document ?? {};
    const texts = [report_id, reported, category, state, created_at];
    if (texts.some((each) => typeof each !== "string")) throw badAnswer(this.address, "it says nothing of a report");
    const said = typeof outcome === "string" ? outcome : "";
    return { reportId: report_id, reported, category, state, outcome: said, at: new Date(created_at) };
  }
}
