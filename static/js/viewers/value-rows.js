/** Paints rows of values: mean solid, maximum pale, a limit dashed; eight lanes for PSUM's banks. */

import { ValueStore } from "../data/value-store.js";
import { request } from "../kit/http.js";
import { bytesPerSecond, count, flopsPerSecond, share } from "../kit/units.js";
import { mix } from "../render/palette.js";

/** @typedef {import("../timeline/rows.js").Series} Series */
/** @typedef {import("../timeline/rows.js").Row} Row */
/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../data/value-store.js").Samples} Samples */
/** @typedef {{from: number, to: number, max: number, mean: number}} Piece */

const POINT_PX = 2;
const PADDING = 3;
const LEAST_WORDS_HEIGHT = 30;
const SOLID = 0.75;
const PALE = 0.3;
const DASH_PX = 6;
/** A limit far above everything is said, not drawn: the row would be flat. */
const LIMIT_IN_SIGHT = 0.25;
const FONT = '400 10.5px "Inter", system-ui, sans-serif';
const HUES = /** @type {Record<string, number>} */ ({
  SbufUsage: 2,
  PsumUsage: 3,
  DmaUsage: 6,
  HbmUsage: 7,
  TensorThroughput: 0,
  PendingDma: 4,
});
const OTHER_HUE = 8;

/**
 * A value as people read it.
 * @param {number} value
 * @param {string} unit
 * @returns {string}
 */
export function valueWords(value, unit) {
  if (unit === "share") return share(value);
  if (unit === "bytes_per_s") return bytesPerSecond(value);
  if (unit === "flops_per_s") return flopsPerSecond(value);
  return Number.isInteger(value) ? count(value) : String(Math.round(value * 10) / 10);
}

/**
 * Pieces in view; a value holds until the next piece begins.
 * @param {Samples} samples
 * @param {{start: number, end: number}} range
 * @returns {Piece[]}
 */
export function piecesInView({ start_ns: starts, max, mean, nearest }, range) {
  /** @type {Piece[]} */
  const found = [];
  const add = (
    /** @type {number} */ from,
    /** @type {number} */ to,
    /** @type {number} */ most,
    /** @type {number} */ middle,
  ) => {
    if (to <= range.start || from >= range.end || to <= from) return;
    const piece = { from: Math.max(from, range.start), to: Math.min(to, range.end) };
    found.push({ ...piece, max: most, mean: middle });
  };
  const before = nearest?.before;
  if (before) add(before.start_ns, starts[0] ?? range.end, before.value, before.value);
  for (let at = 0; at < starts.length; at++) {
    add(starts[at], starts[at + 1] ?? range.end, max[at], mean[at]);
  }
  return found;
}

/**
 * The mean over a view; what lies before the first value counts as 0.
 * @param {Piece[]} pieces
 * @param {{start: number, end: number}} range
 * @returns {number}
 */
export function meanOf(pieces, range) {
  const area = pieces.reduce((sum, { from, to, mean }) => sum + mean * (to - from), 0);
  return area / Math.max(range.end - range.start, 1);
}

/**
 * The value at a row's top: the limit where values come near it, else the largest value.
 * @param {Series} series
 * @returns {number}
 */
export function topOf({ max, capacity }) {
  const isNear = capacity !== null && max >= capacity * LIMIT_IN_SIGHT;
  return Math.max(isNear ? (capacity ?? 0) : 0, max, 1e-12);
}

export class ValueRows {
  /**
   * @param {TimelineViewer} viewer
   * @param {string} base address of the run, with a slash at the end
   */
  constructor(viewer, base) {
    this.viewer = viewer;
    this.base = base;
    this.store = new ValueStore(
      `${base}series/`,
      () => viewer.redraw(),
      (url) => request(url),
    );
  }

  /**
   * @param {Series} series
   * @param {{start: number, end: number}} range
   * @returns {Piece[] | null} null while nothing is known
   */
  pieces(series, range) {
    const points = Math.max(16, Math.ceil(this.viewer.plot.width / POINT_PX));
    const answer = this.store.get(series.id, range, points);
    return answer && piecesInView(answer.samples, range);
  }

  /**
   * @type {import("./plot.js").RowPainter}
   */
  paint(row, top, job) {
    const { values = [] } = row;
    if (values.length === 0) return null;
    const { scale, palette, frame } = job;
    const words = this.store.errors.get(values[0].id);
    const lanes = values[0].lanes ?? 1;
    if (words) this.paintError(row, top, palette);
    else if (lanes > 1) this.paintLanes(row, top, job);
    else {
      const pieces = this.pieces(values[0], scale.range);
      if (pieces) {
        frame.values.set(rowKey(row), valueWords(meanOf(pieces, scale.range), values[0].unit));
        this.paintPieces(values[0], pieces, { top, height: row.height }, job);
      } else frame.isLoading = true;
    }
    return (context) => this.write(context, row, top, words ?? null);
  }

