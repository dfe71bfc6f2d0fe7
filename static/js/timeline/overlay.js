/** Ruler, overview, hover and selection: what lies over the rows, drawn on canvases of their own. */

import { Scale, ticks } from "../kit/scale.js";
import { exact } from "../kit/units.js";

/** @typedef {import("../render/palette.js").Palette} Palette */
/** @typedef {import("./hit-test.js").Hit} Hit */

const TICK_FONT = '400 11px "Inter", system-ui, sans-serif';

/**
 * Sizes a canvas for the screen and gives its context in CSS pixels.
 * @param {HTMLCanvasElement} canvas
 * @param {number} width
 * @param {number} height
 * @returns {CanvasRenderingContext2D}
 */
export function sized(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * ratio));
  const h = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scale} scale
 * @param {Palette} palette
 * @param {number | null} cursor
 */
export function drawRuler(context, scale, palette, cursor) {
  context.font = TICK_FONT;
  context.textBaseline = "middle";
  for (const { ns, text } of ticks(scale)) {
    const x = Math.round(scale.x(ns)) + 0.5;
    context.strokeStyle = palette.quiet;
    context.beginPath();
    context.moveTo(x, 14);
    context.lineTo(x, 24);
    context.stroke();
    context.fillStyle = palette.text;
    context.fillText(text, x + 4, 10);
  }
  if (cursor !== null) drawFlag(context, scale, palette, cursor);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scale} scale
 * @param {Palette} palette
 * @param {number} cursor
 */
function drawFlag(context, scale, palette, cursor) {
  const text = exact(Math.round(cursor));
  const width = context.measureText(text).width + 10;
  const x = Math.min(Math.max(scale.x(cursor) - width / 2, 0), scale.width - width);
  context.fillStyle = palette.text;
  context.fillRect(x, 2, width, 16);
  context.fillStyle = palette.wellCss;
  context.fillText(text, x + 5, 10.5);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scale} scale
 * @param {Palette} palette
 * @param {{cursor: number | null, height: number, hover: Box | null, selected: Box | null, drag: {start: number, end: number} | null}} marks
 * @typedef {{x0: number, x1: number, y0: number, y1: number}} Box
 */
export function drawMarks(context, scale, palette, marks) {
  if (marks.drag) {
    const x0 = scale.x(marks.drag.start);
    const x1 = scale.x(marks.drag.end);
    context.globalAlpha = 0.12;
    context.fillStyle = palette.accent;
    context.fillRect(x0, 0, x1 - x0, marks.height);
    context.globalAlpha = 1;
  }
  if (marks.cursor !== null) {
    context.strokeStyle = palette.quiet;
    context.lineWidth = 1;
    const x = Math.round(scale.x(marks.cursor)) + 0.5;
    context.beginPath();
    context.moveTo(x, 0);
    context.lineTo(x, marks.height);
    context.stroke();
  }
  if (marks.hover) outline(context, marks.hover, palette.select, 1.5);
  if (marks.selected) {
    outline(context, marks.selected, palette.wellCss, 5);
    outline(context, marks.selected, palette.select, 2);
    caret(context, scale, marks.selected, palette);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {string} colour
 * @param {number} width
 */
function outline(context, box, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  const w = Math.max(box.x1 - box.x0, 2);
  context.strokeRect(box.x0 - 0.5, box.y0 - 0.5, w + 1, box.y1 - box.y0 + 1);
}

/**
 * A caret at the edge where the selection lies out of view.
 * @param {CanvasRenderingContext2D} context
 * @param {Scale} scale
 * @param {Box} box
 * @param {Palette} palette
 */
function caret(context, scale, box, palette) {
  const isLeft = box.x1 < 0;
  if (!isLeft && box.x0 <= scale.width) return;
  const x = isLeft ? 2 : scale.width - 2;
  const y = (box.y0 + box.y1) / 2;
  const tip = isLeft ? x : x;
  const back = isLeft ? x + 7 : x - 7;
  context.fillStyle = palette.select;
  context.beginPath();
  context.moveTo(tip, y);
  context.lineTo(back, y - 5);
  context.lineTo(back, y + 5);
  context.fill();
}

/**
 * Where a slice is drawn.
 * @param {Hit} hit
 * @param {import("./rows.js").Row} row
 * @param {Scale} scale
 * @param {number} scrollY
 * @returns {Box}
 */
export function boxOf(hit, row, scale, scrollY) {
  const lanes = Math.max(1, row.lanes);
  const laneHeight = (row.height - 6) / lanes;
  const lane = lanes > 1 ? Math.min(hit.lane, lanes - 1) : 0;
  const y0 = row.y - scrollY + 3 + lane * laneHeight;
  const start = hit.count > 1 ? hit.cellStart : hit.start;
  const length = hit.count > 1 ? hit.cellLength : hit.duration;
  const x0 = scale.x(start);
  return { x0, x1: Math.max(scale.x(start + length), x0 + 2), y0, y1: y0 + laneHeight - 1 };
}

/**
 * The overview: the whole profile small, and the window of the view.
 * @param {CanvasRenderingContext2D} context
 * @param {object} job
 * @param {number} job.width
 * @param {number} job.height
 * @param {number} job.duration
 * @param {{start: number, end: number}} job.range
 * @param {Palette} job.palette
 * @param {{colour: string, shares: Float32Array}[]} job.lanes
 */
export function drawOverview(context, { width, height, duration, range, palette, lanes }) {
  const laneHeight = (height - 6) / Math.max(1, lanes.length);
  lanes.forEach(({ colour, shares }, place) => {
    context.fillStyle = colour;
    const columnWidth = width / shares.length;
    for (let at = 0; at < shares.length; at++) {
      if (shares[at] === 0) continue;
      // Lanes this low show busy share as ink in four steps.
      context.globalAlpha = [0.28, 0.5, 0.75, 1][Math.min(3, Math.floor(shares[at] * 4))];
      context.fillRect(at * columnWidth, 3 + place * laneHeight, columnWidth + 0.3, laneHeight - 1);
    }
  });
  context.globalAlpha = 1;
  const x0 = Math.max(0, (range.start / duration) * width);
  const x1 = Math.min(width, (range.end / duration) * width);
  context.fillStyle = palette.wellCss;
  context.globalAlpha = 0.6;
  context.fillRect(0, 0, x0, height);
  context.fillRect(x1, 0, width - x1, height);
  context.globalAlpha = 1;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.strokeRect(x0 + 0.75, 0.75, Math.max(3, x1 - x0 - 1.5), height - 1.5);
}
