/**
 * Paints one row of items into a pixel buffer: skyline cells with their rail where slices share
 * columns, exact bars where they do not. Labels are only collected; text is drawn after the blit.
 */

import { NO_BUCKET } from "../data/arrow.js";
import { COLUMN_PX } from "../kit/scale.js";
import { Bars, Columns, Coverage } from "./batch.js";
import { CONTROL, isDim, isHalf, mix, PLAIN, TRANSPOSE, UNKNOWN } from "./palette.js";

/** @typedef {import("../data/arrow.js").Tile} Tile */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {import("./pixels.js").Pixels} Pixels */
/** @typedef {import("../kit/scale.js").Scale} Scale */
/** @typedef {{x: Float32Array, w: Float32Array, y: Float32Array, h: Float32Array, label: Int32Array, part: Int32Array, colour: Uint8Array, ns: Float64Array, length: number}} LabelList */
/** @typedef {{exact: number, inCells: number, cells: number}} Tally */
/** @typedef {(tile: Tile, item: number, from: number, bucketNs: number, isStale: boolean) => void} Visit */
/** Edges of a lane in device pixels. @typedef {{top: number, bottom: number}} Lane */

const LEAST_LABEL_WIDTH = 22;
const LEAST_LABEL_HEIGHT = 12;
const STALE = 0.45;
const DIMMED = 0.18;
const SMALL_PACKET = 0.55;
const STRIPES_FROM = 14;
const ERROR_PX = 3;
const FLAT_PX = 8;
export const INKS = [0.28, 0.5, 0.75, 1];
const FAR = 1 << 20;
const MOST_STACKED = 12;

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

/**
 * The pixel of a class; stale ones are pale.
 * @param {Palette} palette
 * @param {number} colour
 * @param {boolean} isStale
 * @returns {number}
 */
export function classPixel(palette, colour, isStale) {
  const full = colour === UNKNOWN ? palette.hues[CONTROL] : palette.hues[colour & 15];
  const plain = isDim(colour) ? mix(full, palette.well, DIMMED) : full;
  return isStale ? mix(plain, palette.well, STALE) : plain;
}

/**
 * Ink for a share of busy time where there is no room for height: four steps.
 * @param {number} share
 * @returns {number}
 */
export function inkOf(share) {
  return INKS[Math.min(INKS.length - 1, Math.floor(Math.min(share, 1) * INKS.length))];
}

/** Everything that is used again from row to row. */
export class Brush {
  /**
   * @param {number} width CSS pixels
   * @param {number} most labels
   */
  constructor(width, most) {
    this.bars = new Bars();
    this.columns = Array.from({ length: MOST_STACKED }, () => new Columns(width));
    this.coverage = new Coverage(width);
    this.labels = emptyLabels(most);
    this.lastEnds = new Int32Array(256);
    /** The deepest lane of the row that was painted last; -1 where there was nothing in view. */
    this.deepest = -1;
  }
}

/**
 * Paints one slice as a bar.
 * @param {Pixels} pixels
 * @param {Palette} palette
 * @param {{x0: number, x1: number, top: number, bottom: number, colour: number, fill: number, isSpan?: boolean}} bar
 *   spans of a system run are never drawn at half height
 */
export function paintBar(pixels, palette, { x0, x1, top, bottom, colour, fill, isSpan }) {
  if (colour === UNKNOWN) {
    pixels.outline(x0, top, x1, bottom, fill);
    return;
  }
  const isControl = isHalf(colour) && !isSpan;
  const from = isControl && bottom - top > 4 ? Math.round((top + bottom) / 2) : top;
  pixels.bar(x0, from, x1, bottom, fill);
  if (colour & TRANSPOSE && x1 - x0 >= STRIPES_FROM) {
    const dark = mix(fill, palette.well, 0.6);
    for (const shift of [1, 2, 3])
      pixels.hatch(x0 + 1, from + 1, x1 - 1, bottom - 1, dark, 7, shift);
  }
}

/**
 * Paints columns as a skyline, or exactly where a column holds one slice.
 * @param {Pixels} pixels
 * @param {Palette} palette
 * @param {Columns} columns
 * @param {Lane} lane
 * @param {{scale: Scale, capacity: number, ratio: number, leastPx: number, marks: Bars | null, isSpan?: boolean}} how
 *   `marks` takes single slices that are to have a label
 * @param {Tally} tally
 */
