import assert from "node:assert/strict";
import { test } from "node:test";
import { offer, offered } from "../../static/js/viewers/tools/find/help.js";
import {
  corrected,
  countWords,
  errorWords,
  MOST_SHARES,
  shareWords,
  summaryWords,
} from "../../static/js/viewers/tools/find/words.js";

const whole = { complete: true, rows: 100, rows_read: 100 };

test("hits are counted, with the place of the one that was gone to", () => {
  assert.equal(countWords({ ...whole, count: 0 }), "no hits");
  assert.equal(countWords({ ...whole, count: 1 }), "1 hit");
  assert.equal(countWords({ ...whole, count: 24 }), "24 hits");
  assert.equal(countWords({ ...whole, count: 24 }, 3), "3 of 24 hits");
});

test("while the search goes on, it says so and how far it is", () => {
  const words = countWords({ complete: false, rows: 200, rows_read: 50, count: 7 }, 2);
  assert.match(words, /^7 so far · 25/);
  assert.match(countWords({ complete: false, rows: 0, rows_read: 0, count: 0 }), /^0 so far/);
});

/** @param {number} start @returns {any} */
function hit(start) {
  return { track: "p0/c0/tensor", part: 0, table: "Instruction", row: 1, start_ns: start };
}

test("the summary tells first, last, summed and mean time", () => {
  const found = /** @type {any} */ ({
    ...{ complete: true, count: 4, sum_ns: 8000, first: hit(10), last: hit(90) },
  });
  const words = summaryWords(found);
  assert.equal(words.length, 4);
  assert.match(words[0], /^first .*10/);
  assert.match(words[1], /^last .*90/);
  assert.match(words[2], /^8.*µs summed$/);
  assert.match(words[3], /^2.*µs each$/);
});

test("nothing found is said only at the end", () => {
  const none = /** @type {any} */ ({ count: 0, sum_ns: 0, first: null, last: null });
  assert.deepEqual(summaryWords({ ...none, complete: false }), []);
  assert.match(summaryWords({ ...none, complete: true })[0], /No event/);
});

/** @param {string} name @param {number} core @param {number} busy @returns {any} */
function track(name, core, busy) {
  const key = `p0/c${core}/${name}`;
  return { track: key, name, core, part: 0, count: 2, busy_ns: busy, busy_share: busy / 1000 };
}

test("rows are told by busy time, with their core where there are several", () => {
  const found = shareWords([track("Tensor", 0, 10), track("Vector", 0, 500)]);
  assert.deepEqual(
    found.map(({ name }) => name),
    ["Vector", "Tensor"],
  );
  assert.match(found[0].value, /^50/);
  assert.match(found[0].title, /^2 hits, busy for 500/);
  const both = shareWords([track("Tensor", 0, 10), track("Tensor", 1, 20)]);
  assert.deepEqual(
    both.map(({ name }) => name),
    ["Tensor 1", "Tensor 0"],
  );
  const many = Array.from({ length: 20 }, (_, at) => track("Tensor", at, at));
  assert.equal(shareWords(many).length, MOST_SHARES);
});

test("an error shows the piece it is about and can be put right by a name near it", () => {
  const fields = { position: "2", length: "5", near: "opcode, op" };
  const said = errorWords("a opcod:x", { message: "There is no field opcod.", fields });
  assert.deepEqual([said.before, said.piece, said.after], ["a ", "opcod", ":x"]);
  assert.deepEqual(said.near, ["opcode", "op"]);
  assert.equal(corrected(said, "opcode"), "a opcode:x");
});

test("places count characters as people do", () => {
  const fields = { position: "2", length: "1", near: "" };
  const said = errorWords("🦊 x", { message: "", fields });
  assert.deepEqual([said.before, said.piece, said.after, said.near], ["🦊 ", "x", "", []]);
});

test("an error without a place is told alone", () => {
  const said = errorWords("abc", { message: "The line is gone.", fields: null });
  assert.deepEqual([said.before, said.piece, said.after], ["abc", "", ""]);
});

/** @param {any} more @returns {any} */
function field(more) {
  const rest = { aliases: [], measures: "text", units: null, tables: [], description: "" };
  return { name: "layer", ...rest, ...more };
}

test("a field is offered by its short name, ready to be typed on", () => {
  const duration = field({
    ...{ name: "duration_ns", aliases: ["duration"], measures: "time" },
    ...{ units: "ns, us, ms or s", description: "How long" },
  });
  assert.deepEqual(offer(duration), {
    typed: "duration>",
    names: "duration, duration_ns",
    words: "How long (ns, us, ms or s)",
  });
  assert.equal(offer(field({})).typed, "layer:");
  assert.equal(offer(field({ measures: "truth" })).typed, "layer:");
});

test("fields are filtered by name, short name and words, those with short names first", () => {
  const fields = [
    field({ name: "crc_in", description: "What it read" }),
    field({ name: "variable", aliases: ["tensor"], description: "What was moved" }),
  ];
  const names = (/** @type {string} */ text) => offered(fields, text).map(({ name }) => name);
  assert.deepEqual(names(""), ["variable", "crc_in"]);
  assert.deepEqual(names(" TENSOR"), ["variable"]);
  assert.deepEqual(names("it read"), ["crc_in"]);
  assert.deepEqual(names("nothing"), []);
});
