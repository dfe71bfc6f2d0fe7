/** Text over the blitted bars: labels that fit, widest first; the clock row's words. */

import { duration } from "../kit/units.js";
import { PLAIN, UNKNOWN } from "./palette.js";

/** @typedef {import("./painter.js").LabelList} LabelList */
/** @typedef {import("./palette.js").Palette} Palette */

export const MOST_LABELS = 1500;
const WITH_DURATION = 58;
const LEAST_CUT = 3;
const FONT = '500 11px "Inter", system-ui, sans-serif';
const QUIET_FONT = '400 11px "Inter", system-ui, sans-serif';
const SHORT = new Map([
  ["MATMUL", "MM"],
  ["LDWEIGHTS", "LDW"],
  ["TENSOR_TENSOR", "T·T"],
  ["TENSOR_SCALAR", "T·S"],
  ["TENSOR_REDUCE", "RED"],
  ["EVENT_SEMAPHORE", "SEM"],
  ["DMA_DIRECT2D", "DMA 2D"],
  ["ACT_TABLE_LOAD", "TABLE"],
]);

/**
 * Full text, short form or none, by the room there is.
 * @param {string} text
 * @param {number} room
 * @param {(text: string) => number} measure
 * @returns {string}
 */
export function fitted(text, room, measure) {
  // Of "ACTIVATE EXP" the function says it; of "4 KiB" no part does.
  const last = /^\d/.test(text) ? text : (text.split(" ").at(-1) ?? text);
  const choices = [text, last, SHORT.get(text) ?? "", SHORT.get(last) ?? ""];
  return choices.find((choice) => choice !== "" && measure(choice) <= room) ?? "";
}

/**
 * A text with its end cut off where it does not fit; none where hardly anything would be left.
 * @param {string} text
 * @param {number} room
 * @param {(text: string) => number} measure
 * @returns {string}
 */
export function cut(text, room, measure) {
  if (measure(text) <= room) return text;
  const each = measure(text) / text.length;
  for (let length = Math.floor(room / each); length >= LEAST_CUT; length--) {
    const shown = `${text.slice(0, length).trimEnd()}…`;
    if (measure(shown) <= room) return shown;
  }
  return "";
}

/**
 * Indices of the labels to draw: the widest, at most so many.
 * @param {LabelList} labels
 * @param {number} [most]
 * @returns {number[]}
 */
export function widest(labels, most = MOST_LABELS) {
  const order = Array.from({ length: labels.length }, (_, at) => at);
  if (labels.length <= most) return order;
  return order.sort((a, b) => labels.w[b] - labels.w[a]).slice(0, most);
}

/** @type {Map<string, number>} */
const widths = new Map();
const MOST_WIDTHS = 5000;

/** Forgets measured widths: fonts have come. */
export function forgetWidths() {
  widths.clear();
}

/**
 * The width of a text in the context's font; measured once.
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @returns {number}
 */
export function widthOf(context, text) {
  const key = `${context.font} ${text}`;
  let width = widths.get(key);
  if (width === undefined) {
    if (widths.size > MOST_WIDTHS) widths.clear();
    width = context.measureText(text).width;
    widths.set(key, width);
  }
  return width;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {LabelList} labels
 * @param {Palette} palette
 * @param {Record<string, string[]>} texts by part
 * @param {boolean} [isCut] whether names are cut where they do not fit, instead of left out
 */
export function drawLabels(context, labels, palette, texts, isCut = false) {
  context.font = FONT;
  context.textBaseline = "middle";
  const measure = (/** @type {string} */ text) => widthOf(context, text);
  for (const at of widest(labels)) {
    const text = texts[labels.part[at]]?.[labels.label[at]] ?? "";
    const room = labels.w[at] - 8;
    const shown = (isCut ? cut : fitted)(text, room, measure);
    if (!shown) continue;
    const colour = labels.colour[at];
    const isOnGround = colour === UNKNOWN || colour === PLAIN;
    context.fillStyle = isOnGround ? palette.text : palette.inks[colour & 15];
    const y = labels.y[at] + labels.h[at] / 2 + 0.5;
    const x = labels.x[at] + 4;
    context.fillText(shown, x, y);
    const time = duration(labels.ns[at], 3);
    const after = measure(shown) + 5;
    if (colour !== PLAIN && room - after >= WITH_DURATION) {
      context.font = QUIET_FONT;
      context.fillText(time, x + after, y);
      context.font = FONT;
    }
  }
}

/**
 * Words of heads at the right, and sentences in the middle of rows that have nothing to show.
 * @param {CanvasRenderingContext2D} context
 * @param {{text: string, y: number, isMiddle: boolean}[]} notes
 * @param {Palette} palette
 * @param {number} width
 */
export function drawNotes(context, notes, palette, width) {
  context.font = QUIET_FONT;
  context.textBaseline = "middle";
  for (const { text, y, isMiddle } of notes) {
    const size = widthOf(context, text);
    const x = isMiddle ? (width - size) / 2 : width - 8 - size;
    if (isMiddle) {
      context.fillStyle = palette.wellCss;
      context.fillRect(x - 4, y - 7, size + 8, 14);
    }
    context.fillStyle = palette.quiet;
    context.fillText(text, x, y + 0.5);
  }
}
