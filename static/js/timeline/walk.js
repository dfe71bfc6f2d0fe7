/**
 * Exact events beyond what is on the screen: the one before or after another, and the first ones of
 * a range. Cells of coarser levels say where something is; the tiles of slices say what.
 */

import { NO_BUCKET } from "../data/arrow.js";
import { SLICES, tileSpan } from "../kit/scale.js";
import { hitOf } from "./hit-test.js";

/** @typedef {import("../data/arrow.js").Tile} Tile */
/** @typedef {import("./hit-test.js").Hit} Hit */
/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("./rows.js").Track} Track */
/** @typedef {import("./rows.js").Group} Group */
/** @typedef {(key: string) => Promise<Tile | null>} Getter */
/** @typedef {{document: TimelineDocument, get: Getter}} Source */

const MOST_TILES = 48;

/**
 * The group of a track.
 * @param {TimelineDocument} document
 * @param {Track} track
 * @returns {Group}
 */
export function groupOf(document, track) {
  const found = document.groups.find((group) => group.id === track.group);
  if (!found) throw new Error(`no group ${track.group}`);
  return found;
}

/**
 * Items of a track in one tile, with where they begin.
 * @param {TimelineDocument} document
 * @param {Track} track
 * @param {Tile} tile
 * @param {number} level
 * @param {number} tileStart
 * @returns {Hit[]} in order of start, those that begin within the tile
 */
function itemsOf(document, track, tile, level, tileStart) {
  const bucketNs = document.levels[Math.max(level, 0)].bucket_ns;
  const end = tileStart + tileSpan(document, level);
  /** @type {Hit[]} */
  const found = [];
  for (const [from, to] of tile.places.get(track.id) ?? []) {
    for (let item = from; item < to; item++) {
      const isSlice = tile.bucket[item] === NO_BUCKET;
      if (!isSlice && tile.count[item] === 0) continue;
      const begin = isSlice ? tile.start[item] : tileStart + tile.bucket[item] * bucketNs;
      if (begin < tileStart || begin >= end) continue;
      found.push(hitOf(document, track, tile, item, begin, bucketNs));
    }
  }
  return found.sort((a, b) => a.cellStart - b.cellStart || a.row - b.row);
}

/**
 * The event with a row number, near an instant at which it begins.
 * @param {Source} source
 * @param {Track} track
 * @param {number} row
 * @param {number} start ns
 * @returns {Promise<Hit | null>}
 */
export async function eventAt({ document, get }, track, row, start) {
  const span = tileSpan(document, SLICES);
  const index = Math.floor(start / span);
  const tile = await get(`${groupOf(document, track).slug}/${SLICES}/${index}`);
  if (!tile) return null;
  return (
    itemsOf(document, track, tile, SLICES, index * span).find((hit) => hit.row === row) ?? null
  );
}

/**
 * The event before or after another in its track, or null at the end: up until a level's tile
 * reaches far enough to hold another event, then down from its cell to the event itself. Buckets
 * never straddle the tiles of finer levels.
 * @param {Source} source
 * @param {Hit} now
 * @param {1 | -1} step
 * @returns {Promise<Hit | null>}
 */
export async function neighbour(source, now, step) {
  const { document } = source;
  const top = document.levels.length - 1;
  let level = SLICES;
  let at = now.start;
  let edge = now.start;
  let hit = await nearest(source, now, step, level, at, edge);
  while (!hit) {
    const span = tileSpan(document, level);
    const index = Math.floor(at / span);
    edge = step > 0 ? (index + 1) * span : index * span;
    if (level < top) level++;
    else at = step > 0 ? edge : edge - 1;
    if (at < 0 || at > document.duration_ns) return null;
    hit = await nearest(source, now, step, level, at, edge);
  }
  while (hit.count > 1 && level > SLICES) {
    level--;
    edge = step > 0 ? hit.cellStart : hit.cellStart + hit.cellLength;
    at = step > 0 ? edge : edge - 1;
    const finer = await nearest(source, now, step, level, at, edge);
    if (!finer) return hit;
    hit = finer;
  }
  return hit;
}

/**
 * The item next to an event within the tile of a level that holds an instant.
 * @param {Source} source
 * @param {Hit} now
 * @param {1 | -1} step
 * @param {number} level
 * @param {number} at ns
 * @param {number} edge ns; cells count from there on
 * @returns {Promise<Hit | null>}
 */
async function nearest({ document, get }, now, step, level, at, edge) {
  const span = tileSpan(document, level);
  const index = Math.floor(at / span);
  const tile = await get(`${groupOf(document, now.track).slug}/${level}/${index}`);
  if (!tile) return null;
  const found = itemsOf(document, now.track, tile, level, index * span);
  const isNext = (/** @type {Hit} */ hit) => {
    if (hit.count > 1) return step > 0 ? hit.cellStart >= edge : hit.cellStart < edge;
    return (hit.start - now.start || hit.row - now.row) * step > 0;
  };
  return (step > 0 ? found : found.reverse()).find(isNext) ?? null;
}

/**
 * The first events of a range. What is known one by one counts as it is; cells are opened from the
 * left until there are enough.
 * @param {Source} source
 * @param {Hit[]} known items of the range
 * @param {{start: number, end: number}} range
 * @param {number} most
 * @returns {Promise<Hit[]>} in order of start
 */
export async function firstEvents({ document, get }, known, range, most) {
  /** @type {Map<string, Hit>} */
  const found = new Map();
  const keep = (/** @type {Hit} */ hit) => {
    const isSeen = hit.start <= range.end && hit.start + hit.duration >= range.start;
    if (isSeen && hit.count <= 1) found.set(`${hit.track.id}/${hit.row}`, hit);
  };
  known.forEach(keep);
  const cells = known.filter((hit) => hit.count > 1).sort((a, b) => a.cellStart - b.cellStart);
  const span = tileSpan(document, SLICES);
  const opened = new Set();
  const isEnough = (/** @type {number} */ index) => {
    const before = [...found.values()].filter((hit) => hit.start < index * span);
    return before.length >= most || opened.size >= MOST_TILES;
  };
  for (const cell of cells) {
    const first = Math.floor(cell.cellStart / span);
    const last = Math.floor((cell.cellStart + cell.cellLength - 1) / span);
    if (isEnough(first)) break;
    for (let index = first; index <= last && !isEnough(index); index++) {
      const key = `${groupOf(document, cell.track).slug}/${SLICES}/${index}`;
      if (opened.has(`${key} ${cell.track.id}`)) continue;
      opened.add(`${key} ${cell.track.id}`);
      const tile = await get(key);
      if (!tile) continue;
      itemsOf(document, cell.track, tile, SLICES, index * span).forEach(keep);
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start || a.row - b.row).slice(0, most);
}