  /**
   * @param {Series} series
   * @param {Piece[]} pieces
   * @param {{top: number, height: number}} place
   * @param {Parameters<import("./plot.js").RowPainter>[2]} job
   */
  paintPieces(series, pieces, { top, height }, { scale, palette }) {
    const { pixels, ratio } = this.viewer.plot;
    const [from, to] = [top + PADDING, top + height - PADDING];
    const most = topOf(series);
    const y = (/** @type {number} */ value) =>
      Math.round((to - ((to - from) * Math.max(0, Math.min(value, most))) / most) * ratio);
    const hue = palette.hues[HUES[series.table ?? ""] ?? OTHER_HUE];
    const [solid, pale] = [mix(hue, palette.well, SOLID), mix(hue, palette.well, PALE)];
    const bottom = Math.round(to * ratio);
    for (const { from: start, to: end, max, mean } of pieces) {
      const x0 = Math.max(0, Math.round(scale.x(start) * ratio));
      const x1 = Math.min(pixels.width, Math.max(x0 + 1, Math.round(scale.x(end) * ratio)));
      const level = mean > 0 ? Math.min(y(mean), bottom - 1) : bottom;
      if (max > 0) pixels.rect(x0, Math.min(y(max), bottom - 1), x1, level, pale);
      pixels.rect(x0, level, x1, bottom, solid);
    }
    if (series.capacity !== null && series.capacity <= most && series.unit !== "share") {
      this.dash(y(series.capacity), palette.warn);
    }
  }

  /**
   * @param {number} y device pixels
   * @param {number} colour
   */
  dash(y, colour) {
    const { pixels, ratio } = this.viewer.plot;
    const step = Math.round(DASH_PX * ratio);
    const line = Math.max(1, Math.round(ratio));
    for (let x = 0; x < pixels.width; x += 2 * step) pixels.rect(x, y, x + step, y + line, colour);
  }

  /**
   * A lane a series, the more in use the more ink.
   * @param {Row} row
   * @param {number} top
   * @param {Parameters<import("./plot.js").RowPainter>[2]} job
   */
  paintLanes({ values = [], height, ...row }, top, { scale, palette, frame }) {
    const { pixels, ratio } = this.viewer.plot;
    const lanes = values[0].lanes ?? 1;
    const lane = (height - 2 * PADDING) / lanes;
    const hue = palette.hues[HUES[values[0].table ?? ""] ?? OTHER_HUE];
    let mean = 0;
    for (const series of values) {
      const pieces = this.pieces(series, scale.range);
      if (!pieces) {
        frame.isLoading = true;
        continue;
      }
      mean += meanOf(pieces, scale.range) / lanes;
      const y0 = Math.round((top + PADDING + (series.lane ?? 0) * lane) * ratio);
      const y1 = Math.round((top + PADDING + ((series.lane ?? 0) + 1) * lane - 0.5) * ratio);
      for (const { from, to, mean: share, max } of pieces) {
        if (max <= 0) continue;
        const x0 = Math.max(0, Math.round(scale.x(from) * ratio));
        const x1 = Math.min(pixels.width, Math.max(x0 + 1, Math.round(scale.x(to) * ratio)));
        const ink = 0.2 + 0.8 * Math.min(1, share);
        pixels.rect(x0, y0, x1, Math.max(y0 + 1, y1), mix(hue, palette.well, ink));
      }
    }
    frame.values.set(rowKey({ ...row, values }), valueWords(mean, values[0].unit));
  }

  /**
   * @param {Row} row
   * @param {number} top
   * @param {import("../render/palette.js").Palette} palette
   */
  paintError({ height }, top, palette) {
    const { pixels, ratio } = this.viewer.plot;
    const [y0, y1] = [Math.round((top + 4) * ratio), Math.round((top + height - 4) * ratio)];
    pixels.hatch(0, y0, pixels.width, y1, palette.err, 6);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Row} row
   * @param {number} top
   * @param {string | null} error
   */
  write(context, { values = [], height }, top, error) {
    const { palette, plot } = this.viewer;
    const [{ capacity, unit, lanes = 1 }] = values;
    const most = topOf(values[0]);
    if (!error && (height < LEAST_WORDS_HEIGHT || lanes > 1)) return;
    const limit =
      capacity !== null && unit !== "share" ? `; limit ${valueWords(capacity, unit)}` : "";
    const text = error ?? `scale 0 to ${valueWords(most, unit)}${limit}`;
    context.font = FONT;
    context.textBaseline = "middle";
    const size = context.measureText(text).width;
    const left = error ? (plot.width - size) / 2 : plot.width - 8 - size;
    const middle = error ? top + height / 2 : top + 10;
    context.fillStyle = palette.wellCss;
    context.globalAlpha = 0.8;
    context.fillRect(left - 4, middle - 7, size + 8, 14);
    context.globalAlpha = 1;
    context.fillStyle = error ? palette.errCss : palette.quiet;
    context.fillText(text, left, middle + 0.5);
  }
}

/**
 * What stands for a row among the values of a frame.
 * @param {{values?: Series[]}} row
 * @returns {string}
 */
export function rowKey({ values = [] }) {
  return values[0]?.row ?? values[0]?.id ?? "";
}
