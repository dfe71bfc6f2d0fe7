import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import { clockShare } from "../../static/js/render/clock.js";
import { Columns, emptyLabels, paintRow } from "../../static/js/render/painter.js";
import { channels, inkOn, mix, pixel } from "../../static/js/render/palette.js";
import { Pixels } from "../../static/js/render/pixels.js";
import { fitted, widest } from "../../static/js/render/text.js";
import { visitItems } from "../../static/js/timeline/items.js";
import { makeDocument, makeTile, makeTrack } from "./make-tile.js";

const WELL = pixel(1, 1, 1);
const RAIL = pixel(2, 2, 2);
const hues = Uint32Array.from({ length: 9 }, (_, at) => pixel(10 * (at + 1), 0, 0));
const palette = /** @type {any} */ ({ hues, well: WELL, rail: RAIL, warn: 3, err: 4, grid: 5 });
const WIDTH = 100;

/**
 * Paints items into 100 by 24 pixels, a nanosecond a pixel unless said otherwise.
 * @param {import("./make-tile.js").Item[]} items
 * @param {{track?: Record<string, unknown>, nsPerPx?: number, lanes?: number}} [how]
 */
function painted(items, { track = {}, nsPerPx = 1, lanes = 1 } = {}) {
  const document = makeDocument();
  const pixels = new Pixels(WIDTH, 24);
  pixels.clear(WELL);
  const tally = { exact: 0, inCells: 0, cells: 0 };
  const labels = emptyLabels(10);
  const range = { start: 0, end: WIDTH * nsPerPx };
  const tile = makeTile(items);
  const placed = [{ tile, start: 0, from: 0, to: 8192, level: 0, isStale: false }];
  const busy = paintRow({
    pixels,
    palette,
    columns: new Columns(WIDTH),
    labels,
    tally,
    scale: new Scale(range, WIDTH),
    ratio: 1,
    row: /** @type {any} */ ({ track: makeTrack(track), height: 24, lanes, y: 0 }),
    top: 0,
    items: (visit) => visitItems(placed, 0, range, visit, document),
  });
  const inked = (/** @type {number} */ x) => {
    let count = 0;
    for (let y = 0; y < 24; y++) {
      const value = pixels.data[y * WIDTH + x];
      if (value !== WELL && value !== RAIL) count++;
    }
    return count;
  };
  const railAt = (/** @type {number} */ x) =>
    [x, x + 1].some((at) => pixels.data.some((v, i) => v === RAIL && i % WIDTH === at));
  return { pixels, tally, labels, busy, inked, railAt };
}

test("a wide slice is a bar from its start to its end", () => {
  const { inked, tally, railAt, busy } = painted([{ start: 20, duration: 30 }]);
  assert.equal(inked(19), 0);
  assert.ok(inked(21) > 15);
  assert.ok(inked(48) > 15);
  assert.equal(inked(50), 0);
  assert.ok(!railAt(30));
  assert.deepEqual([tally.exact, tally.cells, busy], [1, 0, 30]);
});

test("a slice of no length still leaves ink", () => {
  const { inked } = painted([{ start: 40, duration: 0 }]);
  assert.ok(inked(40) > 0);
});

test("control is half as high", () => {
  const full = painted([{ start: 20, duration: 30, colour: 2 }]).inked(30);
  const half = painted([{ start: 20, duration: 30, colour: 8 }]).inked(30);
  assert.ok(Math.abs(half - full / 2) <= 1, `${half} of ${full}`);
});

test("an unknown opcode is an outline", () => {
  const { pixels } = painted([{ start: 20, duration: 30, colour: 255 }]);
  assert.equal(pixels.data[12 * WIDTH + 35], WELL);
  assert.notEqual(pixels.data[12 * WIDTH + 20], WELL);
});

