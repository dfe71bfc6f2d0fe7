import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import { Brush, emptyLabels, inkOf, lanesOf, paintRow } from "../../static/js/render/painter.js";
import { channels, inkOn, mix, PLAIN, pixel } from "../../static/js/render/palette.js";
import { Pixels } from "../../static/js/render/pixels.js";
import { fitted, widest } from "../../static/js/render/text.js";
import { visitItems } from "../../static/js/timeline/items.js";
import { makeDocument, makeRandom, makeTile, makeTrack } from "./make-tile.js";

const WELL = pixel(1, 1, 1);
const RAIL = pixel(2, 2, 2);
const hues = Uint32Array.from({ length: 9 }, (_, at) => pixel(10 * (at + 1), 0, 0));
const palette = /** @type {any} */ ({ hues, well: WELL, rail: RAIL, warn: 3, err: 4, grid: 5 });
const WIDTH = 100;
const HEIGHT = 40;

/**
 * Paints items into 100 by 40 pixels, a nanosecond a pixel unless said otherwise.
 * @param {import("./make-tile.js").Item[]} items
 * @param {{track?: Record<string, unknown>, nsPerPx?: number, lanes?: number, height?: number, isStale?: boolean, level?: number, isSmall?: boolean[], ratio?: number, start?: number}} [how]
 */
function painted(items, how = {}) {
  const { track = {}, nsPerPx = 1, lanes = 1, height = 18, isStale = false, level = 0 } = how;
  const { isSmall = [], ratio = 1, start = 0 } = how;
  const document = makeDocument();
  const pixels = new Pixels(WIDTH * ratio, HEIGHT * ratio);
  pixels.clear(WELL);
  const tally = { exact: 0, inCells: 0, cells: 0 };
  const brush = new Brush(WIDTH, 10);
  const range = { start, end: start + WIDTH * nsPerPx };
  const placed = [{ tile: makeTile(items), start: 0, from: 0, to: 8192, level, isStale }];
  const busy = paintRow({
    ...{ pixels, palette, brush, tally, ratio, lanes, top: 3, height, isSmall },
    scale: new Scale(range, WIDTH),
    track: makeTrack(track),
    items: (visit) => visitItems(placed, 0, range, visit, document),
  });
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    pixels.data[y * pixels.width + x];
  const column = (/** @type {number} */ x) =>
    Array.from({ length: pixels.height }, (_, y) => at(x, y));
  const inked = (/** @type {number} */ x) =>
    column(x).filter((value) => value !== WELL && value !== RAIL).length;
  const railAt = (/** @type {number} */ x) =>
    [x, x + 1].some((one) => column(one).some((value) => value === RAIL));
  return { pixels, tally, labels: brush.labels, busy, inked, railAt, at, column };
}

test("a wide slice is a bar from its start to its end, and has no rail", () => {
  const { inked, tally, railAt, busy } = painted([{ start: 20, duration: 30 }]);
  assert.equal(inked(19), 0);
  assert.equal(inked(21), 18);
  assert.equal(inked(48), 18);
  assert.equal(inked(50), 0);
  assert.ok(!railAt(30));
  assert.deepEqual([tally.exact, tally.cells, busy], [1, 0, 30]);
});

test("a slice of no length still leaves ink", () => {
  const { inked } = painted([{ start: 40, duration: 0 }]);
  assert.ok(inked(40) > 0);
});

test("bars that touch are told apart by a pixel of ground", () => {
  const { at } = painted([
    { start: 20, duration: 20 },
    { start: 40, duration: 20 },
  ]);
  assert.equal(at(39, 12), WELL);
  assert.notEqual(at(38, 12), WELL);
  assert.notEqual(at(40, 12), WELL);
});

test("control is half as high and stands on the ground line", () => {
  const full = painted([{ start: 20, duration: 30, colour: 2 }]);
  const half = painted([{ start: 20, duration: 30, colour: 8 }]);
  assert.ok(Math.abs(half.inked(30) - full.inked(30) / 2) <= 1);
  assert.equal(half.at(30, 20), hues[8]);
  assert.equal(half.at(30, 4), WELL);
});

test("an unknown opcode is an outline", () => {
  const { at } = painted([{ start: 20, duration: 30, colour: 255 }]);
  assert.equal(at(35, 12), WELL);
  assert.notEqual(at(20, 12), WELL);
});

test("transposes are striped where there is room for stripes", () => {
  const colours = (/** @type {number} */ duration) => {
    const { pixels } = painted([{ start: 20, duration, colour: 0x40 }]);
    return new Set(pixels.data).size;
  };
  assert.equal(colours(40), 3);
  assert.equal(colours(10), 2);
});

test("slices that share a column become a skyline as high as they are busy, with a rail", () => {
  const cells = [
    { start: 80, duration: 4, bucket: 10, count: 3, busy: 8, colour: 1 },
    { start: 240, duration: 2, bucket: 30, count: 2, busy: 2, colour: 1 },
  ];
  const { inked, railAt, tally } = painted(cells, { nsPerPx: 4 });
  assert.ok(inked(20) > 2 * inked(60));
  assert.ok(inked(60) >= 2);
  assert.ok(railAt(20) && railAt(60) && !railAt(40));
  assert.deepEqual([tally.cells, tally.inCells, tally.exact], [2, 5, 0]);
});

