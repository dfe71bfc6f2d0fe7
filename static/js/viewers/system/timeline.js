/** The system timeline: the same viewer over spans of hosts and cores, its rows arranged by choice. */

import { one } from "../../kit/dom.js";
import { readAddress } from "../../timeline/address.js";
import {
  flipped,
  heightsText,
  keyOfRow,
  placedBefore,
  readHeights,
  resized,
  stepped,
  toggled,
} from "../../timeline/row-choices.js";
import { rowAt } from "../../timeline/rows.js";
import { groupingOf, orderOf, placesOf } from "../../timeline/system-heads.js";
import { arranged, arrangementOf } from "../../timeline/system-rows.js";
import { TimelineViewer } from "../timeline.js";
import { showEmptyPanel } from "../timeline-words.js";
import { SyncPoints } from "./clocks.js";
import { DeviceRows } from "./device-rows.js";
import { showSystemEvent } from "./event.js";
import { Flows } from "./flow.js";
import { showTab } from "./flow-panel.js";
import { keep, readKept } from "./kept.js";
import { Levels } from "./levels.js";
import { showSeriesAt } from "./series-panel.js";
import { SeriesRows } from "./series-rows.js";
import { showStatistics } from "./statistics.js";

/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../../timeline/rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("../../timeline/system-rows.js").Arrangement} Arrangement */
/** @typedef {{tiles: string, tables: string, run: number, base: string, profile: string}} SystemSource */

const OPEN_AT_START = 4;
const MOST_CPUS_OPEN = 16;

/**
 * Heads that start closed: of many processes the first ones are open, of a process the runtime of the
 * first core that ran something; of many CPUs none.
 * @param {TimelineDocument} document
 * @param {Arrangement} arrangement
 * @returns {string[]}
 */
export function closedHeads(document, arrangement) {
  const everything = { ...arrangement, isCpuShown: true };
  const found = arranged(document, everything);
  const ids = [...new Set(found.flatMap(({ heads }) => heads.map(({ id }) => id)))];
  const outer = [...new Set(found.map(({ heads }) => heads[0].id))].filter((id) => id !== "pinned");
  const closed = new Set(outer.slice(OPEN_AT_START));
  for (const process of outer) {
    const runtimes = ids.filter((id) => id.startsWith(`${process}/rt`));
    const ran = runtimes.find((id) => ids.includes(id.replace(/rt(\d+)$/, "hw$1")));
    for (const id of runtimes) if (id !== (ran ?? runtimes[0])) closed.add(id);
  }
  const cpus = found.filter(({ entry }) => entry.attrs.cpu != null);
  if (cpus.length > MOST_CPUS_OPEN) {
    for (const { heads } of cpus) closed.add(heads.at(-1)?.id ?? "");
  }
  return [...closed];
}

export class SystemTimeline extends TimelineViewer {
  /**
   * @param {HTMLElement} host
   * @param {TimelineDocument} document
   * @param {SystemSource} source addresses of the run, its tiles and the profile's tables
   */
  constructor(host, document, source) {
    super(host, document, source);
    this.system = source;
    const said = readAddress(window.location.search);
    // An address that names the grouping was written by this page: it says all there is to say.
    const kept = said.by
      ? { isCpuShown: said.isCpuShown, order: orderOf(document, said.order ?? []) }
      : readKept();
    this.arrangement = arrangementOf({
      ...kept,
      ...(said.by ? { grouping: groupingOf(said.by) } : {}),
      ...(said.hidden ? { hidden: new Set(said.hidden) } : {}),
      ...(said.pinned ? { pinned: said.pinned } : {}),
      ...(said.heights ? { heights: readHeights(said.heights) } : {}),
    });
    if (!said.closed) this.closed = new Set(closedHeads(document, this.arrangement));
    this.arrangement.closed = new Set(this.closed);
    this.devices = new DeviceRows(this);
    this.series = new SeriesRows(this);
    this.sync = new SyncPoints(this);
    this.levels = new Levels(this);
    this.flows = new Flows(this);
    this.plot.painters = {
      series: (row, top, job) => this.series.paint(row, top, job),
      device: (row, top, job) => this.devices.paint(row, top, job),
    };
    this.gutter.act = (what, key) => (what === "pin" ? this.pin(key) : this.hide(key));
    this.gutter.move = (key, before) => this.placeRow(key, before);
    this.gutter.resize = (key, height) => this.resizeRow(key, height);
    void this.sync.load();
  }

  /**
   * @override
   * @returns {import("../plot.js").PlotState}
   */
  plotState() {
    return { ...super.plotState(), arrangement: this.arrangement };
  }