export function paintColumns(pixels, palette, columns, lane, how, tally) {
  const { scale, capacity, ratio, leastPx, marks, isSpan } = how;
  const isFlat = lane.bottom - lane.top < FLAT_PX * ratio;
  const floor = isFlat ? lane.bottom : lane.bottom - 1;
  const room = floor - lane.top;
  const whole = scale.columnNs * capacity;
  // Columns are compared in time: rounded to pixels an end may fall on the next column's edge.
  const hair = scale.columnNs * 1e-6;
  let drawnNs = Number.NEGATIVE_INFINITY;
  for (let at = 0; at < columns.length; at++) {
    const count = columns.count[at];
    if (count === 0 && columns.busy[at] === 0) continue;
    const left = Math.round(at * COLUMN_PX * ratio);
    // The end of a slice that has been drawn exactly is no cell.
    if (count === 0 && scale.range.start + at * scale.columnNs < drawnNs + hair) continue;
    const isStale = columns.stale[at] === 1;
    const colour = columns.colour[at];
    const fill = classPixel(palette, colour, isStale);
    if (count === 1 && capacity === 1 && !isStale) {
      const x0 = Math.round(scale.x(columns.start[at]) * ratio);
      const endNs = columns.start[at] + columns.duration[at];
      const x1 = Math.max(x0 + leastPx, Math.round(scale.x(endNs) * ratio));
      drawnNs = Math.max(drawnNs, endNs);
      if (marks) {
        marks.add(x0, x1, 0, colour, columns.label[at], columns.duration[at], false);
        continue;
      }
      paintBar(pixels, palette, { x0, x1, ...lane, colour, fill, isSpan });
      tally.exact++;
      continue;
    }
    const right = Math.round((at + 1) * COLUMN_PX * ratio);
    const share = Math.min(1, columns.busy[at] / whole);
    if (isFlat) {
      pixels.rect(left, lane.top, right, floor, mix(fill, palette.well, inkOf(share)));
    } else {
      const height = Math.min(room, Math.max(Math.round(2 * ratio), Math.round(share * room)));
      pixels.rect(left, floor - height, right, floor, fill);
      pixels.dots(left, right, lane.bottom, palette.rail);
    }
    if (count === 0) continue;
    tally.cells++;
    tally.inCells += count;
  }
}

/**
 * @param {number} top CSS pixels
 * @param {number} height CSS pixels of all lanes
 * @param {number} count
 * @param {number} ratio
 * @returns {Lane[]}
 */
export function lanesOf(top, height, count, ratio) {
  const each = height / count;
  const gap = count === 1 ? 0 : each > 8 ? 2 : 1;
  return Array.from({ length: count }, (_, place) => {
    const from = Math.round((top + place * each) * ratio);
    const to = Math.round((top + (place + 1) * each - gap) * ratio);
    return { top: from, bottom: Math.max(from + 1, to) };
  });
}

/**
 * Paints the items of an engine, queue or error row.
 * @param {object} job
 * @param {Pixels} job.pixels
 * @param {Palette} job.palette
 * @param {Brush} job.brush
 * @param {Tally} job.tally
 * @param {Scale} job.scale in CSS pixels
 * @param {number} job.ratio device pixels a CSS pixel
 * @param {import("../timeline/rows.js").Track} job.track
 * @param {number} job.lanes
 * @param {number} job.top CSS pixels from the top of the buffer, padding left out
 * @param {number} job.height CSS pixels, padding left out
 * @param {boolean[]} job.isSmall by label: packets under 1 KiB
 * @param {(visit: Visit) => void} job.items
 * @returns {number} busy ns in view
 */
export function paintRow(job) {
  const { pixels, palette, brush, tally, scale, ratio, track, top, height, items } = job;
  const { bars, coverage } = brush;
  const lanes = Math.max(1, job.lanes);
  const stacked = track.capacity === 1 ? Math.min(lanes, brush.columns.length) : 1;
  const columns = brush.columns.slice(0, stacked);
  const perColumn = scale.columnNs;
  const origin = scale.range.start;
  const exactNs = scale.exactNs(track.capacity, lanes);
  const leastPx = track.kind === "error" ? ERROR_PX : 1;
  bars.clear();
  coverage.clear();
  brush.deepest = -1;
  for (const one of columns) one.clear();
  items((tile, item, from, bucketNs, isStale) => {
    const colour = tile.colour[item];
    const label = tile.label[item];
    if (tile.lane[item] > brush.deepest) brush.deepest = tile.lane[item];
    const lane = Math.min(tile.lane[item], lanes - 1);
    const own = columns[Math.min(lane, stacked - 1)];
    if (tile.bucket[item] !== NO_BUCKET) {
      const busy = tile.busy[item];
      coverage.add(origin, perColumn, from, bucketNs, busy / bucketNs);
      const count = tile.count[item];
      if (bucketNs > 1.01 * perColumn)
        stretch(own, origin, perColumn, from, bucketNs, count, busy, colour);
      else {
        const column = scale.column(from + bucketNs / 2);
        own.add(column, count, busy, colour, label, tile.start[item], tile.duration[item], isStale);
      }
      return;
    }
    const length = tile.duration[item];
    coverage.add(origin, perColumn, from, length, 1);
    if (length < exactNs) {
      own.spread(origin, perColumn, from, length, colour, label, isStale);
      return;
    }
    const x0 = Math.round(Math.max(-FAR, scale.x(from)) * ratio);
    const x1 = Math.round(Math.min(FAR, scale.x(from + length)) * ratio);
    bars.add(x0, Math.max(x0 + leastPx, x1), lane, colour, label, length, isStale);
  });
  const places = lanesOf(top, height, lanes, ratio);
  const marks = track.kind === "error" ? bars : null;
  const isSpan = track.kind === "span";
  const how = { scale, capacity: track.capacity, ratio, leastPx, marks, isSpan };
  if (track.capacity > 1 && lanes > 1) {
    const all = { top: places[0].top, bottom: places[lanes - 1].bottom };
    paintColumns(pixels, palette, columns[0], all, how, tally);
  } else {
    columns.forEach((one, place) => {
      paintColumns(pixels, palette, one, places[place], how, tally);
    });
  }
  paintBars(pixels, palette, brush, places, job.isSmall, isSpan);
  tally.exact += bars.length;
  collect(brush, places, track, scale, ratio);
  return coverage.total(perColumn, track.capacity);
}

