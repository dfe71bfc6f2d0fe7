/** Where an engine stood idle for a semaphore: a dotted line with a foot at what it delayed. */

import { request } from "../../kit/http.js";
import { duration } from "../../kit/units.js";
import { askedFor, isKnown, leastOf, waitMarks } from "../../timeline/wait-marks.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/wait-marks.js").Known} Known */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Layer} Layer */

const QUERY = "waits";
const REST_MS = 120;
const DOT_PX = 4;
const FOOT_PX = 7;
const LOWEST_WITH_WORDS = 18;
const FONT = '400 10.5px "Inter", system-ui, sans-serif';

export class WaitLines {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.isOn = true;
    /** @type {Map<number, Known>} what is known by part */
    this.known = new Map();
    this.timer = 0;
    this.isLost = false;
    /** @type {AbortController | null} */
    this.request = null;
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    this.isLost = false;
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
  }

  /** Asks for what the view lacks, once it has come to rest; the rows do not wait for it. */
  askSoon() {
    const { range, duration: whole, plot, document } = this.viewer;
    const least = leastOf(range, plot.width);
    const isMissing = document.parts.some(
      ({ part }) => !isKnown(this.known.get(part), range, least, whole),
    );
    if (!isMissing || this.timer || this.isLost) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.load();
    }, REST_MS);
  }

  async load() {
    const { viewer } = this;
    const base = viewer.values?.base;
    if (!base || !this.isOn) return;
    this.request?.abort();
    const own = new AbortController();
    this.request = own;
    const least = leastOf(viewer.range, viewer.plot.width);
    const asked = askedFor(viewer.range, least, viewer.duration);
    try {
      for (const { part } of viewer.document.parts) {
        const query = `start_ns=${asked.start}&end_ns=${asked.end}&least_ns=${asked.least}`;
        const url = `${base}waits/?${query}&part=${part}`;
        const found = await request(url, { signal: own.signal });
        this.known.set(part, { ...asked, isWhole: found.left_out === 0, rows: found.rows });
      }
    } catch {
      // Waits are an addition: without them the rows say what they say.
      if (!own.signal.aborted) this.isLost = true;
    }
    viewer.redraw();
  }

  /** @param {Layer} layer */
  draw(layer) {
    if (!this.isOn) return;
    this.askSoon();
    const { frame, scrollY } = this.viewer;
    for (const row of frame?.rows ?? []) {
      const { track } = row;
      if (row.kind !== "track" || track?.kind !== "engine") continue;
      const top = row.y - scrollY;
      if (top > layer.height || top + row.height < 0) continue;
      const found = this.known
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