  /**
   * Arranges the rows anew; what is kept stays for the next profile.
   * @param {Partial<Arrangement>} changes
   */
  rearrange(changes) {
    this.arrangement = { ...this.arrangement, ...changes };
    keep(this.arrangement);
    this.redraw();
    this.writeAddressSoon();
    this.host.dispatchEvent(new Event("rearranged"));
  }

  /**
   * @override
   * @param {string} group
   */
  toggleGroup(group) {
    super.toggleGroup(group);
    this.rearrange({ closed: new Set(this.closed) });
  }

  /** @param {string} text */
  groupBy(text) {
    const grouping = groupingOf(text);
    this.closed = new Set(closedHeads(this.document, { ...this.arrangement, grouping }));
    this.isClosedSaid = false;
    this.rearrange({ grouping, closed: new Set(this.closed) });
  }

  /** @param {string} key */
  pin(key) {
    this.rearrange({ pinned: toggled(this.arrangement.pinned, key) });
  }

  /** @param {string} key */
  hide(key) {
    this.rearrange({ hidden: flipped(this.arrangement.hidden, key) });
  }

  /**
   * @param {string} key
   * @param {number | null} height pixels; null for the row's own
   */
  resizeRow(key, height) {
    this.rearrange({ heights: resized(this.arrangement.heights, key, height) });
  }

  /**
   * @param {string} key
   * @returns {number} pixels
   */
  heightOf(key) {
    return this.frame?.rows.find((row) => keyOfRow(row) === key)?.height ?? 0;
  }

  /** @returns {string[]} keys of the rows that are shown */
  shownKeys() {
    return arranged(this.document, this.arrangement).map(({ entry }) => entry.key);
  }

  /**
   * Puts a row before another one.
   * @param {string} key
   * @param {string} before
   */
  placeRow(key, before) {
    this.orderRows(placedBefore(this.shownKeys(), key, before));
  }

  /** @param {string[]} order keys of all rows that are shown */
  orderRows(order) {
    const { pinned } = this.arrangement;
    this.rearrange({ order, pinned: order.filter((one) => pinned.includes(one)) });
  }

  /**
   * Moves a row before or after its neighbour.
   * @param {string} key
   * @param {1 | -1} step
   */
  moveRow(key, step) {
    const keys = stepped(this.shownKeys(), key, step);
    if (keys) this.orderRows(keys);
  }

  /** @override */
  draw() {
    super.draw();
    this.levels.follow();
  }

  /** @override */
  drawMarks() {
    super.drawMarks();
    this.sync.draw();
  }

  /**
   * @override
   * @param {import("../../kit/scale.js").Range | null} range
   */
  mark(range) {
    super.mark(range);
    if (!this.selected) this.showIdlePanel();
  }

  /**
   * @override
   * @param {Hit | null} hit
   */
  select(hit) {
    this.flows.clear();
    if (!hit) {
      one("[data-act='flow-tab']", this.host).hidden = true;
      showTab(this, "event");
    }
    super.select(hit);
    if (!hit) this.showIdlePanel();
  }

  /**
   * Opens the heads above a row, and shows it where it was hidden.
   * @param {import("../../timeline/rows.js").Track} track
   */
  openRowOf({ key }) {
    const { hidden } = this.arrangement;
    if (hidden.has(key)) this.hide(key);
    const found = arranged(this.document, this.arrangement).find(({ entry }) => entry.key === key);
    for (const { id } of found?.heads ?? []) if (this.closed.has(id)) this.toggleGroup(id);
  }

  /**
   * A click on a series shows what it holds at that instant.
   * @override
   * @param {number} x
   * @param {number} y
   */
  clickAt(x, y) {
    const row = this.frame && rowAt(this.frame.rows, y + this.scrollY);
    if (!row?.series) super.clickAt(x, y);
    else {
      this.select(null);
      void showSeriesAt(this, row.series, Math.round(this.scale().ns(x)));
    }
  }

  /** While nothing is selected the panel counts the marked range. */
  showIdlePanel() {
    if (this.marked) showStatistics(this, this.marked);
    else showEmptyPanel(this);
  }

  /**
   * @param {Hit} hit
   * @param {AbortSignal} signal
   * @override
   */
  showPanel(hit, signal) {
    void showSystemEvent(this, one("[data-event]", this.host), hit, signal);
  }

  /**
   * @override
   * @returns {import("../../timeline/address.js").Address}
   */
  address() {
    const { grouping, hidden, pinned, order, heights, isCpuShown } = this.arrangement;
    return {
      ...super.address(),
      ...{ by: grouping, hidden: [...hidden], pinned, isCpuShown },
      heights: heightsText(heights).split(","),
      order: placesOf(this.document, order),
    };
  }
}
