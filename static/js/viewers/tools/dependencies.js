/** The dependencies of the selected event as arrows over the rows, and the walk along them. */

import { one } from "../../kit/dom.js";
import { exact } from "../../kit/units.js";
import { dashOf, dependencyCurve, drawArrows, nearView, outlineBox } from "../../render/arrows.js";
import { chipBox, chipWidth, drawChip, isWithin } from "../../render/chips.js";
import { wayColours } from "../../render/palette.js";
import { chosen, edgewards, endsOf, nearest, nextAim } from "../../timeline/dependency-ends.js";
import { SHOWN } from "../dependencies.js";
import { gapWords } from "../edge-line.js";
import { goTo } from "../selection.js";
import { PlaceBoxes } from "./dependencies/place-boxes.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../../timeline/dependency-ends.js").End} End */
/** @typedef {import("../../timeline/dependency-ends.js").Side} Side */
/** @typedef {import("../../render/chips.js").Box} Box */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Layer} Layer */
/** @typedef {import("./toolbox.js").Point} Point */

const QUERY = "deps";

export class DependencyArrows {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.boxes = new PlaceBoxes(viewer);
    this.isOn = true;
    /** @type {Hit | null} */
    this.hit = null;
    /** @type {End[]} */
    this.ends = [];
    /** @type {End | null} */
    this.aimed = null;
    /** @type {{box: Box, end: End}[]} */
    this.chips = [];
    viewer.host.addEventListener(SHOWN, (event) => {
      const { hit, found } = /** @type {CustomEvent<import("../dependencies.js").Shown>} */ (event)
        .detail;
      if (hit !== viewer.selected || !found) return;
      this.hit = hit;
      this.ends = endsOf(found, hit);
      viewer.redraw();
    });
  }

  /** What was selected is so no more. */
  clear() {
    this.hit = null;
    this.ends = [];
    this.aimed = null;
    this.chips = [];
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
  }

  /** @param {Layer} layer */
  draw({ context, scale, palette, width, height }) {
    this.chips = [];
    const { hit, viewer } = this;
    const own = hit && viewer.box(hit, scale);
    if (!this.isOn || !hit || this.ends.length === 0) return;
    const colours = wayColours(palette);
    const { near, rest } = nearest(this.ends);
    /** @type {End[]} */
    const away = [...rest];
    const arrows = [];
    const isInView = (/** @type {Box} */ box) =>
      box.x1 > 0 && box.x0 < width && box.y1 > 0 && box.y0 < height;
    for (const end of near) {
      const other = this.boxes.box(hit.track.part, end.place, scale);
      if (!other || !isInView(other)) away.push(end);
      if (!other || !own || !isInView(other)) continue;
      const colour = end.isIncoming ? colours.incoming : colours.outgoing;
      const ends = end.isIncoming ? [other, own] : [own, other];
      const [from, to] = ends.map((box) => nearView(box, width));
      const isAimed = end.place.row === this.aimed?.place.row;
      const dash = dashOf(end.kind);
      arrows.push({ curve: dependencyCurve(from, to), colour, dash, width: isAimed ? 3 : 1.5 });
      outlineBox(context, other, colour, isAimed ? 3 : 1.5);
    }
    drawArrows(context, arrows, palette.wellCss);
    const middle = own
      ? { x: (own.x0 + own.x1) / 2, y: (own.y0 + own.y1) / 2 }
      : { x: width / 2, y: height / 2 };
    for (const { side, ends, text } of edgewards(away, (end) => this.sideOf(end, scale, height))) {
      const box = chipBox(side, chipWidth(context, text), middle, { width, height });
      const isOneWay = ends.every(({ isIncoming }) => isIncoming === ends[0].isIncoming);
      const way = ends[0].isIncoming ? colours.incoming : colours.outgoing;
      drawChip(context, box, text, isOneWay ? way : palette.quiet, palette);
      this.chips.push({ box, end: ends[0] });
    }
  }

  /**
   * Beyond which edge something lies; what is in view but one too many counts by its way in time.
   * @param {End} end
   * @param {import("../../kit/scale.js").Scale} scale
   * @param {number} height
   * @returns {Side}
   */
  sideOf({ place, isIncoming }, scale, height) {
    const { start, end } = scale.range;
    if (place.end_ns < start) return "left";
    if (place.start_ns > end) return "right";
    const box = this.hit && this.boxes.box(this.hit.track.part, place, scale);
    if (box && box.y1 <= 0) return "above";
    if (!box || box.y0 >= height) return "below";
    return isIncoming ? "left" : "right";
  }

  /** @param {End} end */
  async go({ place }) {
    const part = this.hit?.track.part ?? 0;
    const track = this.boxes.track(part, place);
    await goTo(this.viewer, track?.key ?? null, place.row, place.start_ns);
  }

  /** @param {boolean} isIncoming */
  walk(isIncoming) {
    const end = chosen(this.ends, isIncoming, this.aimed);
    if (end) void this.go(end);
  }

  /** @param {boolean} isIncoming */
  aim(isIncoming) {
    const end = nextAim(this.ends, isIncoming, this.aimed);
    if (!end) return;
    this.aimed = end;
    const { place } = end;
    const way = isIncoming ? "Waits for" : "Waited for by";
    const text = `${way} ${place.opcode} on ${place.track}, ${end.kind}, ${gapWords(end.gap)}, from ${exact(place.start_ns)}`;
    one("[data-live]", this.viewer.host).textContent = text;
    this.viewer.redraw();
  }

  /**
   * A press on a chip leads to the nearest of what it stands for.
   * @param {Point} point
   * @returns {import("./toolbox.js").Drag | null}
   */
  grab(point) {
    const chip = this.chips.find(({ box }) => isWithin(box, point));
    if (!chip) return null;
    return { move: () => {}, end: () => void this.go(chip.end) };
  }
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool | null} null in a system run, whose flows are arrows of their own
 */
export function dependencies(viewer) {
  if (viewer.document.kind === "system") return null;
  const arrows = new DependencyArrows(viewer);
  return {
    name: "dependencies",
    read: (query) => {
      arrows.isOn = query.get(QUERY) !== "0";
    },
    write: (query) => {
      if (!arrows.isOn) query.set(QUERY, "0");
    },
    draw: (layer, surface) => {
      if (surface === "rows") arrows.draw(layer);
    },
    grab: (point, surface) => (surface === "rows" ? arrows.grab(point) : null),
    selected: () => arrows.clear(),
    toggles: [{ name: "Dependencies", isOn: () => arrows.isOn, set: (isOn) => arrows.set(isOn) }],
    keys: [
      {
        key: ",",
        shown: ", .",
        does: "to what it waited for, to what waited for it",
        run: () => arrows.walk(true),
      },
      { key: ".", run: () => arrows.walk(false) },
      {
        key: "<",
        shown: "Shift , .",
        does: "choose among several of them",
        run: () => arrows.aim(true),
      },
      { key: ">", run: () => arrows.aim(false) },
    ],
    commands: () => [
      {
        name: "Go to what it waited for",
        shown: ",",
        isOff: !arrows.ends.some((end) => end.isIncoming),
        run: () => arrows.walk(true),
      },
      {
        name: "Go to what waited for it",
        shown: ".",
        isOff: arrows.ends.every((end) => end.isIncoming),
        run: () => arrows.walk(false),
      },
      {
        name: arrows.isOn ? "Hide dependencies" : "Show dependencies",
        run: () => arrows.set(!arrows.isOn),
      },
    ],
  };
}
