/** Where time meets pixels: the only place. */

export const SLICES = -1;

/** Cells are drawn in columns of so many pixels. */
export const COLUMN_PX = 2;

/** From this width on a slice is a bar of its own, whatever lies beside it. */
const EXACT_PX = 4;

/**
 * The visible range.
 * @typedef {{start: number, end: number}} Range
 */

/**
 * The coarsest level whose buckets are at most two pixels; SLICES when even the base is larger.
 * @param {{bucket_ns: number}[]} levels finest first
 * @param {number} nsPerPx
 * @returns {number}
 */
export function levelFor(levels, nsPerPx) {
  let found = SLICES;
  for (let level = 0; level < levels.length; level++) {
    if (levels[level].bucket_ns <= 2 * nsPerPx) found = level;
  }
  return found;
}

/**
 * Length of a tile of a level.
 * @param {{levels: {bucket_ns: number}[], tile_buckets: number, row_tile_buckets: number}} document
 * @param {number} level
 * @returns {number}
 */
export function tileSpan(document, level) {
  const base = document.levels[Math.max(level, 0)].bucket_ns;
  return base * (level === SLICES ? document.row_tile_buckets : document.tile_buckets);
}

/**
 * Indices of the tiles that cover a range.
 * @param {number} span
 * @param {Range} range
 * @param {number} duration
 * @returns {number[]}
 */
export function covering(span, range, duration) {
  const first = Math.max(0, Math.floor(range.start / span));
  const last = Math.min(Math.floor(range.end / span), Math.floor(duration / span));
  const found = [];
  for (let index = first; index <= last; index++) found.push(index);
  return found;
}

/**
 * A range moved and cut so that it stays near the profile and is never too short.
 * @param {Range} range
 * @param {number} duration
 * @param {number} least shortest length allowed
 * @returns {Range}
 */
export function clamped(range, duration, least) {
  const length = Math.min(Math.max(range.end - range.start, least), duration * 1.02 + 1);
  const margin = length * 0.5;
  const start = Math.min(Math.max(range.start, -margin), duration - length + margin);
  return length >= duration ? centred(duration, length) : { start, end: start + length };
}

/**
 * @param {number} duration
 * @param {number} length
 * @returns {Range} the whole profile with an equal margin
 */
function centred(duration, length) {
  const margin = (length - duration) / 2;
  return { start: -margin, end: duration + margin };
}

/**
 * Zoomed around an instant.
 * @param {Range} range
 * @param {number} at
 * @param {number} factor above 1 shows more
 * @returns {Range}
 */
export function zoomed(range, at, factor) {
  return { start: at - (at - range.start) * factor, end: at + (range.end - at) * factor };
}

/**
 * Pixels and ns of one plot.
 */
export class Scale {
  /**
   * @param {Range} range
   * @param {number} width pixels
   */
  constructor(range, width) {
    this.range = range;
    this.width = Math.max(1, width);
    this.nsPerPx = (range.end - range.start) / this.width;
  }

  /**
   * @param {number} ns
   * @returns {number} pixels from the left edge, with a fraction
   */
  x(ns) {
    return (ns - this.range.start) / this.nsPerPx;
  }

  /**
   * @param {number} x
   * @returns {number}
   */
  ns(x) {
    return this.range.start + x * this.nsPerPx;
  }

  /** Time of a column of cells, ns. */
  get columnNs() {
    return this.nsPerPx * COLUMN_PX;
  }

  /**
   * The column an instant lies in, from the left edge.
   * @param {number} ns
   * @returns {number}
   */
  column(ns) {
    return Math.floor((ns - this.range.start) / this.columnNs);
  }

  /**
   * The shortest slice that is a bar of its own, ns. Slices that run at once in one lane are counted
   * together, however long.
   * @param {number} capacity slices that can run at once
   * @param {number} lanes
   * @returns {number}
   */
  exactNs(capacity, lanes) {
    return capacity > 1 && lanes === 1 ? Number.POSITIVE_INFINITY : EXACT_PX * this.nsPerPx;
  }
}

const UNITS = /** @type {const} */ ([
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
]);

/**
 * A tick's instant in its own unit, with only the decimals the step needs.
 * @param {number} ns
 * @param {number} step
 * @returns {string}
 */
function tickText(ns, step) {
  if (ns === 0) return "0";
  const [size, unit] = UNITS.find(([size]) => Math.abs(ns) >= size) ?? [1, "ns"];
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
  return `${(ns / size).toFixed(decimals)}\u202f${unit}`;
}

/**
 * Ticks in steps of 1, 2 or 5 times a power of ten, at least a nanosecond, and smaller ones between
 * them, which have no text.
 * @param {Scale} scale
 * @param {number} [apart] least pixels between two ticks with text
 * @returns {{ns: number, text: string}[]}
 */
export function ticks(scale, apart = 110) {
  const wanted = Math.max(apart * scale.nsPerPx, 1);
  const power = 10 ** Math.floor(Math.log10(wanted));
  const digit = [1, 2, 5, 10].find((n) => n * power >= wanted) ?? 10;
  const parts = digit === 2 ? 4 : 5;
  const step = digit * power;
  const small = step / parts;
  const found = [];
  const last = Math.floor(scale.range.end / small);
  for (let place = Math.ceil(scale.range.start / small); place <= last; place++) {
    const ns = place * small;
    found.push({ ns, text: place % parts === 0 ? tickText(ns, step) : "" });
  }
  return found;
}
