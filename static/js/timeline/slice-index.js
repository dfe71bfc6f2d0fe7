/** Which items of a long list touch a range, found without looking at all of them. */

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
 * By tile and the place where a list begins: whether it is cells in order of their buckets.
 * @type {WeakMap<Tile, Map<number, boolean>>}
 */
const ordered = new WeakMap();

/**
 * What is known of a list, found out once.
 * @template T
 * @param {WeakMap<Tile, Map<number, T>>} facts
 * @param {Tile} tile
 * @param {number} from
 * @param {number} to
 * @param {(tile: Tile, from: number, to: number) => T} find
 * @returns {T}
 */
function factOf(facts, tile, from, to, find) {
  let lists = facts.get(tile);
  if (!lists) {
    lists = new Map();
    facts.set(tile, lists);
  }
  let fact = lists.get(from);
  if (fact === undefined) {
    fact = find(tile, from, to);
    lists.set(from, fact);
  }
  return fact;
}

/**
 * @param {Tile} tile
 * @param {number} from
 * @param {number} to
 * @returns {boolean}
 */
function areCellsInOrder({ bucket }, from, to) {
  for (let item = from; item < to; item++) {
    if (bucket[item] === NO_BUCKET || (item > from && bucket[item] < bucket[item - 1]))
      return false;
  }
  return true;
}

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
  const ends = factOf(known, tile, from, to, latestEnds);
  if (!ends) return [from, to];
  const first = firstOf(ends.length, (place) => ends[place] >= range.start);
  const last = firstOf(ends.length, (place) => tile.start[from + place] > range.end);
  return [from + first, from + Math.max(first, last)];
}

/**
 * The same for a list of cells, of a tile that begins at `start`.
 * @param {Tile} tile
 * @param {number} from
 * @param {number} to
 * @param {Range} range
 * @param {number} start ns
 * @param {number} bucketNs
 * @returns {[number, number]}
 */
export function cellsWithin(tile, from, to, range, start, bucketNs) {
  if (to - from < LEAST_LENGTH) return [from, to];
  if (!factOf(ordered, tile, from, to, areCellsInOrder)) return [from, to];
  const { bucket } = tile;
  const least = Math.floor((range.start - start) / bucketNs) - 1;
  const most = Math.ceil((range.end - start) / bucketNs);
  const first = firstOf(to - from, (place) => bucket[from + place] >= least);
  const last = firstOf(to - from, (place) => bucket[from + place] > most);
  return [from + first, from + last];
}
