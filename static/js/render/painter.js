/**
 * Paints one row of items into a pixel buffer: skyline cells with their rail where slices share
 * columns, exact bars where they do not. Labels are only collected; text is drawn after the blit.
 */

import { NO_BUCKET } from "../data/arrow.js";
import { CONTROL, mix, TRANSPOSE, UNKNOWN } from "./palette.js";

/** @typedef {import("../data/arrow.js").Tile} Tile */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./pixels.js").Pixels} Pixels */
/** @typedef {{x: Float32Array, w: Float32Array, y: Float32Array, h: Float32Array, label: Int32Array, part: Int32Array, colour: Uint8Array, ns: Float64Array, length: number}} LabelList */
/** @typedef {{exact: number, inCells: number, cells: number}} Tally */

export const COLUMN = 2;
export const EXACT_PX = 4;
const PAD = 3;
const LEAST_LABEL_WIDTH = 22;
const STALE = 0.45;

/**
 * @param {number} most
 * @returns {LabelList}
 */
export function emptyLabels(most) {
  return {
    x: new Float32Array(most),
    w: new Float32Array(most),
    y: new Float32Array(most),
    h: new Float32Array(most),
    label: new Int32Array(most),
    part: new Int32Array(most),
    colour: new Uint8Array(most),
    ns: new Float64Array(most),
    length: 0,
  };
}

/** Sums over columns two pixels wide, used again for every row. */
export class Columns {
  /** @param {number} width pixels */
  constructor(width) {
    const count = Math.ceil(width / COLUMN) + 1;
    this.count = new Uint32Array(count);
    this.busy = new Float64Array(count);
    this.most = new Float64Array(count);
    this.colour = new Uint8Array(count);
    this.start = new Float64Array(count);
    this.duration = new Float64Array(count);
    this.stale = new Uint8Array(count);
    this.covered = new Float64Array(count);
    this.length = count;
  }

  clear() {
    this.count.fill(0);
    this.busy.fill(0);
    this.most.fill(-1);
    this.stale.fill(0);
    this.covered.fill(0);
  }

  /**
   * Remembers covered time, for the row's busy share.
   * @param {number} origin ns at the left edge
   * @param {number} perColumn ns
   * @param {number} from ns
   * @param {number} length ns
   * @param {number} density covered part of that time
   */
  cover(origin, perColumn, from, length, density) {
    const first = Math.max(0, Math.floor((from - origin) / perColumn));
    const last = Math.min(this.length - 1, Math.floor((from + length - origin) / perColumn));
    for (let column = first; column <= last; column++) {
      const begin = Math.max(from, origin + column * perColumn);
      const end = Math.min(from + length, origin + (column + 1) * perColumn);
      this.covered[column] += Math.max(0, end - begin) * density;
    }
  }

  /**
   * Covered time in view; what overlaps within a column counts once.
   * @param {number} perColumn ns
   * @param {number} capacity
   * @returns {number}
   */
  busyNs(perColumn, capacity) {
    let sum = 0;
    for (let column = 0; column < this.length; column++) {
      sum += Math.min(this.covered[column], perColumn * capacity);
    }
    return sum;
  }

  /**
   * Takes in a cell, or a slice that has to share columns.
   * @param {number} column
   * @param {number} count
   * @param {number} busy ns in this column
   * @param {number} colour
   * @param {number} start of the longest slice
   * @param {number} duration of the longest slice
   * @param {boolean} isStale
   */
  add(column, count, busy, colour, start, duration, isStale) {
    if (column < 0 || column >= this.length) return;
    this.count[column] += count;
    this.busy[column] += busy;
    if (busy > this.most[column]) {
      this.most[column] = busy;
      this.colour[column] = colour;
    }
    if (count > 0) {
      this.start[column] = start;
      this.duration[column] = duration;
    }
    if (isStale) this.stale[column] = 1;
  }
}

/**
 * The pixel of a class; stale ones are pale.
 * @param {Palette} palette
 * @param {number} colour
 * @param {boolean} isStale
 * @returns {number}
 */
