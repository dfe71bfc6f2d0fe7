/** Markers and regions: where they snap to, where their flags stand, and what two edits make of one. */

import { rangeBetween } from "./boxes.js";

/** @typedef {import("../kit/scale.js").Scale} Scale */
/** @typedef {import("../data/annotation-board.js").Annotation} Annotation */
/** An edge of an event, to snap to. @typedef {{ns: number, label: string, edge: "start" | "end"}} Edge */
/** A flag on the ruler; `text` is cut where there is no room. @typedef {{annotation: Annotation, edge: "start" | "end", x0: number, x1: number, text: string}} Flag */

/** The hues a marker may have, in the order of the palette. @type {string[]} */
export const COLOURS = [
  ...["blue", "sky", "green", "yellow", "orange", "pink", "violet", "red", "grey"],
];
export const SNAP_PX = 8;
export const LONGEST_NAME = 80;
export const LONGEST_NOTE = 1000;

const FLAG_PAD = 10;
const TAB_PX = 7;
const MOST_FLAG_PX = 160;
const GRAB_PX = 3;

/**
 * @param {string} colour
 * @returns {number} its place in the palette; blue's for one that is not known
 */
export function hueOf(colour) {
  return Math.max(0, COLOURS.indexOf(colour));
}

/**
 * Edges of events that are known one by one; of a cell nobody knows where its events begin.
 * @param {{start: number, duration: number, label: string, count: number}[]} hits
 * @returns {Edge[]}
 */
export function edgesOf(hits) {
  return hits
    .filter(({ count }) => count <= 1)
    .flatMap(({ start, duration, label }) => [
      { ns: start, label, edge: /** @type {const} */ ("start") },
      { ns: start + duration, label, edge: /** @type {const} */ ("end") },
    ]);
}

/**
 * The edge nearest to an instant; of equal ones the first, where a thing begins before where it ends.
 * @param {Edge[]} edges
 * @param {number} ns
 * @param {number} within ns
 * @returns {Edge | null}
 */
export function nearestEdge(edges, ns, within) {
  /** @type {Edge | null} */
  let best = null;
  for (const edge of edges) {
    const away = Math.abs(edge.ns - ns);
    if (away > within) continue;
    const least = best ? Math.abs(best.ns - ns) : Number.POSITIVE_INFINITY;
    if (away < least || (away === least && edge.edge === "start" && best?.edge === "end"))
      best = edge;
  }
  return best;
}

/**
 * A time as it may be kept: whole, within what a profile can have.
 * @param {number} ns
 * @param {number} duration of the profile
 * @returns {number}
 */
export function keptTime(ns, duration) {
  return Math.min(Math.max(0, Math.round(ns)), Math.max(0, Math.round(duration)));
}

/**
 * Flags of all that begin or end in view, from left to right. A flag stands to the right of its line
 * and gives way to the next one, down to a tab of its colour; the end of a region is a tab before it.
 * @param {Annotation[]} annotations
 * @param {Scale} scale
 * @param {(text: string) => number} measure pixels of a text
 * @returns {Flag[]}
 */
export function flagsOf(annotations, scale, measure) {
  /** @type {Flag[]} */
  const flags = [];
  const isSeen = (/** @type {number} */ x) => x >= -MOST_FLAG_PX && x <= scale.width;
  for (const annotation of annotations) {
    const x = scale.x(annotation.start_ns);
    if (isSeen(x)) {
      const wide = Math.min(measure(annotation.name) + FLAG_PAD, MOST_FLAG_PX);
      flags.push({ annotation, edge: "start", x0: x, x1: x + wide, text: annotation.name });
    }
    if (annotation.end_ns === null) continue;
    const end = scale.x(annotation.end_ns);
    if (isSeen(end)) flags.push({ annotation, edge: "end", x0: end - TAB_PX, x1: end, text: "" });
  }
  flags.sort((a, b) => a.x0 - b.x0);
  for (let place = 0; place + 1 < flags.length; place++) {
    const [flag, next] = [flags[place], flags[place + 1]];
    if (flag.edge === "start") flag.x1 = Math.max(flag.x0 + TAB_PX, Math.min(flag.x1, next.x0 - 1));
  }
  for (const flag of flags) flag.text = cut(flag.text, flag.x1 - flag.x0 - FLAG_PAD, measure);
  return flags.filter(({ x1 }) => x1 > 0);
}

/**
 * @param {string} text
 * @param {number} width
 * @param {(text: string) => number} measure
 * @returns {string} as much of it as fits, with an ellipsis; nothing where not even two letters do
 */
function cut(text, width, measure) {
  if (measure(text) <= width) return text;
  const letters = [...text];
  let [fits, over] = [0, letters.length];
  while (over - fits > 1) {
    const middle = (fits + over) >> 1;
    if (measure(`${letters.slice(0, middle).join("")}…`) <= width) fits = middle;
    else over = middle;
  }
  return fits >= 2 ? `${letters.slice(0, fits).join("")}…` : "";
}

