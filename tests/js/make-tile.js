/** Tiles, tracks and documents for tests, as they come from the server. */

import { NO_BUCKET, placesOf } from "../../static/js/data/arrow.js";

/** @typedef {{track?: number, lane?: number, count?: number, start: number, duration: number, bucket?: number, busy?: number, row?: number, colour?: number, label?: number}} Item */

/**
 * A tile; an item without `bucket` is a slice.
 * @param {Item[]} items
 */
export function makeTile(items) {
  const column = (/** @type {(item: Item) => number} */ read) => items.map(read);
  const track = Uint16Array.from(column((i) => i.track ?? 0));
  const bucket = Uint16Array.from(column((i) => i.bucket ?? NO_BUCKET));
  return {
    length: items.length,
    track,
    lane: Uint8Array.from(column((i) => i.lane ?? 0)),
    count: Uint32Array.from(column((i) => (i.bucket === undefined ? 0 : (i.count ?? 1)))),
    start: Float64Array.from(column((i) => i.start)),
    duration: Float64Array.from(column((i) => i.duration)),
    bucket,
    busy: Float64Array.from(column((i) => i.busy ?? 0)),
    row: Uint32Array.from(column((i) => i.row ?? 0)),
    colour: Uint8Array.from(column((i) => i.colour ?? 0)),
    label: Uint16Array.from(column((i) => i.label ?? 0)),
    isComplete: true,
    isSlices: true,
    isBare: false,
    rows: items.length,
    places: placesOf(track, bucket),
  };
}

/** @param {Record<string, unknown>} [changes] */
export function makeTrack(changes = {}) {
  return {
    id: 0,
    key: "p0/c0/tensor",
    group: "p0/c0",
    kind: "engine",
    name: "Tensor",
    part: 0,
    core: 0,
    table: "Instruction",
    rows: 10,
    lanes: 1,
    deepest: 1,
    start_ns: 0,
    end_ns: 8192,
    capacity: 1,
    ...changes,
  };
}

/** @param {Record<string, unknown>[]} [tracks] */
export function makeDocument(tracks = [{}]) {
  const made = tracks.map((track, id) => makeTrack({ id, ...track }));
  const ids = [...new Set(made.map((track) => track.group))];
  return {
    duration_ns: 8192,
    tile_buckets: 1024,
    row_tile_buckets: 128,
    levels: [
      { level: 0, bucket_ns: 8 },
      { level: 1, bucket_ns: 32 },
    ],
    parts: [{ part: 0, name: "a.ntff", span_ns: 8192, clock: "own zero" }],
    groups: ids.map((id) => {
      const own = made.filter((track) => track.group === id);
      const kinds = {
        engine: "core",
        dma_queue: "dma",
        dma_engine: "dma_engines",
        error: "errors",
        collective: "collectives",
      };
      const kind = kinds[own[0].kind];
      return {
        id,
        slug: id.replace("/", "-"),
        title: "Core 0",
        subtitle: "nc 4",
        kind: kind ?? own[0].kind,
        part: 0,
        core: 0,
        tracks: own.map((track) => track.id),
        rows: 10,
      };
    }),
    tracks: made,
    labels: { 0: ["MATMUL", "COPY"] },
    notices: [],
  };
}

/** @param {Record<string, ReturnType<typeof makeTile>>} tiles by key */
export function makeStore(tiles) {
  return { peek: (/** @type {string} */ key) => tiles[key] ?? null };
}

/**
 * All tiles of one track by the rule of the pyramid: a slice longer than a level's bucket stands by
 * itself, every other counts in the cell of its start.
 * @param {ReturnType<typeof makeDocument>} document
 * @param {{start: number, duration: number, lane?: number}[]} slices in order of start; row = place
 * @param {number} [track]
 * @returns {Record<string, ReturnType<typeof makeTile>>} by key
 */
export function makePyramid(document, slices, track = 0) {
  const group = document.groups.find((one) => one.tracks.includes(track));
  /** @type {Record<string, ReturnType<typeof makeTile>>} */
  const tiles = {};
  for (const level of [-1, ...document.levels.keys()]) {
    const bucketNs = document.levels[Math.max(level, 0)].bucket_ns;
    const span = bucketNs * (level < 0 ? document.row_tile_buckets : document.tile_buckets);
    for (let index = 0; index * span <= document.duration_ns; index++) {
      const from = index * span;
      tiles[`${group?.slug}/${level}/${index}`] = makeTile(
        itemsOf(slices, { level, bucketNs, from, to: from + span, track }),
      );
    }
  }
  return tiles;
}

/**
 * @param {{start: number, duration: number, lane?: number}[]} slices
 * @param {{level: number, bucketNs: number, from: number, to: number, track: number}} tile
 * @returns {Item[]}
 */
function itemsOf(slices, { level, bucketNs, from, to, track }) {
  /** @type {Map<number, Item & {count: number, busy: number}>} */
  const cells = new Map();
  /** @type {Item[]} */
  const items = [];
  slices.forEach((slice, row) => {
    const isLong = level < 0 || slice.duration > bucketNs;
    const touches = slice.start < to && slice.start + slice.duration >= from;
    if (isLong && touches) items.push({ ...slice, row, track });
    if (isLong || slice.start < from || slice.start >= to) return;
    const bucket = Math.floor((slice.start - from) / bucketNs);
    const cell = cells.get(bucket) ?? { start: 0, duration: -1, bucket, count: 0, busy: 0, track };
    cell.count++;
    cell.busy = Math.min(bucketNs, cell.busy + slice.duration);
    if (slice.duration > cell.duration) Object.assign(cell, slice, { row });
    cells.set(bucket, cell);
  });
  const inOrder = [...cells.values()].sort((a, b) => (a.bucket ?? 0) - (b.bucket ?? 0));
  return [...inOrder, ...items];
}

/**
 * Numbers that look random and are the same every time.
 * @param {number} seed
 * @returns {(below: number) => number}
 */
export function makeRandom(seed) {
  let state = seed >>> 0 || 1;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