export function classPixel(palette, colour, isStale) {
  const plain = colour === UNKNOWN ? palette.hues[CONTROL] : palette.hues[colour & 15];
  return isStale ? mix(plain, palette.well, STALE) : plain;
}

/**
 * Paints one slice as a bar.
 * @param {Pixels} pixels
 * @param {Palette} palette
 * @param {{x0: number, x1: number, top: number, bottom: number, colour: number, isStale: boolean}} bar
 */
export function paintBar(pixels, palette, bar) {
  const { x0, top, bottom, colour, isStale } = bar;
  const wide = bar.x1 - x0 >= 3;
  const x1 = Math.max(x0 + 1, wide ? bar.x1 - 1 : bar.x1);
  const fill = classPixel(palette, colour, isStale);
  if (colour === UNKNOWN) {
    pixels.outline(x0, top, x1, bottom, fill);
    return;
  }
  const isControl = (colour & 15) === CONTROL;
  const from = isControl ? Math.round((top + bottom) / 2) : top;
  pixels.bar(x0, from, x1, bottom, fill);
  if (colour & TRANSPOSE && x1 - x0 >= 14) {
    const dark = mix(fill, palette.well, 0.6);
    pixels.hatch(x0 + 1, from + 1, x1 - 1, bottom - 1, dark, 5);
    pixels.hatch(x0 + 2, from + 1, x1 - 1, bottom - 1, dark, 5);
  }
}

/**
 * Paints columns as a skyline, or exactly where a column holds one slice.
 * @param {Pixels} pixels
 * @param {Palette} palette
 * @param {Columns} columns
 * @param {{top: number, bottom: number, scale: import("../kit/scale.js").Scale, capacity: number, ratio: number}} place
 * @param {Tally} tally
 */
export function paintColumns(pixels, palette, columns, place, tally) {
  const { top, bottom, scale, capacity, ratio } = place;
  const room = bottom - top - 2;
  const width = COLUMN * ratio;
  const whole = scale.nsPerPx * COLUMN * capacity;
  for (let at = 0; at < columns.length; at++) {
    const isBusy = columns.busy[at] > 0;
    if (columns.count[at] === 0 && !isBusy) continue;
    const isStale = columns.stale[at] === 1;
    const x = Math.round(at * width);
    if (columns.count[at] === 1 && capacity === 1) {
      const x0 = Math.round(scale.x(columns.start[at]) * ratio);
      const x1 = Math.round(scale.x(columns.start[at] + columns.duration[at]) * ratio);
      const colour = columns.colour[at];
      paintBar(pixels, palette, { x0, x1: Math.max(x0 + 1, x1), top, bottom, colour, isStale });
      tally.exact++;
      continue;
    }
    const share = Math.min(1, columns.busy[at] / whole);
    const height = Math.max(2, Math.round(share * room));
    const fill = classPixel(palette, columns.colour[at], isStale);
    pixels.rect(x, bottom - 2 - height, x + Math.round(width), bottom - 2, fill);
    pixels.dots(x, x + Math.round(width), bottom - 1, palette.rail);
    tally.cells++;
    tally.inCells += columns.count[at];
  }
}

/**
 * Paints the items of an engine, queue or error row.
 * @param {object} job
 * @param {Pixels} job.pixels
 * @param {Palette} job.palette
 * @param {Columns} job.columns
 * @param {LabelList} job.labels
 * @param {Tally} job.tally
 * @param {import("../kit/scale.js").Scale} job.scale in CSS pixels
 * @param {number} job.ratio device pixels a CSS pixel
 * @param {import("../timeline/rows.js").Row} job.row
 * @param {number} job.top CSS pixels from the top of the buffer
 * @param {(visit: (tile: Tile, item: number, from: number, bucketNs: number, isStale: boolean) => void) => void} job.items
 * @returns {number} busy ns in view
 */
