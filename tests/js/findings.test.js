import assert from "node:assert/strict";
import { test } from "node:test";
import { bandsOf, boundWords, viewOf } from "../../static/js/viewers/findings.js";

const THIN = "\u202f";
const FINDING = {
  ...{ rank: 1, rule: "movement.small", title: "Small transfers", detail: "d", advice: "a" },
  bound: { factor: 1.1, saved_ns: 9000, assumption: "if every transfer is as fast as the fastest" },
  evidence: { noun: "packets", count: 7, tracks: ["p0/dma0/2-q"] },
  ranges: /** @type {[number, number][]} */ ([
    [1000, 1200],
    [4000, 5000],
  ]),
  range_count: 2,
};

test("the view of a finding holds all its ranges with a little around them, within the profile", () => {
  assert.deepEqual(viewOf(FINDING, 100_000), { start: 400, end: 5600 });
  assert.deepEqual(viewOf(FINDING, 5100), { start: 400, end: 5100 });
  assert.equal(viewOf({ ...FINDING, ranges: [] }, 100), null);
});

test("bands lie on the rows and ranges of the finding", () => {
  const { tracks, times } = bandsOf(FINDING);
  assert.deepEqual([...tracks], ["p0/dma0/2-q"]);
  assert.deepEqual(times, [1000, 1200, 4000, 5000]);
});

test("a bound is told with its share and its assumption, or that there is none", () => {
  const words = `At most 9.00${THIN}µs (9${THIN}%), if every transfer is as fast as the fastest`;
  assert.equal(boundWords(FINDING, 100_000), words);
  const none = { ...FINDING, bound: { ...FINDING.bound, saved_ns: 0 } };
  assert.equal(boundWords(none, 100_000), "Nothing to save follows from it");
});
