import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import test from "node:test";

import * as units from "../../static/js/kit/units.js";

/** The server's tests read the same file. */
const VECTORS = JSON.parse(
  readFileSync(new URL("../vectors/units.json", import.meta.url), "utf-8"),
);
const SAME = /** @type {const} */ ({
  duration: units.duration,
  file_size: units.fileSize,
  count: units.count,
  short_id: units.shortId,
});

for (const [name, write] of Object.entries(SAME)) {
  for (const [value, text] of VECTORS[name]) {
    test(`${name} of ${value}`, () => {
      const written = /** @type {(value: any) => string} */ (write)(value);
      assert.equal(written.replaceAll("\u202f", " "), text);
    });
  }
}

test("a part and its whole share a unit", () => {
  const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");
  assert.equal(plain(units.sizeOf(7_500_000_000, 18_400_000_000)), "7.5 of 18.4 GB");
  assert.equal(plain(units.sizeOf(0, 500)), "0 of 500 B");
  assert.equal(plain(units.sizeOf(245_000_000, 1_130_000_000)), "0.24 of 1.13 GB");
});

test("time left is counted up to the next second", () => {
  const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");
  assert.equal(plain(units.left(5.2)), "6 s left");
  assert.equal(plain(units.left(286.5)), "4 min 47 s left");
  assert.equal(plain(units.left(119.7)), "2 min 0 s left");
  assert.equal(units.left(Number.POSITIVE_INFINITY), "");
});