export function paintRow(job) {
  const { pixels, palette, columns, labels, tally, scale, ratio, row, top, items } = job;
  const track = row.track;
  if (!track) return 0;
  const lanes = Math.max(1, row.lanes);
  const pad = row.height < 18 ? 1 : PAD;
  const laneHeight = (row.height - 2 * pad) / lanes;
  const isFarQueue = track.capacity > 1 && lanes === 1;
  const perColumn = scale.nsPerPx * COLUMN;
  columns.clear();
  items((tile, item, from, bucketNs, isStale) => {
    const isSlice = tile.bucket[item] === NO_BUCKET;
    const length = isSlice ? tile.duration[item] : bucketNs;
    const density = isSlice ? 1 : tile.busy[item] / bucketNs;
    columns.cover(scale.range.start, perColumn, from, length, density);
    if (!isSlice) {
      const column = Math.floor((from + bucketNs / 2 - scale.range.start) / perColumn);
      const { count, start, duration, colour } = tile;
      columns.add(
        column,
        count[item],
        tile.busy[item],
        colour[item],
        start[item],
        duration[item],
        isStale,
      );
      return;
    }
    if (isFarQueue || (lanes === 1 && length / scale.nsPerPx < EXACT_PX)) {
      spread(columns, scale.range.start, perColumn, from, length, tile.colour[item], isStale);
      return;
    }
    const lane = lanes > 1 ? Math.min(tile.lane[item], lanes - 1) : 0;
    const y0 = top + pad + lane * laneHeight;
    const x0 = Math.round(scale.x(from) * ratio);
    const x1 = Math.max(x0 + 1, Math.round(scale.x(from + length) * ratio));
    const bottom = Math.round((y0 + laneHeight - (lanes > 1 && laneHeight > 6 ? 2 : 0)) * ratio);
    const bar = { x0, x1, top: Math.round(y0 * ratio), bottom, colour: tile.colour[item], isStale };
    paintBar(pixels, palette, bar);
    tally.exact++;
    collect(labels, bar, tile, item, track.part, ratio, from, scale);
  });
  const place = {
    top: Math.round((top + pad) * ratio),
    bottom: Math.round((top + row.height - pad + 1) * ratio),
    scale,
    capacity: track.capacity,
    ratio,
  };
  paintColumns(pixels, palette, columns, place, tally);
  return columns.busyNs(perColumn, track.capacity);
}

/**
 * A slice's time given to every column it covers.
 * @param {Columns} columns
 * @param {number} origin
 * @param {number} perColumn
 * @param {number} from
 * @param {number} length
 * @param {number} colour
 * @param {boolean} isStale
 */
function spread(columns, origin, perColumn, from, length, colour, isStale) {
  const first = Math.max(0, Math.floor((from - origin) / perColumn));
  const last = Math.min(columns.length - 1, Math.floor((from + length - origin) / perColumn));
  for (let column = first; column <= last; column++) {
    const begin = Math.max(from, origin + column * perColumn);
    const end = Math.min(from + length, origin + (column + 1) * perColumn);
    const count = column === first ? 1 : 0;
    columns.add(column, count, Math.max(0, end - begin), colour, from, length, isStale);
  }
}

/**
 * Remembers a bar that has room for a label.
 * @param {LabelList} labels
 * @param {{x0: number, x1: number, top: number, bottom: number, colour: number}} bar
 * @param {Tile} tile
 * @param {number} item
 * @param {number} part
 * @param {number} ratio
 * @param {number} from
 * @param {import("../kit/scale.js").Scale} scale
 */
function collect(labels, bar, tile, item, part, ratio, from, scale) {
  const height = (bar.bottom - bar.top) / ratio;
  const left = Math.max(0, scale.x(from));
  const right = Math.min(scale.width, bar.x1 / ratio);
  const isControl = (bar.colour & 15) === CONTROL && bar.colour !== UNKNOWN;
  if (height < 12 || isControl || right - left < LEAST_LABEL_WIDTH) return;
  if (labels.length >= labels.x.length) return;
  const at = labels.length++;
  labels.x[at] = left;
  labels.w[at] = right - left;
  labels.y[at] = bar.top / ratio;
  labels.h[at] = height;
  labels.label[at] = tile.label[item];
  labels.part[at] = part;
  labels.colour[at] = bar.colour;
  labels.ns[at] = tile.duration[item];
}
