/** Ruler, ranges, hover and selection: what lies over the rows, drawn on canvases of their own. */

import { ticks } from "../kit/scale.js";
import { duration, exact } from "../kit/units.js";

/** @typedef {import("../kit/scale.js").Scale} Scale */
/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {{start: number, end: number}} Range */
/** @typedef {{x0: number, x1: number, y0: number, y1: number}} Box */

const FONT = '400 11px "Inter", system-ui, sans-serif';
const STRONG_FONT = '600 11px "Inter", system-ui, sans-serif';
const RULER_HEIGHT = 24;
const FLAG_HEIGHT = 16;
const HANDLE = 6;

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
 * Text on a filled box, kept within the width.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @param {number} x middle
 * @param {number} y top
 * @param {{fill: string, ink: string, width: number}} look
 */
function drawFlag(context, text, x, y, { fill, ink, width }) {
  context.font = STRONG_FONT;
  context.textBaseline = "middle";
  const size = context.measureText(text).width + 10;
  const left = Math.min(Math.max(x - size / 2, 0), width - size);
  context.fillStyle = fill;
  context.beginPath();
  context.roundRect(left, y, size, FLAG_HEIGHT, 3);
  context.fill();
  context.fillStyle = ink;
  context.fillText(text, left + 5, y + FLAG_HEIGHT / 2 + 0.5);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scale} scale
 * @param {Palette} palette
 * @param {{cursor: number | null, marked: Range | null}} marks
 */
export function drawRuler(context, scale, palette, { cursor, marked }) {
  context.font = FONT;
  context.textBaseline = "middle";
  context.lineWidth = 1;
  for (const { ns, text } of ticks(scale)) {
    const x = Math.round(scale.x(ns)) + 0.5;
    context.strokeStyle = text ? palette.tick : palette.border;
    context.beginPath();
    context.moveTo(x, text ? 5 : 18);
    context.lineTo(x, RULER_HEIGHT);
    context.stroke();
    if (!text || x + 4 + context.measureText(text).width > scale.width) continue;
    context.fillStyle = palette.text;
    context.fillText(text, x + 4, 10);
  }
  const { width } = scale;
  if (marked) {
    const middle = scale.x((marked.start + marked.end) / 2);
    const look = { fill: palette.accent, ink: palette.accentInk, width };
    drawFlag(context, duration(marked.end - marked.start, 3), middle, 4, look);
  }
  if (cursor !== null) {
    const look = { fill: palette.select, ink: palette.wellCss, width };
    drawFlag(context, exact(Math.round(cursor)), scale.x(cursor), 4, look);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scale} scale
 * @param {Palette} palette
 * @param {{cursor: number | null, height: number, hover: Box | null, selected: Box | null, marked: Range | null, failures: Box[]}} marks
 */
export function drawMarks(context, scale, palette, marks) {
  if (marks.marked) drawRange(context, scale, palette, marks.marked, marks.height);
  if (marks.cursor !== null) {
    context.fillStyle = palette.quiet;
    context.fillRect(Math.round(scale.x(marks.cursor)), 0, 1, marks.height);
  }
  for (const box of merged(marks.failures)) drawFailure(context, box, palette);
  if (marks.hover) outline(context, marks.hover, palette.select, 1.5);
  if (marks.selected) {
    outline(context, marks.selected, palette.wellCss, 2, 2);
    outline(context, marks.selected, palette.select, 2);
    caret(context, scale, marks.selected, palette);
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Scale} scale
 * @param {Palette} palette
 * @param {Range} range
 * @param {number} height
 */
function drawRange(context, scale, palette, range, height) {
  const x0 = Math.round(scale.x(range.start));
  const x1 = Math.round(scale.x(range.end));
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.12;
  context.fillRect(x0, 0, x1 - x0, height);
  context.globalAlpha = 1;
  for (const x of [x0, x1]) {
    context.fillRect(x, 0, 1, height);
    context.fillRect(x - HANDLE / 2 + 0.5, 0, HANDLE, HANDLE);
  }
}

/**
 * Boxes of rows that lie under each other as one.
 * @param {Box[]} boxes
 * @returns {Box[]}
 */
export function merged(boxes) {
  /** @type {Box[]} */
  const found = [];
  for (const box of boxes) {
    const above = found.find((one) => one.x0 === box.x0 && one.x1 === box.x1 && one.y1 === box.y0);
    if (above) above.y1 = box.y1;
    else found.push({ ...box });
  }
  return found;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {Palette} palette
 */
function drawFailure(context, box, palette) {
  const text = "Tile not readable. Try again";
  context.font = FONT;
  context.textBaseline = "middle";
  const width = context.measureText(text).width + 14;
  if (box.x1 - box.x0 < width) return;
  const x = (box.x0 + box.x1 - width) / 2;
  const y = (box.y0 + box.y1) / 2 - 9;
  context.fillStyle = palette.errSoftCss;
  context.strokeStyle = palette.errCss;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(x, y, width, 18, 4);
  context.fill();
  context.stroke();
  context.fillStyle = palette.errCss;
  context.fillText(text, x + 7, y + 9.5);
}

/**
 * A line around a box, outside of it.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {string} colour
 * @param {number} width
 * @param {number} [away] pixels between box and line
 */
function outline(context, box, colour, width, away = 0) {
  const by = away + width / 2;
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.roundRect(
    box.x0 - by,
    box.y0 - by,
    box.x1 - box.x0 + 2 * by,
    box.y1 - box.y0 + 2 * by,
    2,
  );
  context.stroke();
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
  const back = isLeft ? x + 7 : x - 7;
  context.fillStyle = palette.select;
  context.beginPath();
  context.moveTo(x, y);
  context.lineTo(back, y - 5);
  context.lineTo(back, y + 5);
  context.fill();
}

/**
 * The window of the view over the overview: what lies outside is dimmed.
 * @param {CanvasRenderingContext2D} context
 * @param {{width: number, height: number, duration: number, range: Range, palette: Palette}} job
 */
export function drawWindow(context, { width, height, duration, range, palette }) {
  const x0 = Math.min(width - 4, Math.max(0, (range.start / duration) * width));
  const x1 = Math.max(x0 + 4, Math.min(width, (range.end / duration) * width));
  context.fillStyle = palette.wellCss;
  context.globalAlpha = 0.6;
  context.fillRect(0, 0, x0, height);
  context.fillRect(x1, 0, width - x1, height);
  context.globalAlpha = 1;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.strokeRect(x0 + 0.75, 0.75, x1 - x0 - 1.5, height - 1.5);
  context.fillStyle = palette.accent;
  for (const x of [x0, x1 - 4]) {
    context.beginPath();
    context.roundRect(x, height / 2 - 8, 4, 16, 2);
    context.fill();
  }
}