/**
 * A cell of a coarser level over the columns it stands for, until the finer one has come.
 * @param {Columns} columns
 * @param {number} origin
 * @param {number} perColumn
 * @param {number} from
 * @param {number} length
 * @param {number} count
 * @param {number} busy
 * @param {number} colour
 */
function stretch(columns, origin, perColumn, from, length, count, busy, colour) {
  const first = Math.max(0, Math.floor((from - origin) / perColumn));
  const last = Math.min(columns.length - 1, Math.floor((from + length - origin) / perColumn) - 1);
  const each = (busy / length) * perColumn;
  for (let column = first; column <= last; column++) {
    columns.add(column, column === first ? count : 0, each, colour, 0, from, length, true);
  }
}

/**
 * @param {Pixels} pixels
 * @param {Palette} palette
 * @param {Brush} brush
 * @param {Lane[]} places
 * @param {boolean[]} isSmall
 * @param {boolean} isSpan
 */
function paintBars(pixels, palette, { bars, lastEnds }, places, isSmall, isSpan) {
  lastEnds.fill(-FAR);
  for (let at = 0; at < bars.length; at++) {
    const lane = bars.lane[at];
    const { top, bottom } = places[lane];
    const x0 = bars.x0[at];
    const x1 = bars.x1[at];
    const colour = bars.colour[at];
    // Neighbours that touch are told apart by a pixel of ground.
    if (lastEnds[lane] >= x0 && x1 - x0 >= 3) pixels.rect(x0 - 1, top, x0, bottom, palette.well);
    let fill = classPixel(palette, colour, bars.stale[at] === 1);
    if (isSmall[bars.label[at]]) fill = mix(fill, palette.well, SMALL_PACKET);
    paintBar(pixels, palette, { x0, x1, top, bottom, colour, fill, isSpan });
    lastEnds[lane] = Math.max(lastEnds[lane], x1);
  }
}

/**
 * Remembers bars that have room for a label, up to the next bar of their lane.
 * @param {Brush} brush
 * @param {Lane[]} places
 * @param {import("../timeline/rows.js").Track} track
 * @param {Scale} scale
 * @param {number} ratio
 */
function collect({ bars, labels, lastEnds }, places, track, scale, ratio) {
  const isError = track.kind === "error";
  const nextStarts = lastEnds.fill(FAR * 2);
  for (let bar = bars.length - 1; bar >= 0; bar--) {
    const { top, bottom } = places[bars.lane[bar]];
    const next = nextStarts[bars.lane[bar]];
    nextStarts[bars.lane[bar]] = bars.x0[bar];
    const height = (bottom - top) / ratio;
    const colour = bars.colour[bar];
    const isControl = isHalf(colour) && track.kind !== "span";
    const end = isError ? next : Math.min(bars.x1[bar], next);
    const left = isError ? bars.x1[bar] / ratio : Math.max(0, bars.x0[bar] / ratio);
    const width = Math.min(scale.width, end / ratio) - left;
    if (height < LEAST_LABEL_HEIGHT || isControl || width < LEAST_LABEL_WIDTH) continue;
    if (labels.length >= labels.x.length) return;
    const at = labels.length++;
    labels.x[at] = left;
    labels.w[at] = width;
    labels.y[at] = top / ratio;
    labels.h[at] = height;
    labels.label[at] = bars.label[bar];
    labels.part[at] = track.part;
    labels.colour[at] = isError || isDim(colour) ? PLAIN : colour;
    labels.ns[at] = isError ? 0 : bars.ns[bar];
  }
}
