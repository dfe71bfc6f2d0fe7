import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale, SLICES } from "../../static/js/kit/scale.js";
import { readAddress, writeAddress } from "../../static/js/timeline/address.js";
import { ViewHistory } from "../../static/js/timeline/history.js";
import { hitTest, slicesInView } from "../../static/js/timeline/hit-test.js";
import { lanesInView, placedTiles, tileKeys, visitItems } from "../../static/js/timeline/items.js";
import { layoutRows, rowAt, shownGroups } from "../../static/js/timeline/rows.js";
import { makeDocument, makeStore, makeTile } from "./make-tile.js";

const ALL = { start: 0, end: 8192 };

/** @param {ReturnType<typeof makeDocument>} document @param {import("../../static/js/timeline/items.js").Placed[]} placed */
function visited(document, placed, range = ALL) {
  /** @type {number[]} */
  const rows = [];
  visitItems(placed, 0, range, (tile, item) => rows.push(tile.row[item]), document);
  return rows;
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

test("lanes open only when slices have room to be told apart", () => {
  const document = makeDocument();
  const slices = Array.from({ length: 40 }, (_, at) => ({
    start: at * 25,
    duration: 24,
    lane: at % 2,
    row: at,
  }));
  const store = makeStore({ "p0-c0/-1/0": makeTile(slices) });
  const group = document.groups[0];
  const range = { start: 0, end: 1000 };
  const placed = placedTiles(document, group, SLICES, range, store);
  const [track] = document.tracks;
  assert.equal(lanesInView(placed, track, range, 1000, document), 2);
  assert.equal(lanesInView(placed, track, range, 100, document), 1);
});

test("rows come group by group, the clock first, closed groups as their head alone", () => {
  const document = makeDocument([
    { name: "Vector" },
    { name: "Tensor" },
    { kind: "dma_queue", group: "p0/dma0", name: "q", capacity: 16 },
    { kind: "dma_engine", group: "p0/engines0", name: "E64" },
    { kind: "clock", group: "p0/clock", name: "Core 0" },
  ]);
  const state = {
    dma: /** @type {const} */ ("queue"),
    closed: new Set(["p0/dma0"]),
    lanes: new Map(),
  };
  const { rows, height } = layoutRows(document, state);
  const names = rows.map((row) => row.track?.name ?? row.group.id);
  assert.deepEqual(names, ["Core 0", "p0/c0", "Tensor", "Vector", "p0/dma0"]);
  assert.equal(
    height,
    rows.reduce((sum, row) => sum + row.height, 0),
  );
  for (const row of rows) assert.equal(rowAt(rows, row.y + 1), row);
  assert.equal(rowAt(rows, height), null);
  const kinds = shownGroups(document, "engine").map((group) => group.kind);
  assert.deepEqual(kinds, ["clock", "core", "dma_engines"]);
});

test("the pointer finds the bar under it, in the right lane", () => {
  const document = makeDocument();
  const tile = makeTile([
    { start: 100, duration: 50, lane: 0, row: 1, label: 0 },
    { start: 120, duration: 50, lane: 1, row: 2, label: 1 },
  ]);
  const store = makeStore({ "p0-c0/-1/0": tile });
  const row = {
    kind: /** @type {const} */ ("track"),
    group: document.groups[0],
    track: document.tracks[0],
    y: 0,
    height: 40,
    lanes: 2,
  };
  const scale = new Scale({ start: 0, end: 400 }, 400);
  const query = { document, store, row, level: SLICES, scale };
  assert.equal(hitTest({ ...query, x: 130, y: 10 })?.row, 1);
  assert.equal(hitTest({ ...query, x: 130, y: 30 })?.row, 2);
  assert.equal(hitTest({ ...query, x: 130, y: 30 })?.label, "COPY");
  assert.equal(hitTest({ ...query, x: 152, y: 10 })?.row, 1, "within three pixels");
  assert.equal(hitTest({ ...query, x: 300, y: 10 }), null);
});

test("a cell under the pointer says how many it holds and how busy it is", () => {
  const document = makeDocument();
  const cell = { start: 64, duration: 7, bucket: 8, count: 5, busy: 6, row: 9 };
  const store = makeStore({ "p0-c0/0/0": makeTile([cell]) });
  const row = {
    kind: /** @type {const} */ ("track"),
    group: document.groups[0],
    track: document.tracks[0],
    y: 0,
    height: 24,
    lanes: 1,
  };
  const scale = new Scale({ start: 0, end: 800 }, 200);
  const hit = hitTest({ document, store, row, level: 0, scale, x: 17, y: 12 });
  assert.deepEqual([hit?.count, hit?.busy, hit?.cellStart, hit?.cellLength], [5, 6, 64, 8]);
});

test("walking sees the slices in order of start", () => {
  const document = makeDocument();
  const tile = makeTile([
    { start: 300, duration: 5, row: 3 },
    { start: 100, duration: 5, row: 1 },
  ]);
  const found = slicesInView({
    document,
    store: makeStore({ "p0-c0/-1/0": tile }),
    group: document.groups[0],
    track: document.tracks[0],
    level: SLICES,
    range: ALL,
  });
  assert.deepEqual(
    found.map((hit) => hit.row),
    [1, 3],
  );
});

test("an address gives back the view it was made from", () => {
  const address = {
    range: { start: -540, end: 54_819 },
    selected: { part: 1, table: "Instruction", row: 207 },
    dma: /** @type {const} */ ("engine"),
    closed: ["p0/c1"],
  };
  assert.deepEqual(readAddress(writeAddress(address)), address);
});

test("an address that makes no sense is an address without a view", () => {
  for (const text of ["", "?t=5-3", "?t=a-b&sel=x", "?sel=1.<b>.2&dma=other"]) {
    const { range, selected, dma } = readAddress(text);
    assert.deepEqual([range, selected, dma], [null, null, "queue"]);
  }
});

test("going back returns to where the view was, small moves as one", () => {
  const history = new ViewHistory();
  history.leave({ start: 0, end: 100 }, 0);
  history.leave({ start: 1, end: 101 }, 100);
  history.leave({ start: 50, end: 60 }, 5000);
  assert.deepEqual(history.back({ start: 9, end: 10 }), { start: 50, end: 60 });
  assert.deepEqual(history.back({ start: 50, end: 60 }), { start: 0, end: 100 });
  assert.equal(history.back({ start: 0, end: 100 }), null);
  assert.deepEqual(history.forward({ start: 0, end: 100 }), { start: 50, end: 60 });
});
