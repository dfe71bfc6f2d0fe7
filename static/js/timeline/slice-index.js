/** Which slices of a long list touch a range, found without looking at all of them. */

import { NO_BUCKET } from "../data/arrow.js";

/** @typedef {import("../data/arrow.js").Tile} Tile */
/** @typedef {{start: number, end: number}} Range */

/** Shorter lists are looked through as fast. */
const LEAST_LENGTH = 64;

/**
 * By tile and the place where a list begins: the latest end up to each slice, which only rises; null
 * for a list that is not slices in order of start.
 * @type {WeakMap<Tile, Map<number, Float64Array | null>>}
 */
const known = new WeakMap();

/**
 * @param {Tile} tile
 * @param {number} from
 * @param {number} to
 * @returns {Float64Array | null}
 */
function latestEnds(tile, from, to) {
  const ends = new Float64Array(to - from);
  let latest = Number.NEGATIVE_INFINITY;
  for (let item = from; item < to; item++) {
    if (tile.bucket[item] !== NO_BUCKET) return null;
    if (item > from && tile.start[item] < tile.start[item - 1]) return null;
    latest = Math.max(latest, tile.start[item] + tile.duration[item]);
    ends[item - from] = latest;
  }
  return ends;
}

/**
 * The first place of `count` at which a rising condition holds; `count` where it never does.
 * @param {number} count
 * @param {(place: number) => boolean} holds
 * @returns {number}
 */
function firstOf(count, holds) {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The part of a tile's items [from, to) in which everything lies that touches a range. Single ones in
 * it may still not.
 * @param {Tile} tile
 * @param {number} from
 * @param {number} to
 * @param {Range} range
 * @returns {[number, number]}
 */
export function slicesWithin(tile, from, to, range) {
  if (to - from < LEAST_LENGTH) return [from, to];
  const lists = known.get(tile) ?? new Map();
  if (!known.has(tile)) known.set(tile, lists);
  if (!lists.has(from)) lists.set(from, latestEnds(tile, from, to));
  /** @type {Float64Array | null} */
  const ends = lists.get(from);
  if (!ends) return [from, to];
  const first = firstOf(ends.length, (place) => ends[place] >= range.start);
  const last = firstOf(ends.length, (place) => tile.start[from + place] > range.end);
  return [from + first, from + Math.max(first, last)];
}
