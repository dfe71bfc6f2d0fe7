/** Where host and device clocks meet: the sync points, their marks, and how well they agree. */

import { make } from "../../kit/dom.js";
import { request } from "../../kit/http.js";
import { duration } from "../../kit/units.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../timeline/rows.js").Attrs} Attrs */
/** @typedef {{instance: string, process: string, nc: number | null, pcore: number | null, exec: string, at: number, offset: bigint}} SyncPoint */

const PAGE = 1000;
const HALF = 4;

/**
 * A row of the table SyncPoint; times of day are too large for a number and come as text.
 * @param {Record<string, unknown>} row
 * @param {bigint} origin Unix ns of the profile's zero
 * @returns {SyncPoint}
 */
export function syncPointOf(row, origin) {
  const whole = (/** @type {unknown} */ value) => BigInt(String(value ?? 0));
  const core = (/** @type {unknown} */ value) => (value == null ? null : Number(value));
  return {
    instance: String(row.instance_id ?? ""),
    process: String(row.process_id ?? ""),
    nc: core(row.nc_idx),
    pcore: core(row.pcore),
    exec: String(row.exec_id ?? ""),
    at: Number(whole(row.host_ns) - origin),
    offset: whole(row.offset_ns),
  };
}

/**
 * How far sync points lie apart: the largest offset minus the smallest; null for none.
 * @param {SyncPoint[]} points
 * @returns {number | null} ns
 */
export function spreadOf(points) {
  const offsets = points.map(({ offset }) => offset).sort((a, b) => (a < b ? -1 : 1));
  const [least] = offsets;
  const most = offsets.at(-1);
  return least === undefined || most === undefined ? null : Number(most - least);
}

/**
 * All rows of a table, a page at a time.
 * @param {(offset: number) => Promise<{rows: Record<string, unknown>[], total: number}>} read
 */
export async function* pagesOf(read) {
  for (let offset = 0; ; ) {
    const { rows, total } = await read(offset);
    if (rows.length === 0) return;
    yield rows;
    offset += rows.length;
    if (offset >= total) return;
  }
}

/**
 * Where marks are drawn: those in view, one where several would lie on each other.
 * @param {SyncPoint[]} points
 * @param {{x: (at: number) => number, width: number}} scale
 * @returns {number[]} px, rising
 */
export function marksOf(points, scale) {
  /** @type {Set<number>} */
  const found = new Set();
  for (const { at } of points) {
    const x = scale.x(at);
    if (x >= -HALF && x <= scale.width + HALF) found.add(Math.round(x));
  }
  return [...found].sort((a, b) => a - b);
}

export class SyncPoints {
  /** @param {SystemTimeline} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {SyncPoint[]} */
    this.points = [];
    /** @type {Map<number, SyncPoint[]>} by track, for one frame after the other asks for them */
    this.ofTrack = new Map();
  }

  async load() {
    const { tables, run } = this.viewer.system;
    const origin = BigInt(this.viewer.document.origin_unix_ns ?? "0");
    try {
      const known = await request(`${tables}?run=${run}`);
      if (!known.some((/** @type {{name: string}} */ table) => table.name === "SyncPoint")) return;
      const read = (/** @type {number} */ offset) =>
        request(`${tables}SyncPoint/rows/?run=${run}&limit=${PAGE}&offset=${offset}`);
      for await (const rows of pagesOf(read)) {
        this.points.push(...rows.map((row) => syncPointOf(row, origin)));
        this.ofTrack.clear();
        this.viewer.redraw();
      }
    } catch {
      // What cannot be read has no marks; the panel says so.
      this.points = [];
    }
  }

  /**
   * @param {Attrs} attrs
   * @returns {SyncPoint[]} those of a row's core, or of its process where it has none
   */
  of({ instance, process, nc, pcore }) {
    return this.points.filter(
      (point) =>
        point.instance === instance &&
        point.process === String(process) &&
        (nc == null || point.nc === null || point.nc === nc) &&
        (pcore == null || point.pcore === null || point.pcore === pcore),
    );
  }

  /** Draws a mark at the top of every hardware row where its clocks were compared. */
  draw() {
    const { frame, palette, marksCanvas, scrollY } = this.viewer;
    const context = marksCanvas.getContext("2d");
    if (!frame || !context || this.points.length === 0) return;
    const scale = this.viewer.scale();
    context.fillStyle = palette.quiet;
    for (const { kind, track, y, height } of frame.rows) {
      if (kind !== "track" || track?.attrs?.source !== "neuron_hw") continue;
      if (y + height < scrollY || y > scrollY + this.viewer.plot.height) continue;
      const points = this.ofTrack.get(track.id) ?? this.of(track.attrs);
      this.ofTrack.set(track.id, points);
      const top = y - scrollY;
      for (const x of marksOf(points, scale)) {
        context.beginPath();
        context.moveTo(x - HALF, top);
        context.lineTo(x + HALF, top);
        context.lineTo(x, top + 1.5 * HALF);
        context.fill();
      }
    }
  }

  /**
   * The panel's section about the clocks of a row.
   * @param {Attrs} attrs
   * @returns {HTMLElement}
   */
  section(attrs) {
    const points = this.of({ ...attrs, nc: attrs.nc ?? null, pcore: null });
    const text = make("p", {}, clockWords(points));
    return make("section", { class: "panel__section" }, make("h3", {}, "Clocks"), text);
  }
}

/**
 * @param {SyncPoint[]} points
 * @returns {string}
 */
export function clockWords(points) {
  const spread = spreadOf(points);
  if (spread === null) {
    return "No sync point ties this core's clock to the host's: device times are as they were stamped.";
  }
  const many = points.length === 1 ? "1 sync point" : `${points.length} sync points`;
  const placed = `Device time is placed on host time by ${many} ▾.`;
  if (points.length === 1) return `${placed} With one alone nothing says how exact it is.`;
  return `${placed} They agree within ${duration(spread)}; gaps shorter than that are not certain.`;
}
