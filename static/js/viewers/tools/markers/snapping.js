/** Where a pointer means when it is near the edge of an event. */

import { edgesOf, keptTime, nearestEdge, SNAP_PX } from "../../../timeline/annotations.js";
import { itemsInView } from "../../../timeline/hit-test.js";

/** @typedef {import("../../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../toolbox.js").Point} Point */
/** @typedef {import("../../../timeline/rows.js").Row} Row */
/** @typedef {import("./drawing.js").Snap} Snap */

/**
 * Edges of events of some rows near an instant.
 * @param {TimelineViewer} viewer
 * @param {Row[]} rows
 * @param {number} ns
 * @param {number} within ns
 */
function edgesNear({ document, store, frame }, rows, ns, within) {
  if (!frame) return [];
  const range = { start: ns - within, end: ns + within };
  return rows.flatMap(({ kind, track, group }) => {
    if (kind !== "track" || !track || track.rows === 0) return [];
    return edgesOf(itemsInView({ document, store, group, track, level: frame.level, range }));
  });
}

/**
 * The instant a point means: an edge of its row's events within eight pixels; on the ruler of any
 * row's in view. With Alt it is the instant itself.
 * @param {TimelineViewer} viewer
 * @param {Point} point
 * @returns {Snap}
 */
export function snapAt(viewer, { ns, y, row, event }) {
  const free = { ns: keptTime(ns, viewer.duration), y: null, text: "", isSnapped: false };
  if (event.altKey) return free;
  const within = SNAP_PX * viewer.scale().nsPerPx;
  const rows = row ? [row] : y < 0 ? (viewer.frame?.rows ?? []) : [];
  const edge = nearestEdge(edgesNear(viewer, rows, ns, within), ns, within);
  if (!edge) return free;
  const text = `${edge.edge} of ${edge.label}`;
  return { ns: keptTime(edge.ns, viewer.duration), y: row ? y : null, text, isSnapped: true };
}
