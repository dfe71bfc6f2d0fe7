import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import { capsOf, fits, held } from "../../static/js/viewers/tools/find/caps.js";

const view = { start: 0, end: 1000 };
const scale = new Scale(view, 1000);

/**
 * @param {number[]} runs
 * @param {number} [bucket]
 */
function caps(runs, bucket = 1) {
  const answer = { complete: true, count: 1, bucket_ns: bucket, tracks: [{ track: 3, runs }] };
  return held(answer, view);
}

/**
 * @param {any} more
 * @returns {any}
 */
function row(more = {}) {
  const group = { tracks: [2, 3] };
  return { kind: "track", track: { id: 3 }, group, y: 50, height: 44, lanes: 1, ...more };
}

test("a run of buckets is a cap above the bar, as long as its time", () => {
  const [box, ...others] = capsOf(caps([100, 300, 1, 7]), row(), scale, 30);
  assert.deepEqual(others, []);
  assert.deepEqual([box.x, box.width], [100, 200]);
  assert.ok(box.y >= 18 && box.y < 24);
});

test("a cap is wide enough to be seen, and cut at the edges of the view", () => {
  const found = capsOf(caps([5, 6, 1, 1, 900, 5000, 1, 1, 2000, 3000, 1, 1]), row(), scale, 0);
  assert.deepEqual(
    found.map(({ x, width }) => [x, width]),
    [
      [5, 2],
      [900, 100],
    ],
  );
  const before = new Scale({ start: 500, end: 1500 }, 1000);
  const [cut] = capsOf(caps([0, 600, 1, 1]), row(), before, 0);
  assert.deepEqual([cut.x, cut.width], [-2, 102]);
});

test("buckets count from the zero, whatever their length", () => {
  const [box] = capsOf(caps([2, 3, 1, 1], 64), row(), scale, 0);
  assert.deepEqual([box.x, box.width], [128, 64]);
});

test("lanes have caps of their own where there is room, else they share one", () => {
  const runs = [100, 200, 0b101, 2];
  const apart = capsOf(caps(runs), row({ lanes: 4 }), scale, 0);
  assert.equal(new Set(apart.map(({ y }) => y)).size, 2);
  const close = capsOf(caps(runs), row({ lanes: 16 }), scale, 0);
  assert.equal(close.length, 1);
  // What lies deeper than there are lanes shares the last one.
  const deep = capsOf(caps([100, 200, 0b1100, 2]), row({ lanes: 3 }), scale, 0);
  assert.equal(deep.length, 1);
});

test("a closed group shows the caps of all its tracks in its one row", () => {
  const found = capsOf(caps([10, 20, 1, 1]), row({ kind: "closed", track: null }), scale, 0);
  assert.deepEqual(
    found.map(({ x }) => x),
    [10],
  );
  assert.deepEqual(capsOf(caps([10, 20, 1, 1]), row({ kind: "head", track: null }), scale, 0), []);
  assert.deepEqual(capsOf(caps([10, 20, 1, 1]), row({ track: { id: 9 } }), scale, 0), []);
});

test("caps fit a view that they cover about as finely as its pixels", () => {
  const fine = held({ complete: true, count: 0, bucket_ns: 2, tracks: [] }, view);
  assert.ok(fits(fine, { start: 0, end: 1000 }, 500));
  assert.ok(fits(fine, { start: 0, end: 1000 }, 1000));
  assert.ok(fits(fine, { start: 0, end: 400 }, 1000));
  const coarse = held({ complete: true, count: 0, bucket_ns: 4, tracks: [] }, view);
  assert.ok(fits(coarse, view, 500));
  assert.ok(!fits(coarse, { start: 0, end: 400 }, 500));
  assert.ok(!fits(fine, { start: -1, end: 500 }, 500));
  assert.ok(!fits(fine, { start: 500, end: 1001 }, 500));
  assert.ok(!fits(null, view, 500));
  // Nothing is finer than a nanosecond.
  const finest = held({ complete: true, count: 0, bucket_ns: 1, tracks: [] }, view);
  assert.ok(fits(finest, { start: 10, end: 30 }, 1000));
});
