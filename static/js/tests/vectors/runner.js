// Runs the protocol's vector files (docs/protocol/vectors) against static/js/proto, in Node as in a browser:
// the files' contents are handed in, and the answer is plain data.
//
// Nothing can be left out quietly: a file without a table, a section that a table does not know, and a field
// of a case that no check has read are failures like any other.

import { tables as chains } from "./chains.js";
import { tables as files } from "./files.js";
import { tables as mail } from "./mail.js";
import { tables as published } from "./published.js";
import { tables as signedObjects } from "./signed_objects.js";
import { tables as strictKeys } from "./strict_keys.js";
import { tables as textForms } from "./text_forms.js";
import { tables as work } from "./work.js";

/** @typedef {Record<string, any>} Content */
/** @typedef {(item: any, file: Content) => void | Promise<void>} Check */
/**
 * What to do with each section of a file: `each` checks the items of a list one by one, `whole` a section at
 * once, and `context` names what the checks of the file read beside their item.
 * @typedef {{each?: Record<string, Check>, whole?: Record<string, Check>, context?: string[]}} Table
 */
/** @typedef {{file: string, case: string, error: string}} Failure */
/**
 * `sections` counts, for each file, the cases of each section; a section that is no list counts as one.
 * @typedef {{sections: Record<string, Record<string, number>>, failures: Failure[], milliseconds: number}}
 *   Report
 */

/** @type {Record<string, Table>} */
const TABLES = {
  ...chains,
  ...files,
  ...mail,
  ...published,
  ...signedObjects,
  ...strictKeys,
  ...textForms,
  ...work,
};
const PROSE = ["about", "source"];

/**
 * Runs all cases of all files.
 * @param {Record<string, Content>} files by their path below `vectors/`
 * @returns {Promise<Report>}
 */
export async function runVectors(files) {
  const start = performance.now();
  /** @type {Report} */
  const report = { sections: {}, failures: [], milliseconds: 0 };
  for (const [name, content] of Object.entries(files)) {
    report.sections[name] = await new FileRun(name, content, report.failures).run();
  }
  for (const name of Object.keys(TABLES).filter((table) => !Object.hasOwn(files, table))) {
    report.failures.push({ file: name, case: "", error: "there is a table for this file, but no file" });
  }
  report.milliseconds = Math.round(performance.now() - start);
  return report;
}

class FileRun {
  /** @param {string} name @param {Content} content @param {Failure[]} failures */
  constructor(name, content, failures) {
    this.name = name;
    this.content = content;
    this.failures = failures;
    this.watched = new Watched(content);
  }

  async run() {
    /** @type {Record<string, number>} */
    const counts = {};
    if (!Object.hasOwn(TABLES, this.name)) {
      this.fail("", "no table runs this file");
      return counts;
    }
    const { each = {}, whole = {}, context = [] } = TABLES[this.name];
    for (const section of Object.keys(this.content)) {
      if (Object.hasOwn(each, section)) {
        counts[section] = await this.runEach(section, each[section]);
      } else if (Object.hasOwn(whole, section)) {
        await this.attempt(section, () => whole[section](this.content[section], this.watched.proxy));
        counts[section] = 1;
      } else if (context.includes(section) || PROSE.includes(section)) {
        counts[section] = 1;
      } else {
        this.fail(section, "no check runs this section");
      }
    }
    for (const section of [...Object.keys(each), ...Object.keys(whole), ...context]) {
      if (!Object.hasOwn(this.content, section)) {
        this.fail(section, "there is a check for this section, but no section");
      }
    }
    for (const section of context.filter((one) => this.watched.unread().includes(one))) {
      this.fail(section, "no check has read this");
    }
    return counts;
  }

  /** @param {string} section @param {Check} check */
  async runEach(section, check) {
    /** @type {Content[]} */
    const items = this.content[section];
    for (const [place, item] of items.entries()) {
      const label = `${section}[${place}] ${item.name ?? item.text ?? ""}`.trim();
      const watched = new Watched(item);
      await this.attempt(label, () => check(watched.proxy, this.watched.proxy));
      const unread = watched.unread().filter((field) => field !== "name");
      if (unread.length > 0) {
        this.fail(label, `no check has read ${unread.join(", ")}`);
      }
    }
    return items.length;
  }

  /** @param {string} label @param {() => void | Promise<void>} act */
  async attempt(label, act) {
    try {
      await act();
    } catch (error) {
      this.fail(label, error instanceof Error ? `${error.name}: ${error.message}` : String(error));
    }
  }

  /** @param {string} label @param {string} error */
  fail(label, error) {
    this.failures.push({ file: this.name, case: label, error });
  }
}

/** Notes which fields of an object are read through `proxy`. */
class Watched {
  /** @param {Content} target */
  constructor(target) {
    this.target = target;
    /** @type {Set<string | symbol>} */
    const read = new Set();
    this.read = read;
    this.proxy = new Proxy(target, {
      get(object, name) {
        read.add(name);
        return Reflect.get(object, name);
      },
    });
  }

  unread() {
    return Object.keys(this.target).filter((name) => !this.read.has(name));
  }
}