/**
 * The flag under a point of the ruler; the last one drawn lies on top.
 * @param {Flag[]} flags
 * @param {number} x
 * @returns {Flag | null}
 */
export function flagAt(flags, x) {
  return flags.findLast(({ x0, x1 }) => x >= x0 - 1 && x <= x1 + 1) ?? null;
}

/**
 * The line under a point of the rows, the nearest one within three pixels.
 * @param {Annotation[]} annotations
 * @param {Scale} scale
 * @param {number} x
 * @returns {{annotation: Annotation, edge: "start" | "end"} | null}
 */
export function lineAt(annotations, scale, x) {
  /** @type {{annotation: Annotation, edge: "start" | "end", away: number} | null} */
  let best = null;
  for (const annotation of annotations) {
    for (const edge of /** @type {const} */ (["start", "end"])) {
      const ns = edge === "start" ? annotation.start_ns : annotation.end_ns;
      if (ns === null) continue;
      const away = Math.abs(scale.x(ns) - x);
      if (away <= GRAB_PX && away < (best?.away ?? Number.POSITIVE_INFINITY))
        best = { annotation, edge, away };
    }
  }
  return best && { annotation: best.annotation, edge: best.edge };
}

/**
 * What a drag of one end of a marker or region makes of its times. An end that is drawn past the
 * other one becomes it; `isWhole` moves both.
 * @param {Annotation} annotation
 * @param {"start" | "end"} edge
 * @param {number} ns where the end is now
 * @param {{isWhole?: boolean, duration: number}} options
 * @returns {{start_ns: number, end_ns: number | null}}
 */
export function dragged({ start_ns, end_ns }, edge, ns, { isWhole = false, duration }) {
  if (end_ns === null) return { start_ns: keptTime(ns, duration), end_ns };
  if (isWhole) {
    const length = end_ns - start_ns;
    const from = edge === "start" ? ns : ns - length;
    const start = Math.min(
      Math.max(0, Math.round(from)),
      Math.max(0, Math.round(duration) - length),
    );
    return { start_ns: start, end_ns: start + length };
  }
  return regionBetween(edge === "start" ? end_ns : start_ns, ns, duration);
}

/**
 * A region between two instants in either order, at least 1 ns long.
 * @param {number} one
 * @param {number} other
 * @param {number} duration
 * @returns {{start_ns: number, end_ns: number}}
 */
export function regionBetween(one, other, duration) {
  const { start, end } = rangeBetween(one, other, duration);
  return { start_ns: start, end_ns: end };
}

/**
 * A name that nothing has: Marker 1, Region 2.
 * @param {Annotation[]} annotations
 * @param {"marker" | "region"} kind
 * @returns {string}
 */
export function freshName(annotations, kind) {
  const word = kind === "marker" ? "Marker" : "Region";
  const taken = new Set(annotations.map(({ name }) => name));
  let number = 1;
  while (taken.has(`${word} ${number}`)) number++;
  return `${word} ${number}`;
}

/**
 * By time, a region before what begins with it; as the server lists them.
 * @param {Annotation[]} annotations
 * @returns {Annotation[]}
 */
export function byTime(annotations) {
  const end = (/** @type {Annotation} */ one) => one.end_ns ?? one.start_ns;
  return [...annotations].sort(
    (a, b) =>
      a.start_ns - b.start_ns ||
      end(b) - end(a) ||
      (a.name < b.name ? -1 : a.name > b.name ? 1 : 0),
  );
}

/**
 * Fields of an edit that somebody else has changed to something else since `base` was seen.
 * @param {Record<string, any>} base
 * @param {Record<string, any>} current
 * @param {Record<string, any>} changes
 * @returns {string[]}
 */
export function clashesOf(base, current, changes) {
  return Object.keys(changes).filter(
    (name) => current[name] !== base[name] && current[name] !== changes[name],
  );
}

/**
 * From the start of one to the start of the other, ns; less than nothing if the other was earlier.
 * @param {Annotation} from
 * @param {Annotation} to
 * @returns {number}
 */
export function difference(from, to) {
  return to.start_ns - from.start_ns;
}

/**
 * The range to measure: a region's own, or from start to start of two.
 * @param {Annotation} one
 * @param {Annotation | null} other
 * @returns {{start: number, end: number} | null} null where it has no length
 */
export function measuredRange(one, other) {
  const [start, end] = other
    ? [Math.min(one.start_ns, other.start_ns), Math.max(one.start_ns, other.start_ns)]
    : [one.start_ns, one.end_ns ?? one.start_ns];
  return end > start ? { start, end } : null;
}
