import assert from "node:assert/strict";
import { test } from "node:test";
import {
  clamped,
  covering,
  levelFor,
  Scale,
  SLICES,
  ticks,
  tileSpan,
  zoomed,
} from "../../static/js/kit/scale.js";
import { makeDocument } from "./make-tile.js";

const LEVELS = [{ bucket_ns: 8 }, { bucket_ns: 32 }, { bucket_ns: 128 }];

test("pixels and nanoseconds turn into each other", () => {
  const scale = new Scale({ start: 100, end: 300 }, 400);
  assert.equal(scale.nsPerPx, 0.5);
  for (const ns of [100, 150, 299.5]) assert.equal(scale.ns(scale.x(ns)), ns);
});

test("the level is the coarsest whose buckets are at most two pixels", () => {
  assert.equal(levelFor(LEVELS, 3.9), SLICES);
  assert.equal(levelFor(LEVELS, 4), 0);
  assert.equal(levelFor(LEVELS, 15.9), 0);
  assert.equal(levelFor(LEVELS, 16), 1);
  assert.equal(levelFor(LEVELS, 1e9), 2);
});

test("tiles of slices are shorter than tiles of cells", () => {
  const document = makeDocument();
  assert.equal(tileSpan(document, SLICES), 1024);
  assert.equal(tileSpan(document, 0), 8192);
  assert.equal(tileSpan(document, 1), 32768);
});

test("covering tiles stay within the profile", () => {
  assert.deepEqual(covering(1000, { start: -500, end: 2500 }, 8192), [0, 1, 2]);
  assert.deepEqual(covering(1000, { start: 7900, end: 99_999 }, 8192), [7, 8]);
  assert.deepEqual(covering(1000, { start: -900, end: -100 }, 8192), []);
});

test("zooming keeps the instant under the pointer where it is", () => {
  const range = { start: 100, end: 500 };
  for (const factor of [0.5, 2]) {
    const next = zoomed(range, 200, factor);
    assert.equal((200 - next.start) / (next.end - next.start), 0.25);
  }
});

test("a view is never shorter than allowed and never far from the profile", () => {
  const tiny = clamped({ start: 50, end: 51 }, 8192, 20);
  assert.equal(tiny.end - tiny.start, 20);
  const far = clamped({ start: 1e6, end: 1e6 + 100 }, 8192, 20);
  assert.ok(far.start <= 8192 && far.end - far.start === 100);
  const whole = clamped({ start: -1e6, end: 1e6 }, 8192, 20);
  assert.ok(whole.start <= 0 && whole.end >= 8192);
  assert.ok(whole.end - whole.start < 8192 * 1.05);
});

/** @param {number} start @param {number} end */
const texts = (start, end, width = 1000) =>
  ticks(new Scale({ start, end }, width))
    .map(({ text }) => text)
    .filter(Boolean);

test("ticks step by 1, 2 or 5 and carry only the decimals the step needs", () => {
  assert.deepEqual(texts(0, 102_700).slice(0, 3), ["0", "20\u202fµs", "40\u202fµs"]);
  assert.deepEqual(texts(20_000, 24_600).slice(0, 2), ["20\u202fµs", "21\u202fµs"]);
  assert.equal(texts(21_000, 22_000)[1], "21.2\u202fµs");
});

test("each tick is written in its own unit", () => {
  assert.deepEqual(texts(0, 1_003_215).slice(1, 3), ["200\u202fµs", "400\u202fµs"]);
  assert.equal(texts(0, 1_003_215).at(-1), "1.0\u202fms");
  assert.deepEqual(texts(0, 2000).slice(0, 2), ["0", "500\u202fns"]);
});

test("ticks are never closer than a nanosecond, and smaller ones divide their steps", () => {
  assert.deepEqual(
    texts(10, 16),
    ["10 ns", "11 ns", "12 ns", "13 ns", "14 ns", "15 ns", "16 ns"].map((text) =>
      text.replace(" ", "\u202f"),
    ),
  );
  const all = ticks(new Scale({ start: 0, end: 100_000 }, 1000));
  const steps = all.slice(1).map(({ ns }, at) => ns - all[at].ns);
  assert.ok(steps.every((step) => step === 5000));
  assert.deepEqual(
    all.filter(({ text }) => text).map(({ ns }) => ns),
    [0, 20_000, 40_000, 60_000, 80_000, 100_000],
  );
});
