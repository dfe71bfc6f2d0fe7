import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import { nameOf, sharedNumber } from "../../static/js/upload/pairing.js";
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
