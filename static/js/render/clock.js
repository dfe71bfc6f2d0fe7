/** The clock row: a step line, hatched below full clock, and words about it. */

import { NO_BUCKET } from "../data/arrow.js";
import { duration, THIN } from "../kit/units.js";
import { mix } from "./palette.js";

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
 * Paints the row. Returns the words to draw, and the time-weighted share of the clock.
 * @param {object} job
 * @param {import("./pixels.js").Pixels} job.pixels
 * @param {import("./palette.js").Palette} job.palette
 * @param {import("../kit/scale.js").Scale} job.scale
 * @param {number} job.ratio
 * @param {number} job.top
 * @param {number} job.height
 * @param {string[]} job.labels
 * @param {number} job.first start of the first record, ns
 * @param {(visit: (tile: import("../data/arrow.js").Tile, item: number, from: number) => void) => void} job.items
 * @returns {{words: {x: number, w: number, text: string, isWarn: boolean}[], share: number | null}}
 */
export function paintClock(job) {
  const { pixels, palette, scale, ratio, top, height, labels, first, items } = job;
  const at = (/** @type {number} */ share) =>
    Math.round((top + 4 + (1 - share) * (height - 9)) * ratio);
  /** @type {{x: number, w: number, text: string, isWarn: boolean}[]} */
  const words = [];
  let time = 0;
  let weighted = 0;
  const pale = mix(palette.warn, palette.well, 0.45);
  items((tile, item, from) => {
    if (tile.bucket[item] !== NO_BUCKET && tile.count[item] === 0) return;
    const isSlice = tile.bucket[item] === NO_BUCKET;
    const start = isSlice ? from : tile.start[item];
    const length = tile.duration[item];
    const share = clockShare(labels[tile.label[item]] ?? "") ?? 1;
    const x0 = Math.round(scale.x(start) * ratio);
    const x1 = Math.max(x0 + 1, Math.round(scale.x(start + length) * ratio));
    const y = at(share);
    if (share < 1) {
      pixels.hatch(x0, at(1) + 2, x1, Math.round((top + height - 4) * ratio), pale, 6);
      pixels.rect(x0, at(1), x0 + 1, y, palette.warn);
      pixels.rect(x1 - 1, at(1), x1, y, palette.warn);
      const text = `${Math.round(share * 100)}${THIN}% of clock for ${duration(length, 3)}`;
      words.push({ x: x0 / ratio, w: (x1 - x0) / ratio, text, isWarn: true });
    }
    pixels.rect(x0, y, x1, y + 1, palette.warn);
    const seen = Math.min(start + length, scale.range.end) - Math.max(start, scale.range.start);
    if (seen > 0) {
      time += seen;
      weighted += seen * share;
    }
  });
  const until = scale.x(first);
  if (until > 0) {
    const y = Math.round((top + height / 2) * ratio);
    pixels.dots(Math.round(scale.x(0) * ratio), Math.round(until * ratio), y, palette.rail);
    words.push({
      x: scale.x(0),
      w: until - scale.x(0),
      text: `not recorded before ${duration(first, 5)}`,
      isWarn: false,
    });
  }
  return { words, share: time > 0 ? weighted / time : null };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {{x: number, w: number, text: string, isWarn: boolean}[]} words
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
    const size = context.measureText(text).width;
    if (right - left < size + 12) continue;
    const from = (left + right - size) / 2;
    context.fillStyle = palette.wellCss;
    context.fillRect(from - 4, y - 7, size + 8, 14);
    context.fillStyle = isWarn ? palette.warnCss : palette.quiet;
    context.fillText(text, from, y + 0.5);
  }
}