test("the colour of a cell is the class with most time in it", () => {
  const { at } = painted(
    [
      { start: 80, duration: 1, bucket: 10, count: 4, busy: 2, colour: 1 },
      { start: 88, duration: 5, bucket: 11, count: 4, busy: 6, colour: 4 },
    ],
    { nsPerPx: 8 },
  );
  assert.equal(at(10, 19), hues[4]);
});

test("a slice alone in its column is drawn exactly, at any width", () => {
  const cell = { start: 82, duration: 3, bucket: 10, count: 1, busy: 3 };
  const { tally, railAt } = painted([cell], { nsPerPx: 4 });
  assert.deepEqual([tally.exact, tally.cells], [1, 0]);
  assert.ok(!railAt(20));
});

test("the end of a slice drawn exactly is no cell, however it falls on the columns", () => {
  for (let start = 20; start < 28; start++) {
    const { tally, railAt } = painted([{ start, duration: 3 }]);
    assert.deepEqual([tally.exact, tally.cells, railAt(start + 2)], [1, 0, false]);
  }
  const reaching = [
    { start: 84, duration: 7, bucket: 10, count: 1, busy: 4 },
    { start: 0, duration: 0, bucket: 11, count: 0, busy: 3 },
  ];
  const { tally, railAt } = painted(reaching, { nsPerPx: 4 });
  assert.deepEqual([tally.exact, tally.cells], [1, 0]);
  assert.ok(!railAt(20) && !railAt(22));
});

test("every cell that is not empty leaves ink and every empty column none", () => {
  const buckets = [0, 3, 4, 9, 40, 41, 77];
  const cells = buckets.map((bucket) => ({
    ...{ start: bucket * 8, duration: 1, bucket, count: 2, busy: 0, colour: 3 },
  }));
  const { inked } = painted(cells, { nsPerPx: 8 });
  for (let x = 0; x < WIDTH; x += 2) {
    const isFull = buckets.some((bucket) => Math.floor((bucket + 0.5) / 2) === x / 2);
    assert.equal(inked(x) > 0, isFull, `column at ${x}`);
  }
});

test("a long slice keeps its bar over the cells beside it", () => {
  const cell = { start: 40, duration: 2, bucket: 5, count: 9, busy: 8, colour: 3 };
  const { at } = painted([{ start: 20, duration: 200, colour: 1 }, cell], { nsPerPx: 4 });
  assert.equal(at(10, 12), hues[1]);
});

