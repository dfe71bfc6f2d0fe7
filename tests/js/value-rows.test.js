import assert from "node:assert/strict";
import { test } from "node:test";
import { ValueStore } from "../../static/js/data/value-store.js";
import { bytesPerSecond, flopsPerSecond } from "../../static/js/kit/units.js";
import { layoutRows, rowAt } from "../../static/js/timeline/rows.js";
import { semaphoresOf, valueGroups } from "../../static/js/timeline/value-rows.js";
import { matching } from "../../static/js/viewers/semaphores.js";
import { meanOf, piecesInView, topOf, valueWords } from "../../static/js/viewers/value-rows.js";
import { makeDocument } from "./make-tile.js";

const THIN = "\u202f";
const QUEUE = /** @type {const} */ ("queue");

/** @param {Partial<import("../../static/js/timeline/rows.js").Series>} changes */
const series = (changes) => ({
  ...{ id: "p0-c0-dma", group: "values", title: "DMA throughput", subtitle: "core 0" },
  ...{ unit: "bytes_per_s", count: 9, interval_ns: null, max: 100, capacity: null },
  ...{ shape: "step", part: 0, core: 0, lane: 0, lanes: 1, ...changes },
});

const BANKS = [0, 1].map((lane) =>
  series({ id: `p0-c0-psum-${lane}`, row: "p0-c0-psum", lane, lanes: 2, title: "PSUM banks" }),
);
const SEMAPHORES = [0, 1].map((core) =>
  series({ id: `p0-s${core}`, group: "semaphores", title: `S[${5 + core}]`, core }),
);
const ALL = [...BANKS, series({}), series({ id: "p0-c1-dma", core: 1 }), ...SEMAPHORES];

const samples = (
  /** @type {number[]} */ starts,
  /** @type {number[]} */ values,
  before = null,
) => ({
  ...{ start_ns: starts, min: values, max: values.map((one) => one * 2), mean: values },
  ...{ last: values, nearest: { before } },
});

test("value rows come core by core under the rest, lanes of one row together", () => {
  const document = { ...makeDocument([{}]), series: ALL };
  const state = { dma: QUEUE, closed: new Set(), lanes: new Map() };
  const { rows } = layoutRows(document, state);
  const found = rows.filter(({ group }) => group.kind === "values");
  assert.deepEqual(
    found.map(({ kind, values }) => values?.map(({ id }) => id) ?? kind),
    ["head", ["p0-c0-psum-0", "p0-c0-psum-1"], ["p0-c0-dma"], "head", ["p0-c1-dma"]],
  );
  for (const row of rows) assert.equal(rowAt(rows, row.y), row);
});

test("a closed group of values keeps its head only", () => {
  const document = { ...makeDocument([{}]), series: ALL };
  const state = { dma: QUEUE, closed: new Set(["p0/values0"]), lanes: new Map() };
  const found = layoutRows(document, state).rows.filter(({ group }) => group.id === "p0/values0");
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ["head"],
  );
});

test("a semaphore has a row where it is chosen", () => {
  const document = { ...makeDocument([{}]), series: ALL };
  const kinds = (/** @type {string[]} */ ids) =>
    valueGroups(document, 0, new Set(ids)).map(({ group }) => group.id);
  assert.deepEqual(kinds([]), ["p0/values0", "p0/values1"]);
  assert.deepEqual(kinds(["p0-s1"]), ["p0/values0", "p0/semaphores1", "p0/values1"]);
  assert.deepEqual(valueGroups(document, 1, new Set()), []);
});

test("semaphores are found by name and core", () => {
  const found = semaphoresOf({ ...makeDocument(), series: ALL });
  assert.equal(found.length, 2);
  assert.deepEqual(
    matching(found, "s[6]").map(({ id }) => id),
    ["p0-s1"],
  );
  assert.deepEqual(matching(found, "s core 9"), []);
});

test("a value holds until the next one, also from before the view", () => {
  const range = { start: 10, end: 30 };
  const before = { start_ns: 2, value: 7 };
  const pieces = piecesInView(samples([15, 25, 40], [1, 3, 9], before), range);
  assert.deepEqual(
    pieces.map(({ from, to, mean }) => [from, to, mean]),
    [
      [10, 15, 7],
      [15, 25, 1],
      [25, 30, 3],
    ],
  );
  assert.equal(meanOf(pieces, range), (7 * 5 + 10 + 15) / 20);
});

test("before the first value there is nothing", () => {
  const pieces = piecesInView(samples([15], [4]), { start: 0, end: 20 });
  assert.deepEqual(pieces, [{ from: 15, to: 20, max: 8, mean: 4 }]);
});

test("a row's top is its limit where values come near it, and more where they pass it", () => {
  assert.equal(topOf(series({ max: 464, capacity: 435 })), 464);
  assert.equal(topOf(series({ max: 200, capacity: 435 })), 435);
  assert.equal(topOf(series({ max: 20, capacity: 435 })), 20);
  assert.ok(topOf(series({ max: 0 })) > 0);
});

test("values read in their unit", () => {
  assert.equal(valueWords(0.343, "share"), `34${THIN}%`);
  assert.equal(valueWords(435e9, "bytes_per_s"), `435${THIN}GB/s`);
  assert.equal(valueWords(1.5, "count"), "1.5");
  assert.equal(bytesPerSecond(999), `999${THIN}B/s`);
  assert.equal(flopsPerSecond(78.643e12), `78.6${THIN}TFLOP/s`);
});

/** @param {(url: string) => Promise<any>} fetcher */
const storeOf = (fetcher) => {
  const store = new ValueStore("/series/", () => {}, fetcher);
  return store;
};
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

test("all rows of a frame are asked for in one request, once", async () => {
  /** @type {string[]} */
  const urls = [];
  const store = storeOf(async (url) => {
    urls.push(url);
    return { series: { a: samples([1], [2]), b: samples([1], [3]) } };
  });
  const range = { start: 0, end: 100 };
  for (let frame = 0; frame < 2; frame++) for (const id of ["a", "b"]) store.get(id, range, 50);
  assert.ok(store.isLoading);
  await settled();
  assert.equal(urls.length, 1);
  assert.match(urls[0] ?? "", /^\/series\/\?id=a&id=b&start_ns=/);
  assert.deepEqual(store.get("b", range, 50)?.samples.mean, [3]);
  assert.ok(!store.isLoading);
});

test("while a new range is on its way the last answer stays", async () => {
  const store = storeOf(async () => ({ series: { a: samples([1], [2]) } }));
  store.get("a", { start: 0, end: 100 }, 50);
  await settled();
  assert.deepEqual(store.get("a", { start: 5000, end: 5100 }, 50)?.samples.mean, [2]);
});

test("what is wrong with a series is said, not asked for again in every frame, and tried again", async () => {
  let asked = 0;
  const store = storeOf(async () => {
    asked += 1;
    return { series: { a: { error: "cannot be read" } } };
  });
  const range = { start: 0, end: 100 };
  for (let frame = 0; frame < 3; frame++) {
    store.get("a", range, 50);
    await settled();
  }
  assert.equal(asked, 1);
  assert.equal(store.errors.get("a"), "cannot be read");
  store.retry();
  store.get("a", range, 50);
  await settled();
  assert.equal(asked, 2);
});