test("slices that share a column become a skyline as high as they are busy, with a rail", () => {
  const cells = [
    { start: 80, duration: 4, bucket: 10, count: 3, busy: 8, colour: 1 },
    { start: 240, duration: 2, bucket: 30, count: 2, busy: 2, colour: 1 },
  ];
  const { inked, railAt, tally } = painted(cells, { nsPerPx: 4 });
  assert.ok(inked(20) > 2 * inked(60));
  assert.ok(inked(60) >= 2);
  assert.ok(railAt(20) && railAt(60));
  assert.deepEqual([tally.cells, tally.inCells, tally.exact], [2, 5, 0]);
});

test("a slice alone in its column is drawn exactly", () => {
  const cell = { start: 82, duration: 3, bucket: 10, count: 1, busy: 3 };
  const { tally, railAt } = painted([cell], { nsPerPx: 4 });
  assert.deepEqual([tally.exact, tally.cells], [1, 0]);
  assert.ok(!railAt(20));
});

test("every cell that is not empty leaves ink and every empty column none", () => {
  const buckets = [0, 3, 4, 9, 40, 41, 77];
  const cells = buckets.map((bucket) => ({
    start: bucket * 8,
    duration: 1,
    bucket,
    count: 2,
    busy: 0,
    colour: 3,
  }));
  const { inked } = painted(cells, { nsPerPx: 8 });
  for (let x = 0; x < WIDTH; x += 2) {
    const isFull = buckets.some((bucket) => Math.floor((bucket + 0.5) / 2) === x / 2);
    assert.equal(inked(x) > 0, isFull, `column at ${x}`);
  }
});

test("a queue far away is as high as the share of its engines that move data", () => {
  const half = Array.from({ length: 8 }, (_, lane) => ({ start: 10, duration: 60, lane }));
  const queue = { kind: "dma_queue", capacity: 16 };
  const { inked, busy } = painted(half, { track: queue });
  const full = painted([...half, ...half], { track: queue }).inked(40);
  assert.ok(Math.abs(inked(40) - full / 2) <= 1);
  assert.equal(busy, 8 * 60);
});

test("time two slices share counts once", () => {
  const { busy } = painted(
    [
      { start: 0, duration: 60, lane: 0 },
      { start: 30, duration: 60, lane: 1 },
    ],
    { lanes: 2 },
  );
  assert.equal(busy, 90);
});

test("only bars with room are given a label", () => {
  const { labels } = painted([
    { start: 0, duration: 40, label: 1 },
    { start: 50, duration: 10, label: 1 },
  ]);
  assert.equal(labels.length, 1);
  assert.equal(labels.label[0], 1);
});

test("labels are whole, short or none, never cut", () => {
  const measure = (/** @type {string} */ text) => text.length * 7;
  assert.equal(fitted("MATMUL", 50, measure), "MATMUL");
  assert.equal(fitted("MATMUL", 20, measure), "MM");
  assert.equal(fitted("MATMUL", 10, measure), "");
  assert.equal(fitted("ACTIVATE EXP", 30, measure), "EXP");
});

test("the widest labels win when there are too many", () => {
  const labels = emptyLabels(3);
  labels.length = 3;
  labels.w.set([10, 30, 20]);
  assert.deepEqual(widest(labels, 2), [1, 2]);
});

test("a clock label says its share", () => {
  assert.equal(clockShare("4/8 activity_1"), 0.5);
  assert.equal(clockShare("8/8"), 1);
  assert.equal(clockShare("1/0"), null);
  assert.equal(clockShare("other"), null);
});

test("colours mix, and ink is the one that reads better", () => {
  assert.deepEqual(channels("#5fadf6"), [95, 173, 246]);
  assert.equal(mix(pixel(100, 0, 0), pixel(0, 0, 0), 0.5), pixel(50, 0, 0));
  assert.equal(inkOn("#ebdd67"), "#0b0d11");
  assert.equal(inkOn("#632897"), "#ffffff");
});

test("shapes are cut at the buffer's edges", () => {
  const pixels = new Pixels(4, 4);
  pixels.rect(-5, -5, 50, 50, 7);
  pixels.hatch(-5, -5, 50, 50, 8, 3);
  pixels.dots(-5, 50, 99, 9);
  assert.ok(pixels.data.every((value) => value === 7 || value === 8));
});
