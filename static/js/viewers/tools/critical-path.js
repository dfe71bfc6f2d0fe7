/** The critical path of the profile, drawn over the rows it goes through. */

import { duration } from "../../kit/units.js";
import { askedAround, isEnough } from "../../timeline/around.js";
import { pathBands } from "../../timeline/path-bands.js";
import { PartAnswers } from "./part-answers.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/path-bands.js").Segment} Segment */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Layer} Layer */
/** @typedef {{path_ns: number, ns: number, segments: Segment[], segment_count: number}} Answer */
/** @typedef {import("../../timeline/around.js").Answered & {segments: Segment[]}} Known */

const QUERY = "path";
const FILL = 0.1;

export class CriticalPathBands {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.isOn = false;
    this.words = "";
    /** @type {PartAnswers<Known>} */
    this.answers = new PartAnswers(viewer, {
      path: "critical-path",
      query: () => {
        const { start, end } = askedAround(viewer.range, viewer.duration);
        return { start_ns: start, end_ns: end };
      },
      isEnough: (known) => isEnough(known, viewer.range, viewer.duration),
      read: (answer, query) => this.read(answer, query),
      told: (error) => {
        if (error) {
          this.words = `Critical path: ${error instanceof Error ? error.message : String(error)}`;
        }
        this.tell(this.words);
      },
    });
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    this.answers.stop();
    this.tell(isOn ? this.words : "");
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
  }

  /**
   * @param {Answer} answer
   * @param {Record<string, number>} query
   * @returns {Known}
   */
  read({ path_ns: pathNs, segments, segment_count: count }, query) {
    const isWhole = count === segments.length;
    const cut = isWhole ? "" : `, the ${segments.length} longest stretches of ${count} here`;
    this.words = `Critical path: ${duration(pathNs, 4)}${cut}`;
    return { start: query.start_ns, end: query.end_ns, isWhole, segments };
  }

  /** @param {string} words */
  tell(words) {
    const place = this.viewer.host.querySelector("[data-path]");
    if (place) place.textContent = words;
  }

  /** @param {Layer} layer */
  draw({ context, scale, palette, height }) {
    if (!this.isOn) return;
    this.answers.askSoon();
    const { frame, scrollY } = this.viewer;
    const rows = new Map((frame?.rows ?? []).map((row) => [row.track?.key ?? "", row]));
    context.fillStyle = palette.accent;
    /** @type {{x: number, y: number} | null} */
    let before = null;
    for (const { segments } of this.answers.known.values()) {
      for (const { track, x0, x1, isWork } of pathBands(segments, scale)) {
        const row = rows.get(track);
        if (!row) continue;
        const top = row.y - scrollY;
        const y = top + row.height - 3;
        if (before && before.y !== y && Math.abs(before.x - x0) < 40) {
          context.globalAlpha = 0.6;
          context.fillRect(Math.round(x0), Math.min(before.y, y), 1, Math.abs(y - before.y));
        }
        before = { x: x1, y };
        if (top > height || top + row.height < 0) continue;
        context.globalAlpha = FILL;
        context.fillRect(x0, top + 1, x1 - x0, row.height - 2);
        context.globalAlpha = 1;
        if (isWork) context.fillRect(x0, y, x1 - x0, 2);
        else for (let x = x0; x < x1; x += 4) context.fillRect(x, y, Math.min(2, x1 - x), 2);
      }
      before = null;
    }
    context.globalAlpha = 1;
  }
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool | null} null in a system run
 */
export function criticalPath(viewer) {
  if (viewer.document.kind === "system") return null;
  const path = new CriticalPathBands(viewer);
  return {
    name: "critical-path",
    read: (query) => {
      path.isOn = query.get(QUERY) === "1";
    },
    write: (query) => {
      if (path.isOn) query.set(QUERY, "1");
    },
    draw: (layer, surface) => {
      if (surface === "rows") path.draw(layer);
    },
    toggles: [{ name: "Critical path", isOn: () => path.isOn, set: (isOn) => path.set(isOn) }],
    commands: () => [
      {
        name: path.isOn ? "Hide the critical path" : "Show the critical path",
        run: () => path.set(!path.isOn),
      },
    ],
  };
}