test("nothing that is in view is lost: counts of bars and cells are the slices", () => {
  const random = makeRandom(3);
  for (let round = 0; round < 20; round++) {
    const slices = Array.from({ length: 30 }, () => ({
      start: random(380),
      duration: random(40),
    }));
    slices.sort((a, b) => a.start - b.start);
    const { tally } = painted(slices, { nsPerPx: 4 });
    assert.equal(tally.exact + tally.inCells, 30);
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

test("a queue near by has a lane for each engine, small packets in paler ink", () => {
  const packets = Array.from({ length: 16 }, (_, lane) => ({
    ...{ start: 10, duration: 60, lane, colour: 6, label: lane === 3 ? 1 : 0 },
  }));
  const track = { kind: "dma_queue", capacity: 16 };
  const { at } = painted(packets, { track, lanes: 16, height: 32, isSmall: [false, true] });
  for (let lane = 0; lane < 16; lane++) {
    const pale = lane === 3 ? mix(hues[6], WELL, 0.55) : hues[6];
    assert.equal(at(40, 3 + 2 * lane), pale);
    assert.equal(at(40, 4 + 2 * lane), WELL);
  }
});

test("cells of stacked rows stay in their lane", () => {
  const cells = [
    { start: 80, duration: 4, bucket: 10, count: 3, busy: 8, lane: 0, colour: 1 },
    { start: 80, duration: 4, bucket: 10, count: 3, busy: 8, lane: 1, colour: 2 },
  ];
  const { at } = painted(cells, { nsPerPx: 4, lanes: 2, height: 34 });
  assert.equal(at(20, 10), hues[1]);
  assert.equal(at(20, 27), hues[2]);
});

test("where there is no room for height the busy share is ink, in four steps", () => {
  assert.deepEqual([0, 0.2, 0.3, 0.6, 0.9, 1].map(inkOf), [0.28, 0.28, 0.5, 0.75, 1, 1]);
  const cell = { start: 80, duration: 4, bucket: 10, count: 3, busy: 2, colour: 1 };
  const { at, railAt } = painted([cell], { nsPerPx: 4, height: 5 });
  assert.equal(at(20, 5), mix(hues[1], WELL, 0.5));
  assert.ok(!railAt(20));
});

test("time two slices share counts once", () => {
  const slices = [
    { start: 0, duration: 60, lane: 0 },
    { start: 30, duration: 60, lane: 1 },
  ];
  assert.equal(painted(slices, { lanes: 2 }).busy, 90);
});

test("what stands in for a tile on its way is pale and covers its whole span", () => {
  const cell = { start: 0, duration: 9, bucket: 0, count: 4, busy: 32, colour: 3 };
  const { at } = painted([cell], { isStale: true, level: 1 });
  for (const x of [1, 15, 30]) assert.equal(at(x, 19), mix(hues[3], WELL, 0.45));
  assert.equal(at(34, 19), WELL);
});

test("bars far outside of the view are cut, not lost", () => {
  const { inked } = painted([{ start: 0, duration: 8000 }], { nsPerPx: 0.001, start: 4000 });
  assert.equal(inked(0), 18);
  assert.equal(inked(99), 18);
});

test("a screen with two pixels to one has bars twice as wide", () => {
  const { pixels, at } = painted([{ start: 20, duration: 30 }], { ratio: 2 });
  assert.equal(pixels.width, 200);
  assert.equal(at(39, 30), WELL);
  assert.notEqual(at(41, 30), WELL);
  assert.notEqual(at(98, 30), WELL);
});

test("only bars with room are given a label, up to the next bar of their lane", () => {
  const { labels } = painted([
    { start: 0, duration: 40, label: 1 },
    { start: 50, duration: 40, label: 0 },
    { start: 60, duration: 39, label: 1 },
  ]);
  const found = Array.from({ length: labels.length }, (_, at) => [labels.x[at], labels.w[at]]);
  assert.deepEqual(
    found.sort((a, b) => a[0] - b[0]),
    [
      [0, 40],
      [60, 39],
    ],
  );
});

test("an error is wide enough to be seen and is named beside its mark", () => {
  const error = { start: 40, duration: 0, label: 1, colour: 7 };
  const { labels, inked } = painted([error], { track: { kind: "error" } });
  assert.ok(inked(40) && inked(41) && inked(42));
  assert.deepEqual([labels.length, labels.colour[0], labels.label[0]], [1, PLAIN, 1]);
});

test("lanes share the height, with a gap between them", () => {
  assert.deepEqual(lanesOf(0, 34, 2, 1), [
    { top: 0, bottom: 15 },
    { top: 17, bottom: 32 },
  ]);
  assert.deepEqual(lanesOf(3, 18, 1, 2), [{ top: 6, bottom: 42 }]);
});

test("labels are whole, short or none, never cut", () => {
  const measure = (/** @type {string} */ text) => text.length * 7;
  assert.equal(fitted("MATMUL", 50, measure), "MATMUL");
  assert.equal(fitted("MATMUL", 20, measure), "MM");
  assert.equal(fitted("MATMUL", 10, measure), "");
  assert.equal(fitted("ACTIVATE EXP", 30, measure), "EXP");
  assert.equal(fitted("16 KiB", 30, measure), "");
});

test("the widest labels win when there are too many", () => {
  const labels = emptyLabels(3);
  labels.length = 3;
  labels.w.set([10, 30, 20]);
  assert.deepEqual(widest(labels, 2), [1, 2]);
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
  pixels.outline(-5, -5, 50, 50, 9);
  assert.ok(pixels.data.every((value) => value === 7 || value === 8));
});

test("narrow and wide rectangles fill the same pixels", () => {
  for (const width of [1, 5, 8, 9, 20]) {
    const pixels = new Pixels(30, 6);
    pixels.rect(3, 1, 3 + width, 4, 7);
    assert.equal(pixels.data.filter((value) => value === 7).length, width * 3);
    assert.equal(pixels.data[1 * 30 + 3], 7);
    assert.equal(pixels.data[3 * 30 + 2 + width], 7);
  }
});

test("waiting in a system run is a full bar with a label, where control of an engine is half a bar", () => {
  const items = [{ start: 10, duration: 60, colour: 8 }];
  const engine = painted(items);
  const span = painted(items, { track: { kind: "span" } });
  assert.ok(engine.inked(40) < 18);
  assert.equal(span.inked(40), 18);
  assert.equal(engine.labels.length, 0);
  assert.equal(span.labels.length, 1);
});

test("spans nest twelve deep, a lane a level", () => {
  const items = Array.from({ length: 12 }, (_, lane) => ({
    ...{ start: 0, duration: 90 - lane, colour: lane % 9, lane, row: lane },
  }));
  const { tally, column } = painted(items, { track: { kind: "span" }, lanes: 12, height: 36 });
  assert.equal(tally.exact, 12);
  assert.equal(new Set(column(5).filter((value) => value !== WELL)).size, 9);
});

test("crowded spans of different levels make cells of their own lanes", () => {
  const items = Array.from({ length: 40 }, (_, at) => ({
    ...{ start: at * 2, duration: 1, colour: 0, lane: at % 2, row: at },
  }));
  const { tally } = painted(items, { track: { kind: "span" }, lanes: 2, nsPerPx: 8, height: 36 });
  assert.equal(tally.exact + tally.inCells, 40);
  assert.ok(tally.cells > 1);
});
