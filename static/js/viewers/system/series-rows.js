/** Rows of sampled values: memory in use, host CPU and memory, bandwidth of transfers. */

import { request } from "../../kit/http.js";
import { duration, memorySize, THIN } from "../../kit/units.js";
import { mix } from "../../render/palette.js";
import { SeriesStore } from "./series-store.js";

/** @typedef {import("../../timeline/rows.js").Series} Series */
/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("./series-store.js").Samples} Samples */

const POINT_PX = 2;
const PADDING = 4;
const LEAST_SCALE_HEIGHT = 30;
const FILL = 0.25;
const PALE = 0.4;
const FONT = '400 10.5px "Inter", system-ui, sans-serif';
const HUES = /** @type {Record<string, number>} */ ({ memory: 5, host: 8, bandwidth: 6 });

/**
 * A value as people read it.
 * @param {number} value
 * @param {string} unit
 * @returns {string}
 */
export function valueText(value, unit) {
  if (unit === "percent") return `${Math.round(value * 10) / 10}${THIN}%`;
  if (unit === "bytes_per_s") return `${(value / 1e9).toPrecision(3)}${THIN}GB/s`;
  return memorySize(value);
}

/**
 * What a sampled row says when there is nothing of it in view; empty where it has something.
 * @param {Series} series
 * @param {number} inView samples
 * @param {number} length ns in view
 * @returns {string}
 */
export function emptyWords({ interval_ns: interval, shape }, inView, length) {
  if (inView > 0 || shape === "step") return "";
  const every = interval ? everyText(interval) : "Sampled now and then";
  return `${every}. No sample falls in this ${duration(length, 3)}.`;
}

/**
 * @param {number} ns
 * @returns {string}
 */
function everyText(ns) {
  return Math.abs(ns / 1e9 - 1) < 0.01
    ? "Sampled every second"
    : `Sampled every ${duration(ns, 3)}`;
}

/**
 * Values in view as steps: where each begins and ends, least and most. A step lasts until the next.
 * @param {Samples} samples
 * @param {{start: number, end: number}} range
 * @param {boolean} isStep whether a value holds until the next one
 * @returns {{from: number, to: number, min: number, max: number, last: number}[]}
 */
export function stepsInView({ start_ns: starts, min, max, last, nearest }, range, isStep) {
  const found = [];
  const before = nearest?.before ?? (nearest && nearest.start_ns < range.start ? nearest : null);
  if (isStep && before && (starts[0] ?? range.end) > range.start) {
    const value = Number(before.last ?? before.value);
    const to = Math.min(starts[0] ?? range.end, range.end);
    found.push({ from: range.start, to, min: value, max: value, last: value });
  }
  for (let at = 0; at < starts.length; at++) {
    const from = starts[at];
    const to = starts[at + 1] ?? (isStep ? range.end : from);
    const isSeen = isStep ? to >= range.start && from <= range.end : from >= range.start;
    if (!isSeen || from > range.end) continue;
    found.push({ from, to: Math.min(to, range.end), min: min[at], max: max[at], last: last[at] });
  }
  return found;
}

export class SeriesRows {
  /** @param {SystemTimeline} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    const base = `${viewer.system.base}series/`;
    this.store = new SeriesStore(
      base,
      () => viewer.redraw(),
      (url) => request(url),
    );
  }

  /**
   * Paints a series in its row.
   * @type {import("../plot.js").RowPainter}
   */
  paint(row, top, { scale, palette }) {
    const { series } = row;
    if (!series) return null;
    const { pixels, ratio, width } = this.viewer.plot;
    const points = Math.max(16, Math.ceil(width / POINT_PX) * 2);
    const answer = this.store.get(series.id, scale.range, points);
    const isStep = series.shape === "step";
    const steps = answer ? stepsInView(answer.samples, scale.range, isStep) : [];
    const words = answer
      ? emptyWords(series, steps.length, scale.range.end - scale.range.start)
      : "";
    const [from, to] = [top + PADDING, top + row.height - PADDING];
    const most = Math.max(series.max, ...steps.map((step) => step.max), 1e-9);
    const y = (/** @type {number} */ value) =>
      Math.round((to - ((to - from) * Math.min(value, most)) / most) * ratio);
    if (words) {
      const [y0, y1] = [Math.round(from * ratio), Math.round(to * ratio)];
      pixels.hatch(0, y0, pixels.width, y1, palette.line, 6);
    }
    const hue = palette.hues[HUES[series.group] ?? 8];
    const line = Math.max(1, Math.round(ratio));
    for (const step of steps) {
      const x0 = Math.max(0, Math.round(scale.x(step.from) * ratio));
      const least = isStep ? x0 + 1 : x0 + Math.round(POINT_PX * ratio);
      const x1 = Math.min(pixels.width, Math.max(least, Math.round(scale.x(step.to) * ratio)));
      if (x1 <= x0) continue;
      const fill = mix(hue, palette.well, FILL);
      pixels.rect(x0, y(step.max), x1, y(step.min), mix(hue, palette.well, PALE));
      pixels.rect(x0, y(step.min), x1, Math.round(to * ratio), fill);
      pixels.rect(x0, y(step.last), x1, y(step.last) + line, hue);
    }
    return (context) => this.write(context, series, { top, height: row.height, words, most });
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {Series} series
   * @param {{top: number, height: number, words: string, most: number}} about
   */
  write(context, series, { top, height, words, most }) {
    const { palette, plot } = this.viewer;
    context.font = FONT;
    context.textBaseline = "middle";
    const of = series.capacity ? `of ${valueText(series.capacity, series.unit)}; ` : "";
    const say = (/** @type {string} */ text, /** @type {number} */ x, /** @type {number} */ y) => {
      const size = context.measureText(text).width;
      const left = x < 0 ? plot.width - 8 - size : x - size / 2;
      context.fillStyle = palette.wellCss;
      context.fillRect(left - 4, y - 7, size + 8, 14);
      context.fillStyle = palette.quiet;
      context.fillText(text, left, y + 0.5);
    };
    if (words) say(words, plot.width / 2, top + height / 2);
    else if (height >= LEAST_SCALE_HEIGHT)
      say(`${of}scale 0 to ${valueText(most, series.unit)}`, -1, top + height / 2);
  }
}
