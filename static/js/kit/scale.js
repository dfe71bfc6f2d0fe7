/** Where time meets pixels: the only place. */

export const SLICES = -1;

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
}

const UNITS = /** @type {const} */ ([
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
  [1, "ns"],
]);

/**
 * Ticks in steps of 1, 2 or 5 times a power of ten, with only the decimals the step needs.
 * @param {Scale} scale
 * @param {number} [apart] least pixels between two ticks
 * @returns {{ns: number, text: string}[]}
 */
export function ticks(scale, apart = 110) {
  const wanted = apart * scale.nsPerPx;
  const power = 10 ** Math.floor(Math.log10(Math.max(wanted, 1)));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= wanted) ?? 10 * power;
  const largest = Math.max(Math.abs(scale.range.start), Math.abs(scale.range.end));
  const [size, unit] = UNITS.find(([size]) => largest >= size) ?? [1, "ns"];
  const decimals = Math.max(0, Math.ceil(-Math.log10(step / size) - 1e-9));
  const found = [];
  for (let ns = Math.ceil(scale.range.start / step) * step; ns <= scale.range.end; ns += step) {
    const text = ns === 0 ? "0" : `${(ns / size).toFixed(decimals)}\u202f${unit}`;
    found.push({ ns, text });
  }
  return found;
}
