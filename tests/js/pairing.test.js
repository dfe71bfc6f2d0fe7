import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { isReady, itemsOf, nameOf, pairUp, sharedNumber } from "../../static/js/upload/pairing.js";
import { compare, roleOf, sniff, traceIds } from "../../static/js/upload/sniff.js";

/** The server's tests read the same file. */
const VECTORS = JSON.parse(
  readFileSync(new URL("../vectors/pairing.json", import.meta.url), "utf-8"),
);

/**
 * @param {string} hex
 * @returns {Uint8Array<ArrayBuffer>}
 */
function bytes(hex) {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/**
 * @param {{length: number, writes: [number, string][]}} vector
 * @returns {Uint8Array<ArrayBuffer>}
 */
function headOf({ length, writes }) {
  const head = new Uint8Array(1024);
  for (const [offset, hex] of writes) head.set(bytes(hex), offset);
  return head.slice(0, length);
}

for (const vector of VECTORS.heads) {
  test(`first bytes: ${vector.what}`, async () => {
    const head = headOf(vector);
    assert.equal(roleOf(head.subarray(0, 256)), vector.role);
    const found = await sniff(new Blob([head]));
    assert.equal(found.role, vector.role);
    if (vector.role === "neff") assert.equal(found.neffId, vector.id);
  });
}

for (const vector of VECTORS.protobufs) {
  test(`ids of a trace: ${vector.what}`, async () => {
    const found = await traceIds(new Blob([bytes(vector.hex)]));
    assert.deepEqual(found, { executions: vector.executions, stored: vector.stored });
  });
}

for (const { what, neff, executions, stored, verdict } of VECTORS.comparisons) {
  test(`comparison: ${what}`, () => {
    assert.equal(compare(neff, { executions, stored }), verdict);
  });
}

for (const { one, other, shared } of VECTORS.numbers) {
  test(`number shared by ${one} and ${other}`, () => {
    assert.equal(sharedNumber(one, other), shared);
    assert.equal(sharedNumber(other, one), shared);
  });
}

for (const { names, name } of VECTORS.names) {
  test(`name after ${names.join(", ")}`, () => {
    const item = (/** @type {string} */ role) => {
      const found = names.filter((/** @type {string} */ n) =>
        role === "ntff" ? /\.ntff$/i.test(n) : !/\.ntff$/i.test(n),
      );
      return found.map((/** @type {string} */ n) => ({ file: { name: n }, sniffed: { role } }));
    };
    const pair = { key: "", neff: item("neff")[0] ?? null, ntffs: item("ntff"), match: "same" };
    const made = nameOf("{ntff}", /** @type {any} */ (pair));
    assert.equal(made || "profile", name);
  });
}

const text = (/** @type {string} */ content, name = "a.json") =>
  new File([content], name, { lastModified: 1 });

for (const [content, role] of /** @type {[string, string | null][]} */ ([
  ['{"instruction": [{"id": 1}]}', "official"],
  ['\uFEFF { "n_12ab" : {"total_time": 1}}', "official"],
  ['{"traceEvents": []}', null],
  ['{"a": 1}', null],
  ["[1, 2]", null],
  ["PAR1rest", "parquet"],
])) {
  test(`what begins with ${content.slice(0, 24)} is ${role ?? "nothing known"}`, async () => {
    assert.equal((await sniff(text(content))).role, role);
  });
}

test("a packed JSON is told by its name", async () => {
  const bytes = new Uint8Array([0x1f, 0x8b, 8, 0]);
  assert.equal((await sniff(new File([bytes], "ntff.json.gz"))).role, "official");
  assert.equal((await sniff(new File([bytes], "other.gz"))).role, null);
});

test("a JSON of the official tool is a card of its own that may go as it is", async () => {
  const file = text('{"summary": [{}]}', "step_3.json");
  const [pair] = pairUp([{ file, sniffed: await sniff(file) }]);
  assert.ok(pair);
  assert.deepEqual([pair.match, pair.neff, pair.ntffs], ["result", null, []]);
  assert.ok(isReady(pair, new Set()));
  assert.equal(nameOf("{ntff}", pair), "step_3");
  assert.deepEqual(
    itemsOf(pair).map((item) => item.file),
    [file],
  );
});
