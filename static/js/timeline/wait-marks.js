/** Idle stretches of engines: which to ask for, and where they are drawn. */

import { askedAround, isEnough } from "./around.js";

/** @typedef {import("../kit/scale.js").Range} Range */
/** Starts and ends by turns, ns. @typedef {{core: number, name: string, waits: number[]}} WaitingRow */
/** What is known of a part: the waits of a range that are `least` long, or the longest of too many. @typedef {import("./around.js").Answered & {least: number, rows: WaitingRow[]}} Known */
/** @typedef {{x0: number, x1: number, ns: number, isNamed: boolean}} WaitMark */

export const LEAST_PX = 16;
export const NAMED_PX = 64;
/** An answer serves until the view is so much nearer that shorter waits are due. */
const NEARER = 2;

/**
 * @param {Range} view
 * @param {number} width CSS pixels
 * @returns {number} ns
 */
export function leastOf({ start, end }, width) {
  return Math.max(1, Math.floor(((end - start) / Math.max(width, 1)) * LEAST_PX));
}

/**
 * @param {Known | undefined} known
 * @param {Range} view
 * @param {number} least ns
 * @param {number} whole ns
 * @returns {boolean} whether it shows the view as well as an answer for it would
 */
export function isKnown(known, view, least, whole) {
  return known !== undefined && known.least <= least && isEnough(known, view, whole);
}

/**
 * What to ask for so that a little panning and zooming needs nothing more.
 * @param {Range} view
 * @param {number} least ns
 * @param {number} whole ns
 * @returns {Range & {least: number}}
 */
export function askedFor(view, least, whole) {
  return { ...askedAround(view, whole), least: Math.max(1, Math.floor(least / NEARER)) };
}

/**
 * The waits of a row that are wide enough to be drawn; a wait across an edge of the view keeps its
 * length in words.
 * @param {number[]} waits
 * @param {import("../kit/scale.js").Scale} scale
 * @returns {WaitMark[]}
 */
export function waitMarks(waits, scale) {
  /** @type {WaitMark[]} */
  const found = [];
  for (let at = 0; at + 1 < waits.length; at += 2) {
    const [x0, x1] = [scale.x(waits[at]), scale.x(waits[at + 1])];
    if (x1 - x0 < LEAST_PX || x1 < 0 || x0 > scale.width) continue;
    const shown = Math.min(x1, scale.width) - Math.max(x0, 0);
    found.push({ x0, x1, ns: waits[at + 1] - waits[at], isNamed: shown >= NAMED_PX });
  }
  return found;
}
