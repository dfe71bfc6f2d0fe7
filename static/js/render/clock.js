/** The clock row: a step line, hatched below full clock, and words about it. */

import { NO_BUCKET } from "../data/arrow.js";
import { duration, THIN } from "../kit/units.js";
import { mix } from "./palette.js";
import { widthOf } from "./text.js";

/** @typedef {{x: number, w: number, text: string, isWarn: boolean}} Word */
/** @typedef {import("./painter.js").Visit} Visit */

const BAND = 0.05;

/**
 * The share of the clock that a label such as "4/8 activity_1" allows; null if it says none.
 * @param {string} label
 * @returns {number | null}
 */
export function clockShare(label) {
  const match = /^(\d+)\/(\d+)/.exec(label);
  if (!match || Number(match[2]) === 0) return null;
  return Math.min(1, Number(match[1]) / Number(match[2]));
}

/**
 * Times below full clock in view, as pairs of ns. Of cells of several records nothing is known.
 * @param {(visit: Visit) => void} items
 * @param {string[]} labels
 * @returns {number[]}
 */
export function slowTimes(items, labels) {
  /** @type {number[]} */
  const found = [];
  items((tile, item, from) => {
    const isSlice = tile.bucket[item] === NO_BUCKET;
    if (!isSlice && tile.count[item] !== 1) return;
    if ((clockShare(labels[tile.label[item]] ?? "") ?? 1) >= 1) return;
    const start = isSlice ? from : tile.start[item];
    found.push(start, start + tile.duration[item]);
  });
  return found;
}

/**
 * A pale band behind rows where their core's clock was limited.
 * @param {import("./pixels.js").Pixels} pixels
 * @param {import("./palette.js").Palette} palette
 * @param {number[]} times pairs of ns
 * @param {import("../kit/scale.js").Scale} scale
 * @param {number} ratio
 * @param {{top: number, bottom: number}} edges device pixels
 * @param {number} [ink] share of the warning's colour
 */
export function paintBand(pixels, palette, times, scale, ratio, { top, bottom }, ink = BAND) {
  const pale = mix(palette.warn, palette.well, ink);
  for (let at = 0; at < times.length; at += 2) {
    const x0 = Math.round(scale.x(times[at]) * ratio);
    const x1 = Math.max(x0 + 1, Math.round(scale.x(times[at + 1]) * ratio));
    pixels.rect(x0, top, x1, bottom, pale);
  }
}

/**
 * Paints the row. Returns the words to draw, and the time-weighted share of the recorded clock in
 * view; null where there is none, or where cells hold several records and so do not say.
 * @param {object} job
 * @param {import("./pixels.js").Pixels} job.pixels
 * @param {import("./palette.js").Palette} job.palette
 * @param {import("../kit/scale.js").Scale} job.scale
 * @param {number} job.ratio
 * @param {number} job.top
 * @param {number} job.height
 * @param {string[]} job.labels
 * @param {number} job.first start of the first record, ns
 * @param {(visit: Visit) => void} job.items
 * @returns {{words: Word[], share: number | null, isVaried: boolean}}
 */
export function paintClock(job) {
  const { pixels, palette, scale, ratio, top, height, labels, items } = job;
  const at = (/** @type {number} */ share) =>
    Math.round((top + 4 + (1 - share) * (height - 9)) * ratio);
  const line = Math.max(1, Math.round(1.5 * ratio));
  const bottom = Math.round((top + height - 4) * ratio);
  const pale = mix(palette.warn, palette.well, 0.45);
  /** @type {Word[]} */
  const words = [];
  let time = 0;
  let weighted = 0;
  let isVaried = false;
  items((tile, item, from, bucketNs) => {
    const isSlice = tile.bucket[item] === NO_BUCKET;
    if (!isSlice && tile.count[item] === 0) return;
    if (!isSlice && tile.count[item] > 1) {
      isVaried = true;
      const left = Math.round(scale.x(from) * ratio);
      const right = Math.max(left + 1, Math.round(scale.x(from + bucketNs) * ratio));
      pixels.hatch(left, at(1), right, bottom, pale, 3);
      pixels.dots(left, right, bottom + 1, palette.rail);
      return;
    }
    const start = isSlice ? from : tile.start[item];
    const length = tile.duration[item];
    const share = clockShare(labels[tile.label[item]] ?? "") ?? 1;
    const x0 = Math.round(scale.x(start) * ratio);
    const x1 = Math.max(x0 + 1, Math.round(scale.x(start + length) * ratio));
    const y = at(share);
    if (share < 1) {
      pixels.hatch(x0, at(1) + 2, x1, bottom, pale, 6);
      pixels.rect(x0, at(1), x0 + line, y + line, palette.warn);
      pixels.rect(x1 - line, at(1), x1, y + line, palette.warn);
      const text = `${Math.round(share * 100)}${THIN}% of clock for ${duration(length, 3)}`;
      words.push({ x: x0 / ratio, w: (x1 - x0) / ratio, text, isWarn: true });
    }
    pixels.rect(x0, y, x1, y + line, palette.warn);
    const seen = Math.min(start + length, scale.range.end) - Math.max(start, scale.range.start);
    if (seen > 0) {
      time += seen;
      weighted += seen * share;
    }
  });
  words.push(...beforeFirst(job));
  return { words, share: time > 0 && !isVaried ? weighted / time : null, isVaried };
}

/**
 * A dotted line before the first record, and what it means.
 * @param {Parameters<typeof paintClock>[0]} job
 * @returns {Word[]}
 */
function beforeFirst({ pixels, palette, scale, ratio, top, height, first }) {
  const until = scale.x(first);
  const since = scale.x(0);
  if (until <= Math.max(since, 0)) return [];
  const y = Math.round((top + height / 2) * ratio);
  pixels.dots(Math.round(since * ratio), Math.round(until * ratio), y, palette.rail, 4);
  const text = `not recorded before ${duration(first, 5)}`;
  return [{ x: since, w: until - since, text, isWarn: false }];
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Word[]} words
 * @param {number} y middle of the row
 * @param {import("./palette.js").Palette} palette
 * @param {number} width
 */
export function drawClockWords(context, words, y, palette, width) {
  context.font = '400 11px "Inter", system-ui, sans-serif';
  context.textBaseline = "middle";
  for (const { x, w, text, isWarn } of words) {
    const left = Math.max(0, x);
    const right = Math.min(width, x + w);
    const size = widthOf(context, text);
    if (right - left < size + 12) continue;
    const from = (left + right - size) / 2;
    context.fillStyle = palette.wellCss;
    context.fillRect(from - 4, y - 7, size + 8, 14);
    context.fillStyle = isWarn ? palette.warnCss : palette.quiet;
    context.fillText(text, from, y + 0.5);
  }
}
