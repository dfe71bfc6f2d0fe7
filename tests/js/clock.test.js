import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import { clockShare, paintBand, paintClock, slowTimes } from "../../static/js/render/clock.js";
import { mix, pixel } from "../../static/js/render/palette.js";
import { Pixels } from "../../static/js/render/pixels.js";
import { visitItems } from "../../static/js/timeline/items.js";
import { makeDocument, makeTile } from "./make-tile.js";

const WELL = pixel(0, 0, 0);
const WARN = pixel(200, 100, 0);
const RAIL = pixel(9, 9, 9);
const palette = /** @type {any} */ ({ well: WELL, warn: WARN, rail: RAIL });
const LABELS = ["8/8", "4/8 activity_1", "7/8 activity_2"];

/** @param {import("./make-tile.js").Item[]} items @param {number} [first] */
function clock(items, first = 0) {
  const document = makeDocument();
  const range = { start: 0, end: 400 };
  const placed = [{ tile: makeTile(items), start: 0, from: 0, to: 8192, level: 0, isStale: false }];
  const pixels = new Pixels(400, 24);
  pixels.clear(WELL);
  /** @param {import("../../static/js/render/painter.js").Visit} visit */
  const visitAll = (visit) => visitItems(placed, 0, range, visit, document);
  const scale = new Scale(range, 400);
  const job = { pixels, palette, scale, ratio: 1, top: 0, height: 24, labels: LABELS, first };
  return { ...paintClock({ ...job, items: visitAll }), pixels, visitAll, scale };
}

test("a clock label says its share", () => {
  assert.equal(clockShare("4/8 activity_1"), 0.5);
  assert.equal(clockShare("8/8"), 1);
  assert.equal(clockShare("9/8"), 1);
  assert.equal(clockShare("1/0"), null);
  assert.equal(clockShare("other"), null);
});

test("below full clock the row says how far and for how long", () => {
  const { words, share } = clock([
    { start: 0, duration: 200, label: 0 },
    { start: 200, duration: 200, label: 1 },
  ]);
  assert.deepEqual(
    words.map(({ text, isWarn }) => [text, isWarn]),
    [["50\u202f% of clock for 200\u202fns", true]],
  );
  assert.equal(share, 0.75);
});

test("the line is lower the slower the clock, and hatched above", () => {
  const { pixels } = clock([
    { start: 0, duration: 200, label: 0 },
    { start: 200, duration: 200, label: 1 },
  ]);
  const rowsOf = (/** @type {number} */ x, /** @type {number} */ colour) =>
    Array.from({ length: 24 }, (_, y) => y).filter((y) => pixels.data[y * 400 + x] === colour);
  assert.ok(Math.min(...rowsOf(300, WARN)) > Math.max(...rowsOf(100, WARN)));
  const hatched = pixels.data.filter((value) => value === mix(WARN, WELL, 0.45)).length;
  assert.ok(hatched > 100);
});

test("before the first record the row is dotted and says so", () => {
  const { words, pixels } = clock([{ start: 300, duration: 100, label: 0 }], 300);
  assert.deepEqual(
    words.map(({ text, isWarn, w }) => [text, isWarn, w]),
    [["not recorded before 300\u202fns", false, 300]],
  );
  assert.ok(pixels.data.some((value) => value === RAIL));
});

test("cells of several records do not pretend to a share", () => {
  const { share, isVaried, words, visitAll } = clock([
    { start: 8, duration: 4, bucket: 1, count: 3, busy: 8, label: 1 },
  ]);
  assert.deepEqual([share, isVaried, words.length], [null, true, 0]);
  assert.deepEqual(slowTimes(visitAll, LABELS), []);
});

test("a band lies behind the times below full clock", () => {
  const { visitAll, scale } = clock([
    { start: 0, duration: 100, label: 0 },
    { start: 100, duration: 50, label: 1 },
    { start: 250, duration: 50, label: 2 },
  ]);
  const times = slowTimes(visitAll, LABELS);
  assert.deepEqual(times, [100, 150, 250, 300]);
  const pixels = new Pixels(400, 10);
  pixels.clear(WELL);
  paintBand(pixels, palette, times, scale, 1, { top: 2, bottom: 8 });
  const inked = pixels.data.filter((value) => value !== WELL).length;
  assert.equal(inked, 100 * 6);
});
