/** From a point to what lies there: a slice with its row in its table, or a cell; and back. */

import { NO_BUCKET } from "../data/arrow.js";
import { placedTiles, visitItems } from "./items.js";
import { innerOf } from "./rows.js";

/** @typedef {import("./rows.js").Track} Track */
/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("../data/arrow.js").Tile} Tile */
/** @typedef {{peek: (key: string) => Tile | null}} Tiles */
/**
 * A slice (`count` 0 or 1), or a cell of `count` slices of which the longest is named. `busy` is ns
 * of the cell; times are ns from the profile's zero.
 * @typedef {{track: Track, row: number, start: number, duration: number, label: string, colour: number, lane: number, count: number, cellStart: number, cellLength: number, busy: number}} Hit
 */

const NEAR_PX = 3;
const LEAST_BOX_PX = 2;

/**
 * An item as a hit.
 * @param {TimelineDocument} document
 * @param {Track} track
 * @param {Tile} tile
 * @param {number} item
 * @param {number} from where the item begins: the cell's, or the slice's own start
 * @param {number} bucketNs
 * @returns {Hit}
 */
export function hitOf(document, track, tile, item, from, bucketNs) {
  const isSlice = tile.bucket[item] === NO_BUCKET;
  const isSingle = isSlice || tile.count[item] === 1;
  const start = tile.start[item];
  const duration = tile.duration[item];
  return {
    track,
    row: tile.row[item],
    start,
    duration,
    label: (document.labels[track.part] ?? [])[tile.label[item]] ?? "",
    colour: tile.colour[item],
    lane: tile.lane[item],
    count: isSlice ? 0 : tile.count[item],
    cellStart: isSingle ? start : from,
    cellLength: isSingle ? duration : bucketNs,
    busy: isSlice ? duration : tile.busy[item],
  };
}

/**
 * What lies under a point: the bar, else the column of cells that is drawn there, else the nearest
 * of either within three pixels.
 * @param {object} query
 * @param {TimelineDocument} query.document
 * @param {Tiles} query.store
 * @param {import("./rows.js").Row} query.row
 * @param {number} query.level
 * @param {import("../kit/scale.js").Scale} query.scale
 * @param {number} query.x
 * @param {number} query.y pixels from the row's top
 * @returns {Hit | null}
 */
export function hitTest({ document, store, row, level, scale, x, y }) {
  const track = row.track;
  if (!track || row.kind === "device") return null;
  const at = scale.ns(x);
  const away = NEAR_PX * scale.nsPerPx + scale.columnNs;
  const near = { start: at - away, end: at + away };
  const inner = innerOf(row);
  const lanes = Math.max(1, row.lanes);
  const place = Math.floor(((y - inner.top) * lanes) / Math.max(1, inner.height));
  const lane = Math.min(Math.max(place, 0), lanes - 1);
  const exactNs = scale.exactNs(track.capacity, lanes);
  /** @type {{gap: number, hit: Hit} | null} */
  let bar = null;
  /** @type {Map<number, Hit>} */
  const columns = new Map();
  visitItems(
    placedTiles(document, row.group, level, near, store),
    track.id,
    near,
    (tile, item, from, bucketNs) => {
      const isSlice = tile.bucket[item] === NO_BUCKET;
      // A cell in which nothing begins shows the end of what began before it.
      if (!isSlice && tile.count[item] === 0) return;
      if (lanes > 1 && Math.min(tile.lane[item], lanes - 1) !== lane) return;
      const hit = hitOf(document, track, tile, item, from, bucketNs);
      if (isSlice && hit.duration >= exactNs) {
        const gap = Math.max(from - at, at - (from + hit.duration), 0) / scale.nsPerPx;
        // Of bars that lie over each other the one that began last is on top.
        if (gap <= NEAR_PX && (!bar || gap <= bar.gap)) bar = { gap, hit };
      } else {
        const column = scale.column(isSlice ? from : from + bucketNs / 2);
        const before = columns.get(column);
        columns.set(column, before ? together(before, hit, column, scale) : hit);
      }
    },
    document,
  );
  const found = /** @type {{gap: number, hit: Hit} | null} */ (bar);
  const own = scale.column(at);
  if (found?.gap === 0) return found.hit;
  return columns.get(own) ?? found?.hit ?? columns.get(own - 1) ?? columns.get(own + 1) ?? null;
}

/**
 * Two hits of one column as a cell of it.
 * @param {Hit} one
 * @param {Hit} other
 * @param {number} column
 * @param {import("../kit/scale.js").Scale} scale
 * @returns {Hit}
 */
function together(one, other, column, scale) {
  const longest = other.duration > one.duration ? other : one;
  return {
    ...longest,
    count: Math.max(1, one.count) + Math.max(1, other.count),
    busy: one.busy + other.busy,
    cellStart: scale.range.start + column * scale.columnNs,
    cellLength: scale.columnNs,
  };
}

/**
 * Items of a track in view, in order of start: slices one by one, cells by their longest.
 * @param {object} query
 * @param {TimelineDocument} query.document
 * @param {Tiles} query.store
 * @param {import("./rows.js").Group} query.group
 * @param {Track} query.track
 * @param {number} query.level
 * @param {{start: number, end: number}} query.range
 * @returns {Hit[]}
 */
export function itemsInView({ document, store, group, track, level, range }) {
  const placed = placedTiles(document, group, level, range, store);
  /** @type {Hit[]} */
  const found = [];
  visitItems(
    placed,
    track.id,
    range,
    (tile, item, from, bucketNs) => {
      if (tile.bucket[item] !== NO_BUCKET && tile.count[item] === 0) return;
      found.push(hitOf(document, track, tile, item, from, bucketNs));
    },
    document,
  );
  return found.sort((a, b) => a.start - b.start);
}

/**
 * Where a slice or cell is drawn, pixels of the plot.
 * @param {Hit} hit
 * @param {import("./rows.js").Row} row
 * @param {import("../kit/scale.js").Scale} scale
 * @param {number} scrollY
 * @returns {{x0: number, x1: number, y0: number, y1: number}}
 */
export function boxOf(hit, row, scale, scrollY) {
  const lanes = Math.max(1, row.lanes);
  const inner = innerOf(row);
  const laneHeight = inner.height / lanes;
  const lane = Math.min(hit.lane, lanes - 1);
  const y0 = row.y - scrollY + inner.top + lane * laneHeight;
  const start = hit.count > 1 ? hit.cellStart : hit.start;
  const length = hit.count > 1 ? hit.cellLength : hit.duration;
  const x0 = scale.x(start);
  const gap = lanes === 1 ? 0 : laneHeight > 8 ? 2 : 1;
  const x1 = Math.max(scale.x(start + length), x0 + LEAST_BOX_PX);
  return { x0, x1, y0, y1: y0 + laneHeight - gap };
}
