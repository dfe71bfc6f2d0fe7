/** A box over rows: a range of time on some of them, drawn with the pointer, with four handles. */

import {
  boxText,
  cornerAt,
  movedEdge,
  placeOf,
  rangeBetween,
  readBox,
  tracksBetween,
  tracksOf,
} from "../../timeline/boxes.js";
import { SelectionPage } from "./selection/page.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/boxes.js").Box} Box */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Point} Point */
/** @typedef {import("./toolbox.js").Drag} Drag */
/** @typedef {import("./toolbox.js").Layer} Layer */

const HANDLE_PX = 6;
const DASH = [5, 4];
const INK = 0.12;

export class BoxTool {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {Box | null} */
    this.box = null;
  }

  /** @param {Box | null} box */
  put(box) {
    this.box = box && box.tracks.length > 0 ? box : null;
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
  }

  /** Where the box lies on the stage, CSS pixels, or null. */
  place() {
    const { viewer, box } = this;
    const place = box && placeOf(box, viewer.frame?.rows ?? [], viewer.document);
    if (!box || !place) return null;
    const scale = viewer.scale();
    return {
      ...{ x0: scale.x(box.range.start), x1: scale.x(box.range.end) },
      ...{ top: place.top - viewer.scrollY, bottom: place.bottom - viewer.scrollY },
    };
  }

  /**
   * A drag from a fixed corner.
   * @param {number} from ns
   * @param {number} height pixels from the top of all rows
   * @returns {Drag}
   */
  from(from, height) {
    const { viewer } = this;
    const before = this.box;
    const to = (/** @type {Point} */ { ns, y }) => {
      const rows = viewer.frame?.rows ?? [];
      const tracks = tracksBetween(rows, height, y + viewer.scrollY, viewer.document);
      if (tracks.length === 0) return;
      this.put({ range: rangeBetween(from, ns, viewer.duration), tracks: unique(tracks) });
    };
    return { move: to, end: to, cancel: () => this.put(before) };
  }

  /**
   * @param {Point} point
   * @returns {Drag}
   */
  begin({ ns, y }) {
    return this.from(ns, y + this.viewer.scrollY);
  }

  /**
   * Takes hold of a corner: the one across from it stays where it is.
   * @param {Point} point
   * @returns {Drag | null}
   */
  grab(point) {
    const { viewer, box } = this;
    const place = this.place();
    const corner = place && cornerAt(place, point);
    if (!box || !place || !corner) return null;
    const fixed = corner.time === "start" ? box.range.end : box.range.start;
    const across = corner.side === "top" ? place.bottom - 1 : place.top;
    return this.from(fixed, across + viewer.scrollY);
  }

  /** @param {Layer} layer */
  draw({ context, palette }) {
    const place = this.place();
    if (!place) return;
    const { x0, x1, top, bottom } = place;
    const [left, right] = [Math.round(x0) + 0.5, Math.round(x1) + 0.5];
    context.save();
    context.fillStyle = palette.accent;
    context.strokeStyle = palette.accent;
    context.globalAlpha = INK;
    context.fillRect(left, top, right - left, bottom - top);
    context.globalAlpha = 1;
    context.lineWidth = 1.5;
    context.setLineDash(DASH);
    context.strokeRect(left, Math.round(top) + 0.5, right - left, bottom - top - 1);
    for (const x of [left, right]) {
      for (const y of [top, bottom]) {
        context.fillRect(x - HANDLE_PX / 2, y - HANDLE_PX / 2, HANDLE_PX, HANDLE_PX);
      }
    }
    context.restore();
  }

  /** A box over the rows in view: of the marked range, else of what is in view. */
  overView() {
    const { viewer } = this;
    const { start, end } = viewer.marked ?? viewer.range;
    const rows = viewer.frame?.rows ?? [];
    const bottom = viewer.scrollY + viewer.plot.height;
    const inView = rows.filter(({ y, height }) => y + height > viewer.scrollY && y < bottom);
    const tracks = inView.flatMap((row) => tracksOf(row, viewer.document));
    this.put({ range: rangeBetween(start, end, viewer.duration), tracks: unique(tracks) });
  }

  /** A box over the row of the selected event. */
  overRow() {
    const { viewer } = this;
    const { start, end } = viewer.marked ?? viewer.range;
    const key = viewer.selected?.track.key;
    if (key) this.put({ range: rangeBetween(start, end, viewer.duration), tracks: [key] });
  }

  /**
   * The same rows over another range.
   * @param {import("../../kit/scale.js").Range} range
   */
  setRange(range) {
    if (this.box) this.put({ ...this.box, range });
  }

  /** @param {"start" | "end"} edge @param {number} ns */
  moveEdge(edge, ns) {
    if (this.box) this.setRange(movedEdge(this.box.range, edge, ns).range);
  }
}

/**
 * @param {string[]} keys
 * @returns {string[]}
 */
function unique(keys) {
  return [...new Set(keys)];
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool | null} a system run counts its ranges itself
 */
export function boxTool(viewer) {
  if (viewer.document.kind === "system") return null;
  const tool = new BoxTool(viewer);
  const page = new SelectionPage(viewer, tool);
  return {
    name: "box",
    mode: {
      ...{ name: "box", key: "b", icon: "box", title: "Box", cursor: "crosshair" },
      begin: (point) => tool.begin(point),
    },
    read: (query) => {
      tool.box = readBox(query.get("box"), viewer.document);
    },
    write: (query) => {
      if (tool.box) query.set("box", boxText(tool.box, viewer.document));
    },
    draw: (layer, surface) => {
      if (surface !== "rows") return;
      tool.draw(layer);
      page.follow();
    },
    grab: (point, surface) => (surface === "rows" ? tool.grab(point) : null),
    escape: () => {
      if (!tool.box) return false;
      tool.put(null);
      return true;
    },
    tab: { name: "selection", title: "Selection", show: () => page.show() },
    commands: () => [
      { name: "Box over the rows in view", run: () => tool.overView() },
      {
        name: "Box over the row of the event",
        isOff: !viewer.selected,
        run: () => tool.overRow(),
      },
      { name: "Clear the box", isOff: !tool.box, run: () => tool.put(null) },
      { name: "Selection: sums of the range", run: () => viewer.tabs.show("selection") },
    ],
  };
}
