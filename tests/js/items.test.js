import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale, SLICES } from "../../static/js/kit/scale.js";
import { boxOf, hitTest, itemsInView } from "../../static/js/timeline/hit-test.js";
import { lanesInView, placedTiles, tileKeys, visitItems } from "../../static/js/timeline/items.js";
import { slicesWithin } from "../../static/js/timeline/slice-index.js";
import { makeDocument, makePyramid, makeRandom, makeStore, makeTile } from "./make-tile.js";

const ALL = { start: 0, end: 8192 };

/** @param {ReturnType<typeof makeDocument>} document @param {import("../../static/js/timeline/items.js").Placed[]} placed */
function visited(document, placed, range = ALL) {
  /** @type {number[]} */
  const rows = [];
  visitItems(placed, 0, range, (tile, item) => rows.push(tile.row[item]), document);
  return rows;
}

/** @param {Partial<import("../../static/js/timeline/rows.js").Row>} changes */
function makeRow(document = makeDocument(), changes = {}) {
  const kind = /** @type {const} */ ("track");
  const [group] = document.groups;
  return { kind, group, track: document.tracks[0], y: 0, height: 24, lanes: 1, ...changes };
}

test("tiles are asked for by group, level and index", () => {
  const document = makeDocument();
  const [group] = document.groups;
  assert.deepEqual(tileKeys(document, group, SLICES, { start: 900, end: 2100 }), [
    "p0-c0/-1/0",
    "p0-c0/-1/1",
    "p0-c0/-1/2",
  ]);
});

test("a slice that lies in several tiles is visited once", () => {
  const document = makeDocument();
  const long = { start: 1000, duration: 500, row: 7 };
  const store = makeStore({
    "p0-c0/-1/0": makeTile([long, { start: 10, duration: 5, row: 1 }]),
    "p0-c0/-1/1": makeTile([long, { start: 1600, duration: 5, row: 2 }]),
  });
  const placed = placedTiles(document, document.groups[0], SLICES, ALL, store);
  assert.deepEqual(visited(document, placed).sort(), [1, 2, 7]);
});

test("what began before the first tile in view is drawn too", () => {
  const document = makeDocument();
  const store = makeStore({ "p0-c0/-1/1": makeTile([{ start: 1000, duration: 500, row: 7 }]) });
  const range = { start: 1100, end: 1200 };
  const placed = placedTiles(document, document.groups[0], SLICES, range, store);
  assert.deepEqual(visited(document, placed, range), [7]);
});

test("a coarser tile stands in for missing ones, each of its items once", () => {
  const document = makeDocument();
  const coarse = makeTile([
    { start: 0, duration: 20, bucket: 0, row: 1 },
    { start: 4000, duration: 20, bucket: 125, row: 2 },
  ]);
  const store = makeStore({ "p0-c0/1/0": coarse });
  const placed = placedTiles(document, document.groups[0], SLICES, ALL, store);
  assert.ok(placed.every(({ isStale }) => isStale));
  assert.deepEqual(visited(document, placed), [1, 2]);
});

test("at every level each slice is visited once, by itself or in its cell", () => {
  const document = makeDocument();
  const random = makeRandom(11);
  const slices = Array.from({ length: 200 }, () => ({
    start: random(8000),
    duration: random(4) ? random(30) : random(900),
  })).sort((a, b) => a.start - b.start);
  const store = makeStore(makePyramid(document, slices));
  for (const level of [SLICES, 0, 1]) {
    const placed = placedTiles(document, document.groups[0], level, ALL, store);
    let count = 0;
    const add = (/** @type {any} */ tile, /** @type {number} */ item) => {
      count += Math.max(1, tile.count[item]);
    };
    visitItems(placed, 0, ALL, add, document);
    assert.equal(count, 200, `level ${level}`);
  }
});

test("lanes open only when slices have room to be told apart", () => {
  const document = makeDocument([{ deepest: 2 }]);
  const slices = Array.from({ length: 40 }, (_, at) => ({
    ...{ start: at * 25, duration: 24, lane: at % 2, row: at },
  }));
  const store = makeStore({ "p0-c0/-1/0": makeTile(slices) });
  const range = { start: 0, end: 1000 };
  const placed = placedTiles(document, document.groups[0], SLICES, range, store);
  const [track] = document.tracks;
  assert.equal(lanesInView(placed, track, range, 1000, document), 2);
  assert.equal(lanesInView(placed, track, range, 400, document), 1);
  assert.equal(lanesInView(placed, { ...track, deepest: 1 }, range, 1000, document), 1);
  const queue = { ...track, capacity: 16, deepest: 16 };
  assert.equal(lanesInView(placed, queue, range, 150, document), 16);
  assert.equal(lanesInView(placed, queue, range, 100, document), 1);
});

test("the pointer finds the bar under it, in the right lane", () => {
  const document = makeDocument();
  const tile = makeTile([
    { start: 100, duration: 50, lane: 0, row: 1, label: 0 },
    { start: 120, duration: 50, lane: 1, row: 2, label: 1 },
  ]);
  const store = makeStore({ "p0-c0/-1/0": tile });
  const row = makeRow(document, { height: 40, lanes: 2 });
  const scale = new Scale({ start: 0, end: 400 }, 400);
  const query = { document, store, row, level: SLICES, scale };
  assert.equal(hitTest({ ...query, x: 130, y: 10 })?.row, 1);
  assert.equal(hitTest({ ...query, x: 130, y: 30 })?.row, 2);
  assert.equal(hitTest({ ...query, x: 130, y: 30 })?.label, "COPY");
  assert.equal(hitTest({ ...query, x: 152, y: 10 })?.row, 1, "within three pixels");
  assert.equal(hitTest({ ...query, x: 300, y: 10 }), null);
  assert.equal(hitTest({ ...query, row: makeRow(document, { track: null }), x: 130, y: 10 }), null);
});

