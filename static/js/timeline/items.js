/** The items of a track in view, out of the tiles that are there; no object an item. */

import { NO_BUCKET } from "../data/arrow.js";
import { covering, tileSpan } from "../kit/scale.js";
import { MOST_LANES } from "./rows.js";
import { cellsWithin, slicesWithin } from "./slice-index.js";

/** From these widths on slices are told apart, and what overlaps is stacked. */
const STACK_PX = 12;
const STACK_PACKET_PX = 3;

/** @typedef {import("../data/arrow.js").Tile} Tile */
/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("./rows.js").Group} Group */
/**
 * A tile that stands for [from, to): its own range, or a part of a coarser tile's range that begins
 * at `start`.
 * @typedef {{tile: Tile, start: number, from: number, to: number, level: number, isStale: boolean}} Placed
 */

/**
 * Keys of the tiles of a group over a range.
 * @param {TimelineDocument} document
 * @param {Group} group
 * @param {number} level
 * @param {{start: number, end: number}} range
 * @returns {string[]}
 */
export function tileKeys(document, group, level, range) {
  const span = tileSpan(document, level);
  return covering(span, range, document.duration_ns).map(
    (index) => `${group.slug}/${level}/${index}`,
  );
}

/**
 * The best tiles there are for a group over a range: of the level asked for, else coarser ones.
 * @param {TimelineDocument} document
 * @param {Group} group
 * @param {number} level
 * @param {{start: number, end: number}} range
 * @param {{peek: (key: string) => Tile | null}} store
 * @returns {Placed[]}
 */
export function placedTiles(document, group, level, range, store) {
  const span = tileSpan(document, level);
  /** @type {Placed[]} */
  const found = [];
  for (const index of covering(span, range, document.duration_ns)) {
    const tile = store.peek(`${group.slug}/${level}/${index}`);
    const from = index * span;
    const to = from + span;
    if (tile) found.push({ tile, start: from, from, to, level, isStale: false });
    else {
      const coarser = coarserTile(document, group, level, { start: from, end: to }, store);
      if (coarser) found.push(coarser);
    }
  }
  return found;
}

/**
 * @param {TimelineDocument} document
 * @param {Group} group
 * @param {number} level
 * @param {{start: number, end: number}} gap
 * @param {{peek: (key: string) => Tile | null}} store
 * @returns {Placed | null}
 */
function coarserTile(document, group, level, gap, store) {
  for (let other = level + 1; other < document.levels.length; other++) {
    const otherSpan = tileSpan(document, other);
    const index = Math.floor(gap.start / otherSpan);
    const tile = store.peek(`${group.slug}/${other}/${index}`);
    const start = index * otherSpan;
    if (tile) return { tile, start, from: gap.start, to: gap.end, level: other, isStale: true };
  }
  return null;
}

/**
 * Calls `visit` for every item of a track that touches the range; slices that lie in several tiles
 * are visited once, in the tile where they begin or the first one placed.
 * @param {Placed[]} placed
 * @param {number} track
 * @param {{start: number, end: number}} range
 * @param {(tile: Tile, item: number, from: number, bucketNs: number, isStale: boolean) => void} visit
 * @param {TimelineDocument} document
 */
export function visitItems(placed, track, range, visit, document) {
  for (let place = 0; place < placed.length; place++) {
    const { tile, start, from: first, to: last, level, isStale } = placed[place];
    const bucketNs = document.levels[Math.max(level, 0)].bucket_ns;
    // A tile that stands in for a finer one is looked at only where it does.
    const seen = { start: Math.max(range.start, place > 0 ? first : start), end: range.end };
    if (isStale) seen.end = Math.min(range.end, last);
    for (const [all, allTo] of tile.places.get(track) ?? []) {
      const isSlice = tile.bucket[all] === NO_BUCKET;
      const [from, to] = isSlice
        ? slicesWithin(tile, all, allTo, range)
        : cellsWithin(tile, all, allTo, seen, start, bucketNs);
      for (let item = from; item < to; item++) {
        const begin = isSlice ? tile.start[item] : start + tile.bucket[item] * bucketNs;
        const length = isSlice ? tile.duration[item] : bucketNs;
        if (begin > range.end || begin + length < range.start) continue;
        // Each item is visited where it begins; in the first tile also what reaches in.
        if (begin >= last || (begin < first && place > 0)) continue;
        visit(tile, item, begin, bucketNs, isStale);
      }
    }
  }
}

/**
 * How many lanes a track needs in view: more than one only when most of its slices are wide enough
 * to be told apart, and only as many as overlap there.
 * @param {Placed[]} placed
 * @param {import("./rows.js").Track} track
 * @param {{start: number, end: number}} range
 * @param {number} width pixels
 * @param {TimelineDocument} document
 * @returns {number}
 */
export function lanesInView(placed, track, range, width, document) {
  if (track.deepest < 2 || track.kind === "clock" || track.kind === "error") return 1;
  const least = track.capacity > 1 ? STACK_PACKET_PX : STACK_PX;
  const wideNs = (least * (range.end - range.start)) / Math.max(1, width);
  let wide = 0;
  let crowded = 0;
  let deepest = 0;
  visitItems(
    placed,
    track.id,
    range,
    (tile, item) => {
      if (tile.bucket[item] !== NO_BUCKET) crowded += tile.count[item];
      else if (tile.duration[item] < wideNs) crowded++;
      else wide++;
      deepest = Math.max(deepest, tile.lane[item]);
    },
    document,
  );
  if (wide === 0 || crowded > wide) return 1;
  return track.capacity > 1 ? track.capacity : Math.min(deepest + 1, MOST_LANES);
}
