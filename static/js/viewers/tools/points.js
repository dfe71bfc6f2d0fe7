/** Where the pointer is, in the words of the timeline. */

import { rowAt } from "../../timeline/rows.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Point} Point */

/**
 * @param {TimelineViewer} viewer
 * @param {PointerEvent | MouseEvent} event anywhere over the stage or the ruler
 * @returns {Point}
 */
export function pointAt(viewer, event) {
  const rect = viewer.stage.getBoundingClientRect();
  const [x, y] = [event.clientX - rect.left, event.clientY - rect.top];
  const rows = viewer.frame?.rows ?? [];
  const row = y < 0 ? null : rowAt(rows, y + viewer.scrollY);
  const ns = viewer.scale().ns(x);
  return { x, y, ns, row: row ?? null, hit: y < 0 ? null : viewer.hitAt(x, y), event };
}
