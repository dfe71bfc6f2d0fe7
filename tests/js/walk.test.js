import assert from "node:assert/strict";
import { test } from "node:test";
import { levelFor } from "../../static/js/kit/scale.js";
import { itemsInView } from "../../static/js/timeline/hit-test.js";
import { eventAt, firstEvents, neighbour } from "../../static/js/timeline/walk.js";
import { makeDocument, makePyramid, makeRandom, makeStore } from "./make-tile.js";

/** @typedef {{start: number, duration: number}} Slice */

/** @param {number} seed @param {number} count @param {number} span */
function someSlices(seed, count, span) {
  const random = makeRandom(seed);
  return Array.from({ length: count }, () => {
    const isLong = random(10) === 0;
    return { start: random(span), duration: isLong ? random(600) : random(20) };
  }).sort((a, b) => a.start - b.start);
}

/** @param {Slice[]} slices */
function sourceOf(slices, duration = 200_000) {
  const document = makeDocument([{ end_ns: duration, rows: slices.length }]);
  document.duration_ns = duration;
  document.levels.push({ level: 2, bucket_ns: 128 });
  const tiles = makePyramid(document, slices);
  let asked = 0;
  const get = async (/** @type {string} */ key) => {
    asked++;
    return tiles[key] ?? null;
  };
  return { document, get, tiles, asked: () => asked };
}

/**
 * @param {ReturnType<typeof sourceOf>} source
 * @param {Slice[]} slices
 * @param {1 | -1} step
 */
async function walked(source, slices, step) {
  const [track] = source.document.tracks;
  const from = step > 0 ? 0 : slices.length - 1;
  let now = await eventAt(source, track, from, slices[from].start);
  const rows = [];
  while (now) {
    rows.push(now.row);
    now = await neighbour(source, now, step);
  }
  return rows;
}

test("walking forwards and backwards meets every event once, in order", async () => {
  for (const seed of [1, 2, 3, 4]) {
    const slices = someSlices(seed, 150, 199_000);
    const source = sourceOf(slices);
    const all = slices.map((_, row) => row);
    assert.deepEqual(await walked(source, slices, 1), all, `seed ${seed}`);
    assert.deepEqual(await walked(source, slices, -1), all.reverse(), `seed ${seed}`);
  }
});

test("dense events are walked as exactly as sparse ones", async () => {
  const slices = someSlices(9, 300, 3000);
  const all = slices.map((_, row) => row);
  assert.deepEqual(await walked(sourceOf(slices), slices, 1), all);
  assert.deepEqual(await walked(sourceOf(slices), slices, -1), all.reverse());
});

test("a far neighbour costs a few tiles, however much emptiness lies between", async () => {
  const slices = [
    { start: 10, duration: 5 },
    { start: 1_900_000, duration: 5 },
    { start: 1_900_003, duration: 5 },
  ];
  const source = sourceOf(slices, 2_000_000);
  const [track] = source.document.tracks;
  const first = await eventAt(source, track, 0, 10);
  assert.ok(first);
  const before = source.asked();
  const next = await neighbour(source, first, 1);
  assert.equal(next?.row, 1);
  assert.ok(source.asked() - before < 25, `${source.asked() - before} tiles`);
});

test("at the ends there is no neighbour", async () => {
  const slices = [{ start: 500, duration: 5 }];
  const source = sourceOf(slices);
  const only = await eventAt(source, source.document.tracks[0], 0, 500);
  assert.ok(only);
  assert.equal(await neighbour(source, only, 1), null);
  assert.equal(await neighbour(source, only, -1), null);
});

test("an event is found by its row and start, and only there", async () => {
  const slices = someSlices(5, 60, 10_000);
  const source = sourceOf(slices);
  const [track] = source.document.tracks;
  const hit = await eventAt(source, track, 17, slices[17].start);
  assert.deepEqual([hit?.start, hit?.duration], [slices[17].start, slices[17].duration]);
  assert.equal(await eventAt(source, track, 9999, slices[17].start), null);
});

test("tiles that cannot be had end a walk instead of breaking it", async () => {
  const slices = someSlices(6, 20, 100_000);
  const source = sourceOf(slices);
  const first = await eventAt(source, source.document.tracks[0], 0, slices[0].start);
  assert.ok(first);
  assert.equal(await neighbour({ ...source, get: async () => null }, first, 1), null);
});

test("the first events of a range are exact even where the screen shows cells", async () => {
  const slices = someSlices(7, 400, 30_000);
  const source = sourceOf(slices);
  const { document } = source;
  const range = { start: 1000, end: 29_000 };
  const level = levelFor(document.levels, (range.end - range.start) / 100);
  const known = itemsInView({
    ...{ document, store: makeStore(source.tiles), level, range },
    ...{ group: document.groups[0], track: document.tracks[0] },
  });
  assert.ok(known.some((hit) => hit.count > 1));
  const hits = await firstEvents(source, known, range, 50);
  const isIn = (/** @type {Slice} */ slice) =>
    slice.start + slice.duration >= range.start && slice.start <= range.end;
  assert.equal(hits.length, 50);
  assert.ok(hits.every((hit) => hit.count <= 1 && isIn(hit)));
  const rows = hits.map((hit) => hit.row);
  const begun = slices.flatMap((slice, row) => (slice.start >= range.start ? [row] : []));
  const reaching = rows.filter((row) => slices[row].start < range.start).length;
  assert.deepEqual(rows.slice(reaching), begun.slice(0, 50 - reaching));
});
