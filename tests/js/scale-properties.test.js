import assert from "node:assert/strict";
import { test } from "node:test";
import * as scales from "../../static/js/kit/scale.js";
import { seeded, whole } from "./seeded.js";

const { Scale, SLICES } = scales;

/** @param {() => number} chance a length, small and large ones as often */
const span = (chance) => 10 ** (chance() * 12);

/** @param {() => number} chance */
function madeRange(chance) {
  const start = (chance() - 0.3) * span(chance);
  return { start, end: start + span(chance) };
}

test("a pixel is the place of its own instant, for any range and width", () => {
  const chance = seeded(11);
  for (let round = 0; round < 500; round++) {
    const range = madeRange(chance);
    const scale = new Scale(range, whole(chance, 1, 4000));
    const x = chance() * scale.width;
    const slack = 1e-6 * (1 + Math.abs(range.start) / (range.end - range.start)) * scale.width;
    assert.ok(Math.abs(scale.x(scale.ns(x)) - x) <= slack);
    assert.ok(Math.abs(scale.x(range.start)) <= slack);
    assert.ok(Math.abs(scale.x(range.end) - scale.width) <= slack);
  }
});

test("zooming keeps the instant under the pointer where it is, and back is back", () => {
  const chance = seeded(12);
  for (let round = 0; round < 500; round++) {
    const range = madeRange(chance);
    const length = range.end - range.start;
    const at = range.start + chance() * length;
    const factor = 0.2 + chance() * 4;
    const next = scales.zoomed(range, at, factor);
    const before = (at - range.start) / length;
    const after = (at - next.start) / (next.end - next.start);
    const slack = 1e-6 + (1e-9 * Math.abs(range.start)) / length;
    assert.ok(Math.abs(before - after) <= slack);
    const again = scales.zoomed(next, at, 1 / factor);
    assert.ok(Math.abs(again.start - range.start) <= 1e-6 * (length + Math.abs(range.start)));
    assert.ok(Math.abs(again.end - range.end) <= 1e-6 * (length + Math.abs(range.end)));
  }
});

test("a view is never shorter than allowed, nor further out than half of itself", () => {
  const chance = seeded(13);
  for (let round = 0; round < 1000; round++) {
    const duration = 100 + span(chance);
    const least = 1 + chance() * 50;
    const range = madeRange(chance);
    const found = scales.clamped(range, duration, least);
    const length = found.end - found.start;
    const slack = 1e-6 * (duration + length);
    assert.ok(length >= Math.min(least, duration) - slack);
    assert.ok(length <= duration * 1.02 + 1 + slack);
    assert.ok(found.start >= -length / 2 - slack, "not too far left");
    assert.ok(found.end <= duration + length / 2 + slack, "not too far right");
  }
});

test("a view that is allowed stays as it is, and cutting it again changes nothing", () => {
  const chance = seeded(14);
  for (let round = 0; round < 500; round++) {
    const duration = 1000 + Math.round(span(chance));
    const start = Math.floor(chance() * duration * 0.5);
    const range = { start, end: start + 20 + Math.floor(chance() * duration * 0.4) };
    assert.deepEqual(scales.clamped(range, duration, 10), range);
    const once = scales.clamped(madeRange(chance), duration, 10);
    const twice = scales.clamped(once, duration, 10);
    assert.ok(Math.abs(once.start - twice.start) <= 1e-6 * duration);
    assert.ok(Math.abs(once.end - twice.end) <= 1e-6 * duration);
  }
});

test("a level is the coarsest whose buckets fit into two pixels", () => {
  const levels = [64, 512, 4096, 32768].map((bucket_ns) => ({ bucket_ns }));
  const chance = seeded(15);
  for (let round = 0; round < 500; round++) {
    const nsPerPx = 10 ** (chance() * 7 - 1);
    const level = scales.levelFor(levels, nsPerPx);
    if (level !== SLICES) assert.ok(levels[level].bucket_ns <= 2 * nsPerPx);
    if (level + 1 < levels.length) assert.ok(levels[level + 1].bucket_ns > 2 * nsPerPx);
  }
});

test("the tiles named for a range are those and only those that touch it", () => {
  const chance = seeded(16);
  for (let round = 0; round < 500; round++) {
    const size = whole(chance, 1, 50);
    const duration = whole(chance, 0, 900);
    const start = whole(chance, -200, 900);
    const range = { start, end: start + whole(chance, 0, 300) };
    const touching = [];
    for (let index = 0; index * size <= duration; index++) {
      if (index * size <= range.end && (index + 1) * size > range.start) touching.push(index);
    }
    assert.deepEqual(scales.covering(size, range, duration), touching);
  }
});

test("a tile of slices and a tile of cells have their own lengths, in buckets", () => {
  const document = {
    levels: [{ bucket_ns: 64 }, { bucket_ns: 512 }],
    tile_buckets: 100,
    row_tile_buckets: 7,
  };
  assert.deepEqual(
    [SLICES, 0, 1].map((level) => scales.tileSpan(document, level)),
    [448, 6400, 51200],
  );
});

test("ticks with text are far enough apart, evenly spaced and never more than needed", () => {
  const chance = seeded(17);
  for (let round = 0; round < 500; round++) {
    const start = Math.floor(chance() * 1e9);
    const scale = new Scale({ start, end: start + 10 + span(chance) / 100 }, 300 + 1500 * chance());
    const found = scales.ticks(scale);
    const named = found.filter(({ text }) => text !== "");
    for (let at = 1; at < named.length; at++) {
      const apart = (named[at].ns - named[at - 1].ns) / scale.nsPerPx;
      assert.ok(apart >= 109.9, `${apart} px apart`);
      assert.ok(apart <= 110 * 2.6 || named[at].ns - named[at - 1].ns <= 1.001);
    }
    assert.equal(new Set(named.map(({ text }) => text)).size, named.length, "no text twice");
    for (const { ns } of found) {
      assert.ok(ns >= scale.range.start - 1e-3 && ns <= scale.range.end + 1e-3);
    }
  }
});

test("slices that share one lane are counted together, however long they are", () => {
  const scale = new Scale({ start: 0, end: 1000 }, 100);
  assert.equal(scale.exactNs(2, 1), Number.POSITIVE_INFINITY);
  assert.equal(scale.exactNs(1, 1), 40);
  assert.equal(scale.exactNs(3, 3), 40);
});

test("an instant lies in the column that holds its pixel", () => {
  const chance = seeded(18);
  for (let round = 0; round < 300; round++) {
    const range = { start: whole(chance, 0, 1000), end: whole(chance, 2000, 90000) };
    const scale = new Scale(range, whole(chance, 100, 2000));
    const ns = range.start + chance() * (range.end - range.start);
    const column = scale.column(ns);
    const x = scale.x(ns);
    assert.ok(x >= column * scales.COLUMN_PX - 1e-6);
    assert.ok(x < (column + 1) * scales.COLUMN_PX + 1e-6);
  }
});
