import assert from "node:assert/strict";
import { test } from "node:test";
import { cellsWithin, slicesWithin } from "../../static/js/timeline/slice-index.js";
import { makeTile } from "./make-tile.js";
import { seeded, whole } from "./seeded.js";

/**
 * @param {() => number} chance
 * @param {number} count
 */
function madeSlices(chance, count) {
  let start = 0;
  return Array.from({ length: count }, (_, row) => {
    start += whole(chance, 0, 9);
    // Now and then one so long that it reaches over many that follow.
    const duration = chance() < 0.03 ? whole(chance, 200, 900) : whole(chance, 0, 12);
    return { start, duration, row };
  });
}

test("no slice that touches the range is left out, whatever long one began far before", () => {
  const chance = seeded(31);
  for (let round = 0; round < 150; round++) {
    const count = whole(chance, 64, 300);
    const tile = makeTile(madeSlices(chance, count));
    for (let ask = 0; ask < 8; ask++) {
      const start = whole(chance, -50, 1600);
      const range = { start, end: start + whole(chance, 0, 150) };
      const [first, last] = slicesWithin(tile, 0, count, range);
      assert.ok(first >= 0 && first <= last && last <= count);
      for (let item = 0; item < count; item++) {
        const isTouching =
          tile.start[item] <= range.end && tile.start[item] + tile.duration[item] >= range.start;
        if (isTouching) assert.ok(item >= first && item < last, `${item} of [${first}, ${last})`);
      }
    }
  }
});

test("of short slices in order only those near the range are looked at", () => {
  const slices = Array.from({ length: 10_000 }, (_, at) => ({ start: at * 10, duration: 5 }));
  const tile = makeTile(slices);
  const [first, last] = slicesWithin(tile, 0, slices.length, { start: 50_000, end: 50_100 });
  assert.deepEqual([first, last], [5000, 5011]);
});

test("a range before the first or behind the last slice holds none", () => {
  const slices = Array.from({ length: 100 }, (_, at) => ({ start: 1000 + at * 10, duration: 5 }));
  const tile = makeTile(slices);
  for (const range of [
    { start: 0, end: 999 },
    { start: 5000, end: 9000 },
  ]) {
    const [first, last] = slicesWithin(tile, 0, 100, range);
    assert.equal(first, last);
  }
});

test("a list that holds cells, or is not in order, is looked through as a whole", () => {
  const slices = Array.from({ length: 100 }, (_, at) => ({ start: at * 10, duration: 5 }));
  const range = { start: 400, end: 450 };
  const withCell = makeTile([...slices.slice(0, 99), { start: 990, duration: 5, bucket: 3 }]);
  assert.deepEqual(slicesWithin(withCell, 0, 100, range), [0, 100]);
  const unordered = makeTile([...slices.slice(1), slices[0]]);
  assert.deepEqual(slicesWithin(unordered, 0, 100, range), [0, 100]);
});

test("short lists are given back as they are", () => {
  const tile = makeTile([{ start: 0, duration: 1 }]);
  assert.deepEqual(slicesWithin(tile, 0, 1, { start: 50, end: 60 }), [0, 1]);
});

test("lists of two tracks in one tile do not get into each other's way", () => {
  const chance = seeded(32);
  const one = madeSlices(chance, 120);
  const other = madeSlices(chance, 90).map((slice) => ({ ...slice, track: 1 }));
  const tile = makeTile([...one, ...other]);
  const range = { start: 200, end: 260 };
  const [a, b] = slicesWithin(tile, 0, 120, range);
  const [c, d] = slicesWithin(tile, 120, 210, range);
  assert.ok(a >= 0 && b <= 120 && c >= 120 && d <= 210);
  const alone = makeTile(other);
  const [e, f] = slicesWithin(alone, 0, 90, range);
  assert.deepEqual([c - 120, d - 120], [e, f]);
  assert.deepEqual(slicesWithin(tile, 0, 120, range), [a, b], "asked again it is the same");
});

test("of cells in order only those near the range are looked at, and none that touches it is left out", () => {
  const chance = seeded(33);
  for (let round = 0; round < 100; round++) {
    let at = -1;
    const buckets = Array.from({ length: whole(chance, 64, 300) }, () => {
      at += whole(chance, 0, 4);
      return Math.max(at, 0);
    });
    const tile = makeTile(buckets.map((bucket) => ({ start: 0, duration: 1, bucket })));
    const begin = whole(chance, -500, 5000);
    const range = { start: begin, end: begin + whole(chance, 0, 300) };
    const [first, last] = cellsWithin(tile, 0, buckets.length, range, 100, 8);
    buckets.forEach((bucket, item) => {
      const from = 100 + bucket * 8;
      const isTouching = from <= range.end && from + 8 >= range.start;
      if (isTouching) assert.ok(item >= first && item < last, `${item} of [${first}, ${last})`);
    });
    const near = buckets.filter((b) => b * 8 + 124 > range.start && b * 8 + 84 < range.end);
    assert.ok(last - first <= near.length + 8);
  }
});

test("cells that are not in order are looked through as a whole", () => {
  const tile = makeTile(
    Array.from({ length: 100 }, (_, at) => ({ start: 0, duration: 1, bucket: 99 - at })),
  );
  assert.deepEqual(cellsWithin(tile, 0, 100, { start: 0, end: 8 }, 0, 8), [0, 100]);
});
