/** The execution a selected event is a part of: its arrows over the rows. */

import { request } from "../../kit/http.js";
import { curveBetween, drawArrows } from "../../render/arrows.js";
import { inkOn } from "../../render/palette.js";
import { hitOfEvent } from "./places.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {{row: number, name: string, source: string, instance_id: string, process_id: string, thread_id: string, worker_gid: number | null, nc_idx: number | null, pcore_idx: number | null, start_ts: number, end_ts: number}} EventOf */
/** @typedef {EventOf & {reason: string, cause_row: number | null}} FlowEvent */
/** @typedef {EventOf & {shared_ns: number, has_same_name: boolean}} BesideEvent */
/** @typedef {{flow: FlowEvent[], beside: BesideEvent[], beside_count: number}} Flow */
/** @typedef {{from: number, to: number, isIncoming: boolean}} Arrow */

const MOST_ARROWS = 24;
const RUNNING = "nc_exec_running";
const ORANGE = 4;
const SKY = 1;
const BLUE = 0;

/**
 * The arrows of a flow, by rows: the framework to its call, the call to what runs on devices and to
 * the selected event. Incoming is what leads to the selected one.
 * @param {FlowEvent[]} flow
 * @param {number} selected
 * @returns {Arrow[]}
 */
export function arrowsOf(flow, selected) {
  const byRow = new Map(flow.map((event) => [event.row, event]));
  const calls = new Set(flow.flatMap(({ cause_row: cause }) => (cause === null ? [] : [cause])));
  const before = new Set();
  for (let at = byRow.get(selected); at && !before.has(at.row); ) {
    before.add(at.row);
    at = at.cause_row === null ? undefined : byRow.get(at.cause_row);
  }
  const isDrawn = (/** @type {FlowEvent} */ { row, name, reason }) =>
    row === selected || name === RUNNING || calls.has(row) || reason === "time";
  return flow
    .filter((event) => event.cause_row !== null && isDrawn(event))
    .map((event) => ({
      from: event.cause_row ?? 0,
      to: event.row,
      isIncoming: before.has(event.row),
    }))
    .slice(0, MOST_ARROWS);
}

export class Flows {
  /** @param {SystemTimeline} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.isOn = true;
    /** @type {Arrow[]} */
    this.arrows = [];
    /** @type {Map<number, Hit>} */
    this.hits = new Map();
  }

  /** Nothing is selected any more, or something else. */
  clear() {
    this.arrows = [];
    this.hits.clear();
  }

  /**
   * @param {Hit} hit
   * @param {AbortSignal} signal
   * @returns {Promise<Flow | null>} null where it cannot be had
   */
  async load(hit, signal) {
    try {
      const url = `${this.viewer.system.base}flow/?row=${hit.row}`;
      return await request(url, { signal });
    } catch (error) {
      if (signal.aborted) throw error;
      return null;
    }
  }

  /**
   * Finds where the events of a flow are drawn, then draws its arrows.
   * @param {Hit} selected
   * @param {Flow} flow
   * @param {AbortSignal} signal
   */
  async follow(selected, { flow }, signal) {
    this.clear();
    const arrows = arrowsOf(flow, selected.row);
    const wanted = new Set(arrows.flatMap(({ from, to }) => [from, to]));
    const hits = await Promise.all(
      flow
        .filter(({ row }) => wanted.has(row))
        .map(async (event) => [event.row, await hitOfEvent(this.viewer, event)]),
    );
    if (signal.aborted) return;
    for (const [row, hit] of /** @type {[number, Hit | null][]} */ (hits)) {
      if (hit) this.hits.set(row, hit);
    }
    this.arrows = arrows;
    this.viewer.redraw();
  }

  /** Draws the arrows between the rows that are shown. */
  draw() {
    const { viewer } = this;
    const context = viewer.marksCanvas.getContext("2d");
    if (!this.isOn || this.arrows.length === 0 || !context) return;
    const { palette } = viewer;
    const outgoing = palette.css[inkOn(palette.wellCss) === "#ffffff" ? SKY : BLUE];
    const scale = viewer.scale();
    const boxOf = (/** @type {number} */ row) => {
      const hit = this.hits.get(row);
      return hit ? viewer.box(hit, scale) : null;
    };
    const drawn = this.arrows.flatMap(({ from, to, isIncoming }) => {
      const [a, b] = [boxOf(from), boxOf(to)];
      if (!a || !b || b.x0 > scale.width || b.x1 < 0) return [];
      const colour = isIncoming ? palette.css[ORANGE] : outgoing;
      return [{ curve: curveBetween(a, b), colour }];
    });
    drawArrows(context, drawn, palette.wellCss);
  }
}
