/** A range of time: drawn over the rows or on the ruler, moved by its edges or by keys. */

import { edgeAt, movedEdge, rangeBetween } from "../../timeline/boxes.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Point} Point */
/** @typedef {import("./toolbox.js").Drag} Drag */
/** @typedef {import("../../kit/scale.js").Range} Range */

const STEP = 0.01;
const FAR = 10;

export class RangeTool {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** The edge that keys move. @type {"start" | "end"} */
    this.edge = "end";
  }

  /**
   * A drag that puts back what was when it is broken off.
   * @param {(ns: number) => void} move
   * @returns {Drag}
   */
  drag(move) {
    const { viewer } = this;
    const before = viewer.marked;
    const to = (/** @type {Point} */ { ns }) => move(ns);
    return { move: to, end: to, cancel: () => viewer.mark(before) };
  }

  /**
   * @param {Point} point
   * @returns {Drag}
   */
  begin({ ns: from }) {
    const { viewer } = this;
    return this.drag((ns) => {
      this.edge = ns < from ? "start" : "end";
      viewer.mark(rangeBetween(from, ns, viewer.duration));
    });
  }

  /**
   * Takes hold of an edge: anywhere on the ruler, on its handle over the rows.
   * @param {Point} point
   * @param {import("./toolbox.js").Surface} surface
   * @returns {Drag | null}
   */
  grab({ x, y }, surface) {
    const { viewer } = this;
    const range = viewer.marked;
    if (!range || surface === "overview" || (surface === "rows" && y > HANDLE_PX)) return null;
    const edge = edgeAt(range, viewer.scale(), x);
    if (!edge) return null;
    let held = { range, edge };
    return this.drag((ns) => {
      const inside = Math.min(Math.max(ns, 0), viewer.duration);
      held = movedEdge(held.range, held.edge, inside);
      this.edge = held.edge;
      viewer.mark(held.range);
    });
  }

  /** @param {number} share of the view */
  nudge(share) {
    const { viewer } = this;
    const { start, end } = viewer.range;
    const now = viewer.marked;
    if (!now) {
      const quarter = (end - start) / 4;
      viewer.mark(rangeBetween(start + quarter, end - quarter, viewer.duration));
      return;
    }
    const at = now[this.edge] + Math.sign(share) * Math.max(1, Math.abs(share) * (end - start));
    const inside = Math.min(Math.max(at, 0), viewer.duration);
    const held = movedEdge(now, this.edge, inside);
    this.edge = held.edge;
    viewer.mark(held.range);
  }

  /** @param {import("./toolbox.js").Layer} layer */
  draw({ context, scale, palette }) {
    const { marked } = this.viewer;
    if (!marked) return;
    const x = Math.round(scale.x(marked[this.edge]));
    context.fillStyle = palette.accent;
    context.fillRect(x - 1, 0, 3, HANDLE_PX + 4);
  }
}

const HANDLE_PX = 10;

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool}
 */
export function rangeTool(viewer) {
  const tool = new RangeTool(viewer);
  const nudge = (/** @type {string} */ key, /** @type {number} */ share) => ({
    key,
    run: () => tool.nudge(share),
  });
  return {
    name: "range",
    mode: {
      ...{ name: "range", key: "r", icon: "range", title: "Range", cursor: "col-resize" },
      begin: (point) => tool.begin(point),
    },
    grab: (point, surface) => tool.grab(point, surface),
    draw: (layer, surface) => {
      if (surface === "rows") tool.draw(layer);
    },
    keys: [
      { ...nudge("q", -STEP), shown: "Q E", does: "move an edge of the range; Shift: ten times" },
      nudge("e", STEP),
      nudge("Q", -STEP * FAR),
      nudge("E", STEP * FAR),
      {
        key: "x",
        shown: "X",
        does: "take the other edge of the range",
        run: () => {
          tool.edge = tool.edge === "start" ? "end" : "start";
          viewer.redraw();
        },
      },
    ],
    commands: () => [
      { name: "Mark the visible range", run: () => viewer.mark(seen(viewer)) },
      { name: "Clear the range", isOff: !viewer.marked, run: () => viewer.mark(null) },
    ],
  };
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Range} what of the profile is in view
 */
function seen({ range, duration }) {
  return rangeBetween(range.start, range.end, duration);
}