test("a short bar wins over the long one behind it", () => {
  const document = makeDocument();
  const tile = makeTile([
    { start: 0, duration: 400, row: 1 },
    { start: 120, duration: 10, row: 2 },
  ]);
  const store = makeStore({ "p0-c0/-1/0": tile });
  const scale = new Scale({ start: 0, end: 400 }, 400);
  const query = { document, store, row: makeRow(document), level: SLICES, scale, y: 12 };
  assert.equal(hitTest({ ...query, x: 125 })?.row, 2);
  assert.equal(hitTest({ ...query, x: 200 })?.row, 1);
});

test("a cell under the pointer says how many it holds and how busy it is", () => {
  const document = makeDocument();
  const cell = { start: 64, duration: 7, bucket: 8, count: 5, busy: 6, row: 9 };
  const rest = { start: 0, duration: 0, bucket: 9, count: 0, busy: 3, row: 4_294_967_295 };
  const store = makeStore({ "p0-c0/0/0": makeTile([cell, rest]) });
  const scale = new Scale({ start: 0, end: 800 }, 200);
  const query = { document, store, row: makeRow(document), level: 0, scale, y: 12 };
  const hit = hitTest({ ...query, x: 17 });
  assert.deepEqual([hit?.count, hit?.busy, hit?.cellStart, hit?.cellLength], [5, 6, 64, 8]);
  assert.equal(hitTest({ ...query, x: 18.5 })?.row, 9, "the end of a slice is not an event");
});

test("what is drawn as one column is one cell, whatever it is made of", () => {
  const document = makeDocument();
  const items = [
    { start: 64, duration: 3, bucket: 8, count: 1, busy: 3, row: 1, label: 0 },
    { start: 72, duration: 5, bucket: 9, count: 2, busy: 6, row: 3, label: 1 },
    { start: 82, duration: 9, row: 4 },
    { start: 400, duration: 300, row: 5 },
  ];
  const store = makeStore({ "p0-c0/0/0": makeTile(items) });
  const scale = new Scale({ start: 0, end: 3200 }, 200);
  const query = { document, store, row: makeRow(document), level: 0, scale, y: 12 };
  const hit = hitTest({ ...query, x: 4.5 });
  assert.deepEqual([hit?.count, hit?.row, hit?.label, hit?.duration], [4, 4, "MATMUL", 9]);
  assert.deepEqual([hit?.busy, hit?.cellStart, hit?.cellLength], [18, 64, 32]);
  assert.deepEqual(
    [hitTest({ ...query, x: 30 })?.row, hitTest({ ...query, x: 30 })?.count],
    [5, 0],
  );
});

test("a box lies where its bar is drawn, however the row is stacked", () => {
  const document = makeDocument();
  const tile = makeTile([{ start: 100, duration: 50, lane: 1, row: 2 }]);
  const store = makeStore({ "p0-c0/-1/0": tile });
  const scale = new Scale({ start: 0, end: 400 }, 400);
  const row = makeRow(document, { y: 100, height: 40, lanes: 2 });
  const hit = hitTest({ document, store, row, level: SLICES, scale, x: 120, y: 30 });
  assert.ok(hit);
  assert.deepEqual(boxOf(hit, row, scale, 60), { x0: 100, x1: 150, y0: 60, y1: 75 });
});

test("items in view come in order of start", () => {
  const document = makeDocument();
  const tile = makeTile([
    { start: 300, duration: 5, row: 3 },
    { start: 100, duration: 5, row: 1 },
  ]);
  const found = itemsInView({
    ...{ document, store: makeStore({ "p0-c0/-1/0": tile }), level: SLICES, range: ALL },
    ...{ group: document.groups[0], track: document.tracks[0] },
  });
  assert.deepEqual(
    found.map((hit) => hit.row),
    [1, 3],
  );
});

test("of a long list the slices in view are those that a look at every one would find", () => {
  const document = makeDocument();
  const random = makeRandom(7);
  const slices = Array.from({ length: 900 }, (_, row) => ({
    start: random(8000),
    duration: row % 90 === 0 ? 3000 : random(30),
  }))
    .sort((a, b) => a.start - b.start)
    .map((slice, row) => ({ ...slice, row }));
  const tile = makeTile(slices);
  const placed = [{ tile, start: 0, from: 0, to: 8192, level: SLICES, isStale: false }];
  for (let round = 0; round < 200; round++) {
    const start = random(8200) - 20;
    const range = { start, end: start + random(round % 2 ? 40 : 2000) };
    const touching = slices.filter(
      (one) => one.start <= range.end && one.start + one.duration >= range.start,
    );
    assert.deepEqual(
      visited(document, placed, range),
      touching.map(({ row }) => row),
    );
  }
});

test("in a long list without order nothing is lost", () => {
  const document = makeDocument();
  const slices = Array.from({ length: 200 }, (_, row) => ({ start: 8000 - row, duration: 1, row }));
  const placed = [
    { tile: makeTile(slices), start: 0, from: 0, to: 8192, level: -1, isStale: false },
  ];
  assert.deepEqual(visited(document, placed, { start: 7850.5, end: 7852.5 }), [148, 149, 150]);
});

test("of a long list only what is near the view is looked at", () => {
  const slices = Array.from({ length: 5000 }, (_, row) => ({ start: row, duration: 1, row }));
  const tile = makeTile(slices);
  assert.deepEqual(slicesWithin(tile, 0, 5000, { start: 100, end: 110 }), [99, 111]);
  assert.deepEqual(slicesWithin(tile, 0, 5000, { start: 9000, end: 9001 }), [5000, 5000]);
});
