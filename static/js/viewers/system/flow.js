/** The execution a selected event is a part of: its arrows over the rows. */

import { request } from "../../kit/http.js";
import { curveBetween, drawArrows } from "../../render/arrows.js";
import { chipBox, chipWidth, drawChip, isWithin } from "../../render/chips.js";
import { wayColours } from "../../render/palette.js";
import { edgewards } from "../../timeline/dependency-ends.js";
import { goTo, hitOfEvent } from "./places.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {{row: number, name: string, source: string, instance_id: string, process_id: string, thread_id: string, worker_gid: number | null, nc_idx: number | null, pcore_idx: number | null, start_ts: number, end_ts: number}} EventOf */
/** @typedef {EventOf & {reason: string, cause_row: number | null}} FlowEvent */
/** @typedef {EventOf & {shared_ns: number, has_same_name: boolean}} BesideEvent */
/** @typedef {{flow: FlowEvent[], beside: BesideEvent[], beside_count: number}} Flow */
/** @typedef {{from: number, to: number, isIncoming: boolean}} Arrow */
/** @typedef {import("../../timeline/dependency-ends.js").End} End */

const MOST_ARROWS = 24;
const RUNNING = "nc_exec_running";

/**
 * The arrows of a flow, by rows: the framework to its call, the call to what runs on devices and to
 * the selected event. Incoming is what leads to the selected one.
 * @param {FlowEvent[]} flow
 * @param {number} selected
 * @param {number} [most]
 * @returns {Arrow[]}
 */
export function arrowsOf(flow, selected, most = MOST_ARROWS) {
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
    .slice(0, most);
}

export class Flows {
  /** @param {SystemTimeline} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.isOn = true;
    /** @type {Arrow[]} */
    this.arrows = [];
    /** @type {Hit | null} */
    this.selected = null;
    /** @type {End[]} all that the arrows lead to or come from, drawn or not */
    this.ends = [];
    /** @type {Map<number, FlowEvent>} */
    this.events = new Map();
    /** @type {{box: import("../../render/chips.js").Box, end: End}[]} */
    this.chips = [];
    /** @type {Map<number, Hit>} */
    this.hits = new Map();
  }

  /** Nothing is selected any more, or something else. */
  clear() {
    Object.assign(this, { arrows: [], ends: [], chips: [], selected: null });
    this.hits.clear();
    this.events.clear();
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
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
    this.selected = selected;
    this.events = new Map(flow.map((event) => [event.row, event]));
    const arrows = arrowsOf(flow, selected.row);
    this.ends = endsOfFlow(flow, selected.row);
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

  /**
   * Draws the arrows between the rows that are shown, and a chip for what lies beyond an edge.
   * @param {import("../tools/toolbox.js").Layer} layer
   */
  draw({ context, scale, palette, width, height }) {
    this.chips = [];
    if (!this.isOn || this.arrows.length === 0) return;
    const { viewer } = this;
    const { incoming, outgoing } = wayColours(palette);
    const boxOf = (/** @type {number} */ row) => {
      const hit = this.hits.get(row);
      const box = hit ? viewer.box(hit, scale) : null;
      return box && box.x0 <= width && box.x1 >= 0 ? box : null;
    };
    const drawn = this.arrows.flatMap(({ from, to, isIncoming }) => {
      const [a, b] = [boxOf(from), boxOf(to)];
      if (!a || !b) return [];
      return [{ curve: curveBetween(a, b), colour: isIncoming ? incoming : outgoing }];
    });
    drawArrows(context, drawn, palette.wellCss);
    const sideOf = (/** @type {End} */ { place, isIncoming }) => {
      if (place.end_ns < scale.range.start) return "left";
      if (place.start_ns > scale.range.end) return "right";
      const box = boxOf(place.row);
      if (!box) return isIncoming ? "left" : "right";
      return box.y1 <= 0 ? "above" : "below";
    };
    const isSeen = (/** @type {End} */ { place }) => {
      const box = boxOf(place.row);
      return box !== null && box.y1 > 0 && box.y0 < height;
    };
    const own = this.selected && viewer.box(this.selected, scale);
    const middle = own
      ? { x: (own.x0 + own.x1) / 2, y: (own.y0 + own.y1) / 2 }
      : { x: width / 2, y: height / 2 };
    const away = this.ends.filter((end) => !isSeen(end));
    for (const { side, ends, text } of edgewards(away, sideOf)) {
      const box = chipBox(side, chipWidth(context, text), middle, { width, height });
      drawChip(context, box, text, ends[0].isIncoming ? incoming : outgoing, palette);
      this.chips.push({ box, end: ends[0] });
    }
  }

  /**
   * A press on a chip leads to the nearest of what it stands for.
   * @param {{x: number, y: number}} point
   * @returns {import("../tools/toolbox.js").Drag | null}
   */
  grab(point) {
    const chip = this.isOn ? this.chips.find(({ box }) => isWithin(box, point)) : undefined;
    const event = chip && this.events.get(chip.end.place.row);
    if (!event) return null;
    return { move: () => {}, end: () => void goTo(this.viewer, event) };
  }
}

/**
 * The events that the arrows of a flow lead to or come from, but for the selected one.
 * @param {FlowEvent[]} flow
 * @param {number} selected
 * @returns {End[]}
 */
export function endsOfFlow(flow, selected) {
  const byRow = new Map(flow.map((event) => [event.row, event]));
  const own = byRow.get(selected);
  /** @type {Map<number, End>} */
  const found = new Map();
  for (const { from, to, isIncoming } of arrowsOf(flow, selected, Number.POSITIVE_INFINITY)) {
    for (const row of [from, to]) {
      const event = byRow.get(row);
      if (!event || !own || row === selected || found.has(row)) continue;
      const { name, nc_idx: nc, start_ts: start, end_ts: end } = event;
      const place = { row, opcode: name, track: "", core: nc ?? 0, start_ns: start, end_ns: end };
      const gap = start > own.start_ts ? start - own.end_ts : own.start_ts - end;
      found.set(row, { place, isIncoming, kind: "flow", gap, isHandOver: false });
    }
  }
  return [...found.values()];
}
