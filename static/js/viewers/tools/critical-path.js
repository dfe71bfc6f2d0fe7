/** The critical path of the profile, drawn over the rows it goes through. */

import { request } from "../../kit/http.js";
import { duration } from "../../kit/units.js";
import { askedAround, isEnough, pathBands } from "../../timeline/path-bands.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/path-bands.js").Segment} Segment */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Layer} Layer */
/** @typedef {{path_ns: number, ns: number, segments: Segment[], segment_count: number}} Answer */
/** @typedef {{start: number, end: number, isWhole: boolean, segments: Segment[]}} Known */

const QUERY = "path";
const WAIT_MS = 120;
const FILL = 0.1;

export class CriticalPathBands {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.isOn = false;
    /** @type {Map<number, Known>} what is known by part */
    this.known = new Map();
    this.timer = 0;
    /** @type {AbortController | null} */
    this.request = null;
    this.error = "";
    this.words = "";
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    this.error = "";
    this.tell(isOn ? this.words : "");
    if (!isOn) this.request?.abort();
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
  }

  /** Asks for what the view lacks, once it has come to rest. */
  askSoon() {
    const { viewer } = this;
    const isMissing = viewer.document.parts.some(
      ({ part }) => !isEnough(this.known.get(part) ?? null, viewer.range, viewer.duration),
    );
    if (!isMissing || this.timer || this.error) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      void this.load();
    }, WAIT_MS);
  }

  async load() {
    const { viewer } = this;
    const base = viewer.values?.base;
    if (!base || !this.isOn) return;
    this.request?.abort();
    const own = new AbortController();
    this.request = own;
    const asked = askedAround(viewer.range, viewer.duration);
    try {
      for (const { part } of viewer.document.parts) {
        const query = `start_ns=${asked.start}&end_ns=${asked.end}&part=${part}`;
        /** @type {Answer} */
        const found = await request(`${base}critical-path/?${query}`, { signal: own.signal });
        const isWhole = found.segment_count === found.segments.length;
        this.known.set(part, { ...asked, isWhole, segments: found.segments });
        const cut = isWhole
          ? ""
          : `, the ${found.segments.length} longest stretches of ${found.segment_count} here`;
        this.words = `Critical path: ${duration(found.path_ns, 4)}${cut}`;
      }
    } catch (error) {
      if (own.signal.aborted) return;
      this.error = error instanceof Error ? error.message : String(error);
      this.words = `Critical path: ${this.error}`;
    }
    this.tell(this.words);
    viewer.redraw();
  }

  /** @param {string} words */
  tell(words) {
    const place = this.viewer.host.querySelector("[data-path]");
    if (place) place.textContent = words;
  }

  /** @param {Layer} layer */
  draw({ context, scale, palette, height }) {
    if (!this.isOn) return;
    this.askSoon();
    const { frame, scrollY } = this.viewer;
    const rows = new Map((frame?.rows ?? []).map((row) => [row.track?.key ?? "", row]));
    context.fillStyle = palette.accent;
    /** @type {{x: number, y: number} | null} */
    let before = null;
    for (const { segments } of this.known.values()) {
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
