// Runs vector files in Node. Input, as JSON on stdin: the files' contents by name. Output: the report, as
// JSON.
//
// With `--without-native` as an older browser, which has no Ed25519 and X25519 of its own.

import { argv, stdin } from "node:process";
import { text } from "node:stream/consumers";

import { runVectors } from "../../static/js/tests/vectors/runner.js";
import { withoutNative } from "../../static/js/tests/vectors/without_native.js";

if (argv.includes("--without-native")) {
  withoutNative();
}
console.log(JSON.stringify(await runVectors(JSON.parse(await text(stdin)))));
