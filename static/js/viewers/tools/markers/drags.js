/** Drags: of a flag or a line to another time, and of a new region over the rows. */

import { dragged, regionBetween } from "../../../timeline/annotations.js";
import { timesText } from "./drawing.js";
import { snapAt } from "./snapping.js";

/** @typedef {import("../markers.js").Markers} Markers */
/** @typedef {import("../toolbox.js").Point} Point */
/** @typedef {import("../toolbox.js").Drag} Drag */
/** @typedef {import("../../../data/annotation-board.js").Annotation} Annotation */

/**
 * Moves one end of a marker or region; with Shift all of a region.
 * @param {Markers} markers
 * @param {Annotation} annotation
 * @param {"start" | "end"} edge
 * @param {() => void} [clicked] what letting go without a move does
 * @returns {Drag}
 */
export function dragOf(markers, annotation, edge, clicked) {
  const { viewer } = markers;
  let isMoved = false;
  const timesAt = (/** @type {Point} */ point) => {
    const { ns } = snapAt(viewer, point);
    const isWhole = point.event.shiftKey;
    return dragged(annotation, edge, ns, { isWhole, duration: viewer.duration });
  };
  return {
    move: (point) => {
      isMoved = true;
      markers.snap = snapAt(viewer, point);
      markers.preview = { ...annotation, ...timesAt(point) };
      viewer.redraw();
    },
    end: (point) => {
      const times = timesAt(point);
      markers.preview = { ...annotation, ...times };
      markers.snap = null;
      void markers.edits.change(annotation, times).finally(() => markers.endPreview());
    },
    cancel: () => {
      markers.snap = null;
      markers.endPreview();
      if (!isMoved) clicked?.();
    },
  };
}

/**
 * Draws a new region.
 * @param {Markers} markers
 * @param {Point} from
 * @returns {Drag}
 */
export function newRegion(markers, from) {
  const { viewer } = markers;
  const first = snapAt(viewer, from).ns;
  const row = from.row?.track?.key ?? "";
  const timesAt = (/** @type {Point} */ point) =>
    regionBetween(first, snapAt(viewer, point).ns, viewer.duration);
  return {
    move: (point) => {
      const times = timesAt(point);
      markers.snap = snapAt(viewer, point);
      markers.preview = /** @type {Annotation} */ ({
        ...{ id: "", name: timesText(times), colour: "blue" },
        ...times,
      });
      viewer.redraw();
    },
    end: (point) => {
      markers.snap = null;
      void markers.put({ ...timesAt(point), row }).finally(() => markers.endPreview());
    },
    cancel: () => markers.endPreview(),
  };
}
