/** Where an engine stood idle for a semaphore: a dotted line with a foot at what it delayed. */

import { duration } from "../../kit/units.js";
import { askedFor, isKnown, leastOf, waitMarks } from "../../timeline/wait-marks.js";
import { PartAnswers } from "./part-answers.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/wait-marks.js").Known} Known */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Layer} Layer */

const QUERY = "waits";
const DOT_PX = 4;
const FOOT_PX = 7;
const LOWEST_WITH_WORDS = 18;
const FONT = '400 10.5px "Inter", system-ui, sans-serif';

export class WaitLines {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.isOn = true;
    const least = () => leastOf(viewer.range, viewer.plot.width);
    /** @type {PartAnswers<Known>} */
    this.answers = new PartAnswers(viewer, {
      path: "waits",
      query: () => {
        const asked = askedFor(viewer.range, least(), viewer.duration);
        return { start_ns: asked.start, end_ns: asked.end, least_ns: asked.least };
      },
      isEnough: (known) => isKnown(known, viewer.range, least(), viewer.duration),
      read: (
        { rows, left_out: leftOut },
        { start_ns: start, end_ns: end, least_ns: shortest },
      ) => ({
        ...{ start, end, least: shortest, isWhole: leftOut === 0, rows },
      }),
      // Waits are an addition: without them the rows say what they say.
      told: () => {},
    });
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    this.answers.stop();
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
  }

  /** @param {Layer} layer */
  draw(layer) {
    if (!this.isOn) return;
    this.answers.askSoon();
    const { frame, scrollY } = this.viewer;
    for (const row of frame?.rows ?? []) {
      const { track } = row;
      if (row.kind !== "track" || track?.kind !== "engine") continue;
      const top = row.y - scrollY;
      if (top > layer.height || top + row.height < 0) continue;
      const found = this.answers.known
        .get(track.part)
        ?.rows.find(({ core, name }) => core === track.core && name === track.name);
      if (found) this.drawRow(layer, found.waits, top, row.height);
    }
    layer.context.globalAlpha = 1;
  }

  /**
   * @param {Layer} layer
   * @param {number[]} waits
   * @param {number} top
   * @param {number} height
   */
  drawRow({ context, scale, palette }, waits, top, height) {
    const y = Math.round(top + height / 2);
    for (const { x0, x1, ns, isNamed } of waitMarks(waits, scale)) {
      const [left, right] = [Math.max(x0, 0), Math.min(x1, scale.width)];
      context.fillStyle = palette.quiet;
      for (let x = left + 2; x < right - 1; x += DOT_PX) context.fillRect(Math.round(x), y, 1, 1);
      if (x1 <= scale.width) {
        context.fillRect(Math.round(x1) - 1, y - Math.floor(FOOT_PX / 2), 1, FOOT_PX);
      }
      if (!isNamed || height < LOWEST_WITH_WORDS) continue;
      const words = `wait ${duration(ns, 3)}`;
      context.font = FONT;
      context.textBaseline = "middle";
      const size = context.measureText(words).width;
      const at = (left + right - size) / 2;
      context.fillStyle = palette.wellCss;
      context.fillRect(at - 3, y - 6, size + 6, 12);
      context.fillStyle = palette.quiet;
      context.fillText(words, at, y + 0.5);
    }
  }
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool | null} null in a system run
 */
export function waits(viewer) {
  if (viewer.document.kind === "system") return null;
  const lines = new WaitLines(viewer);
  return {
    name: "waits",
    read: (query) => {
      lines.isOn = query.get(QUERY) !== "0";
    },
    write: (query) => {
      if (!lines.isOn) query.set(QUERY, "0");
    },
    draw: (layer, surface) => {
      if (surface === "rows") lines.draw(layer);
    },
    toggles: [{ name: "Waits", isOn: () => lines.isOn, set: (isOn) => lines.set(isOn) }],
    commands: () => [
      { name: lines.isOn ? "Hide waits" : "Show waits", run: () => lines.set(!lines.isOn) },
    ],
  };
}
