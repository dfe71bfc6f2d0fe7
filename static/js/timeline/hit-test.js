/** From a point to what lies there: a slice with its row in its table, or a cell. */

import { NO_BUCKET } from "../data/arrow.js";
import { placedTiles, visitItems } from "./items.js";

/** @typedef {import("./rows.js").Track} Track */
/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {{track: Track, row: number, start: number, duration: number, label: string, colour: number, lane: number, count: number, cellStart: number, cellLength: number, busy: number}} Hit */

const NEAR_PX = 3;

/**
 * What lies under a point: the slice whose bar is hit, else the nearest within three pixels.
 * @param {object} query
 * @param {TimelineDocument} query.document
 * @param {{peek: (key: string) => import("../data/arrow.js").Tile | null}} query.store
 * @param {import("./rows.js").Row} query.row
 * @param {number} query.level
 * @param {import("../kit/scale.js").Scale} query.scale
 * @param {number} query.x
 * @param {number} query.y pixels from the row's top
 * @returns {Hit | null}
 */
export function hitTest({ document, store, row, level, scale, x, y }) {
  const track = row.track;
  if (!track) return null;
  const at = scale.ns(x);
  const near = { start: at - NEAR_PX * scale.nsPerPx, end: at + NEAR_PX * scale.nsPerPx };
  const lane = Math.floor((Math.max(0, y - 3) * row.lanes) / Math.max(1, row.height - 6));
  const placed = placedTiles(document, row.group, level, near, store);
  /** @type {Hit | null} */
  let best = null;
  let least = Number.POSITIVE_INFINITY;
  visitItems(
    placed,
    track.id,
    near,
    (tile, item, from, bucketNs) => {
      const isSlice = tile.bucket[item] === NO_BUCKET;
      const isSingle = !isSlice && tile.count[item] === 1;
      if (row.lanes > 1 && tile.lane[item] !== lane) return;
      const start = isSlice || isSingle ? tile.start[item] : from;
      const length = isSlice || isSingle ? tile.duration[item] : bucketNs;
      const gap = Math.max(start - at, at - (start + length), 0) / scale.nsPerPx;
      // A bar beats a cell at the same distance, a short bar beats a long one behind it.
      const cost = gap * 1e6 + (isSlice || isSingle ? 0 : 0.5) + Math.min(length / 1e12, 0.4);
      if (gap > NEAR_PX || cost >= least) return;
      least = cost;
      const labels = document.labels[track.part] ?? [];
      best = {
        track,
        row: tile.row[item],
        start: tile.start[item],
        duration: tile.duration[item],
        label: labels[tile.label[item]] ?? "",
        colour: tile.colour[item],
        lane: tile.lane[item],
        count: isSlice ? 0 : tile.count[item],
        cellStart: start,
        cellLength: length,
        busy: tile.busy[item],
      };
    },
    document,
  );
  return best;
}

/**
 * Slices of a track that are known one by one, in order of start: for walking and for the table.
 * @param {object} query
 * @param {TimelineDocument} query.document
 * @param {{peek: (key: string) => import("../data/arrow.js").Tile | null}} query.store
 * @param {import("./rows.js").Group} query.group
 * @param {Track} query.track
 * @param {number} query.level
 * @param {{start: number, end: number}} query.range
 * @param {number} [query.most]
 * @returns {Hit[]}
 */
export function slicesInView({ document, store, group, track, level, range, most = 500 }) {
  const placed = placedTiles(document, group, level, range, store);
  const labels = document.labels[track.part] ?? [];
  /** @type {Hit[]} */
  const found = [];
  visitItems(
    placed,
    track.id,
    range,
    (tile, item) => {
      const isSlice = tile.bucket[item] === NO_BUCKET;
      if (!isSlice && tile.count[item] === 0) return;
      found.push({
        track,
        row: tile.row[item],
        start: tile.start[item],
        duration: tile.duration[item],
        label: labels[tile.label[item]] ?? "",
        colour: tile.colour[item],
        lane: tile.lane[item],
        count: isSlice ? 0 : tile.count[item],
        cellStart: tile.start[item],
        cellLength: tile.duration[item],
        busy: tile.busy[item],
      });
    },
    document,
  );
  return found.sort((a, b) => a.start - b.start).slice(0, most);
}
