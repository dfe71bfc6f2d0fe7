/** Markers and regions as they are seen: lines over the rows, flags on the ruler, bands in the overview. */

import { duration, exact } from "../../../kit/units.js";
import { hueOf } from "../../../timeline/annotations.js";

/** @typedef {import("../toolbox.js").Layer} Layer */
/** @typedef {import("../../../data/annotation-board.js").Annotation} Annotation */
/** @typedef {import("../../../timeline/annotations.js").Flag} Flag */
/** @typedef {{ns: number, y: number | null, text: string, isSnapped: boolean}} Snap */

export const FLAG_FONT = '600 11px "Inter", system-ui, sans-serif';

const FLAG_TOP = 4;
const FLAG_HEIGHT = 16;
const DASH = [4, 3];
const BAND_SHARE = 0.1;
const SNAP_SIZE = 5;

/**
 * @param {Layer} layer
 * @param {Annotation[]} annotations
 * @param {ReadonlySet<string>} chosen ids; their lines are solid
 */
export function drawLines({ context, scale, palette, height }, annotations, chosen) {
  context.save();
  for (const annotation of annotations) {
    const { id, start_ns, end_ns, colour } = annotation;
    context.strokeStyle = palette.css[hueOf(colour)];
    context.lineWidth = chosen.has(id) ? 2 : 1;
    context.setLineDash(chosen.has(id) ? [] : DASH);
    for (const ns of end_ns === null ? [start_ns] : [start_ns, end_ns]) {
      const x = Math.round(scale.x(ns)) + 0.5;
      if (x < 0 || x > scale.width) continue;
      context.beginPath();
      context.moveTo(x, 0);
      context.lineTo(x, height);
      context.stroke();
    }
  }
  context.restore();
}

/**
 * @param {Layer} layer
 * @param {Flag[]} flags
 * @param {ReadonlySet<string>} chosen
 */
export function drawFlags({ context, palette }, flags, chosen) {
  context.save();
  context.font = FLAG_FONT;
  context.textBaseline = "middle";
  for (const { annotation, x0, x1, text } of flags) {
    const hue = hueOf(annotation.colour);
    context.fillStyle = palette.css[hue];
    context.beginPath();
    context.roundRect(x0, FLAG_TOP, x1 - x0, FLAG_HEIGHT, 2);
    context.fill();
    if (chosen.has(annotation.id)) {
      context.strokeStyle = palette.select;
      context.lineWidth = 1.5;
      context.stroke();
    }
    if (!text) continue;
    context.fillStyle = palette.inks[hue];
    context.fillText(text, x0 + 5, FLAG_TOP + FLAG_HEIGHT / 2 + 0.5);
  }
  context.restore();
}

/**
 * @param {Layer} layer
 * @param {Annotation[]} annotations
 */
export function drawBands({ context, scale, palette, height }, annotations) {
  context.save();
  for (const { start_ns, end_ns, colour } of annotations) {
    const from = scale.x(start_ns);
    context.fillStyle = palette.css[hueOf(colour)];
    if (end_ns !== null) {
      const to = scale.x(end_ns);
      context.globalAlpha = BAND_SHARE;
      context.fillRect(from, 0, Math.max(1, to - from), height);
      context.globalAlpha = 1;
      context.fillRect(Math.round(to), 0, 1, height);
    }
    context.fillRect(Math.round(from), 0, 1, height);
  }
  context.restore();
}

/**
 * Where a marker would stand: a line, and a mark on the event whose edge it takes.
 * @param {Layer} layer
 * @param {Snap} snap
 */
export function drawSnapLine({ context, scale, palette, height }, { ns, y, isSnapped }) {
  const x = Math.round(scale.x(ns)) + 0.5;
  context.save();
  context.strokeStyle = palette.select;
  context.lineWidth = isSnapped ? 1.5 : 1;
  context.setLineDash(isSnapped ? [] : DASH);
  context.beginPath();
  context.moveTo(x, 0);
  context.lineTo(x, height);
  context.stroke();
  if (isSnapped && y !== null) {
    context.fillStyle = palette.select;
    context.beginPath();
    context.moveTo(x, y - SNAP_SIZE);
    context.lineTo(x + SNAP_SIZE, y);
    context.lineTo(x, y + SNAP_SIZE);
    context.lineTo(x - SNAP_SIZE, y);
    context.fill();
  }
  context.restore();
}

/**
 * The instant a marker would have, on the ruler over whatever is there.
 * @param {Layer} layer
 * @param {Snap} snap
 */
export function drawSnapFlag({ context, scale, palette, width }, { ns, text }) {
  context.save();
  context.font = FLAG_FONT;
  context.textBaseline = "middle";
  const words = text ? `${exact(ns)} · ${text}` : exact(ns);
  const size = context.measureText(words).width + 10;
  const left = Math.min(Math.max(scale.x(ns) - size / 2, 0), Math.max(0, width - size));
  context.fillStyle = palette.select;
  context.beginPath();
  context.roundRect(left, FLAG_TOP, size, FLAG_HEIGHT, 3);
  context.fill();
  context.fillStyle = palette.wellCss;
  context.fillText(words, left + 5, FLAG_TOP + FLAG_HEIGHT / 2 + 0.5);
  context.restore();
}

/**
 * A marker or region in words: 35.130 µs; 25 µs – 65 µs, 40 µs long.
 * @param {{start_ns: number, end_ns: number | null}} times
 * @returns {string}
 */
export function timesText({ start_ns, end_ns }) {
  if (end_ns === null) return exact(start_ns);
  return `${exact(start_ns)} – ${exact(end_ns)}, ${duration(end_ns - start_ns, 4)}`;
}
