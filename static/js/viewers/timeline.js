/** The device timeline: one state, one frame at a time, everything else follows from them. */

import { TileStore } from "../data/tile-store.js";
import { one } from "../kit/dom.js";
import { clamped, Scale, zoomed } from "../kit/scale.js";
import { exact } from "../kit/units.js";
import { readPalette } from "../render/palette.js";
import { readAddress, writeAddress } from "../timeline/address.js";
import { Gutter } from "../timeline/gutter.js";
import { ViewHistory } from "../timeline/history.js";
import { hitTest, slicesInView } from "../timeline/hit-test.js";
import { boxOf, drawMarks, drawOverview, drawRuler, sized } from "../timeline/overlay.js";
import { Plot } from "../timeline/plot.js";
import { showEvent } from "./details.js";
import { overviewLanes } from "./overview.js";
import { showEmptyPanel, showLegend, showStatus } from "./timeline-words.js";

/** @typedef {import("../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../timeline/rows.js").TimelineDocument} TimelineDocument */
/** @typedef {{start: number, end: number}} Range */

const LEAST_NS = 20;
const GLIDE_MS = 140;

export class TimelineViewer {
  /**
   * @param {HTMLElement} host
   * @param {TimelineDocument} document
   * @param {string} tilesAt address of the run's tiles
   * @param {string} tables address of the profile's tables
   */
  constructor(host, document, tilesAt, tables) {
    this.host = host;
    this.document = document;
    this.tables = tables;
    this.duration = Math.max(1, document.duration_ns);
    const address = readAddress(window.location.search);
    /** @type {Range} */
    this.range = address.range ?? this.whole();
    this.dma = address.dma;
    this.closed = new Set(address.closed);
    this.wanted = address.selected;
    this.scrollY = 0;
    /** @type {Hit | null} */
    this.selected = null;
    /** @type {Hit | null} */
    this.hover = null;
    /** @type {number | null} */
    this.cursor = null;
    /** @type {Range | null} */
    this.drag = null;
    this.history = new ViewHistory();
    this.store = new TileStore(tilesAt, () => this.redraw());
    const canvas = (/** @type {string} */ name) =>
      /** @type {HTMLCanvasElement} */ (one(`[data-${name}]`, host));
    this.stage = one("[data-stage]", host);
    this.scroll = one("[data-scroll]", host);
    this.rulerCanvas = canvas("ruler");
    this.overviewCanvas = canvas("overview");
    this.marksCanvas = canvas("marks");
    this.plot = new Plot(canvas("rows-canvas"), document, this.store);
    this.gutter = new Gutter(one("[data-gutter]", host), (group) => this.toggleGroup(group));
    this.palette = readPalette(host);
    /** @type {import("../timeline/plot.js").Frame | null} */
    this.frame = null;
    this.pending = 0;
    this.glideId = 0;
    this.addressTimer = 0;
    /** @type {AbortController | null} */
    this.panelRequest = null;
    this.frameTimes = /** @type {number[]} */ ([]);
    showLegend(this);
    showEmptyPanel(this);
    new ResizeObserver(() => this.redraw()).observe(this.stage);
    globalThis.document.addEventListener("themechange", () => {
      this.palette = readPalette(this.host);
      this.redraw();
    });
  }

  /** @returns {Range} */
  whole() {
    const margin = this.duration * 0.01;
    return { start: -margin, end: this.duration + margin };
  }

  redraw() {
    if (this.pending) return;
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
    });
  }

  draw() {
    const began = performance.now();
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (width === 0) return;
    this.plot.resize(width, height);
    this.scrollY = this.scroll.scrollTop;
    const { range, dma, closed, scrollY } = this;
    this.frame = this.plot.draw({ range, dma, closed, scrollY }, this.palette);
    const scale = this.scale();
    this.gutter.show(this.frame, range, closed, this.selected?.track.id ?? null);
    drawRuler(sized(this.rulerCanvas, width, 24), scale, this.palette, this.cursor);
    this.drawOverview(width);
    this.drawMarks();
    showStatus(this);
    this.findWanted();
    this.frameTimes.push(performance.now() - began);
    if (this.frameTimes.length > 2000) this.frameTimes.shift();
  }

  /** @param {number} width */
  drawOverview(width) {
    drawOverview(sized(this.overviewCanvas, width, 45), {
      width,
      height: 45,
      duration: this.duration,
      range: this.range,
      palette: this.palette,
      lanes: overviewLanes(this.document, this.store, this.palette, this.dma),
    });
  }

  drawMarks() {
    const scale = this.scale();
    const context = sized(this.marksCanvas, this.plot.width, this.plot.height);
    drawMarks(context, scale, this.palette, {
      cursor: this.cursor,
      height: this.plot.height,
      drag: this.drag,
      hover: this.hover ? this.box(this.hover, scale) : null,
      selected: this.selected ? this.box(this.selected, scale) : null,
    });
  }

  /**
   * @param {Hit} hit
   * @param {Scale} scale
   */
  box(hit, scale) {
    const row = this.frame?.rows.find(({ track }) => track?.id === hit.track.id);
    return row ? boxOf(hit, row, scale, this.scrollY) : null;
  }

  scale() {
    return new Scale(this.range, this.plot.width);
  }

  /**
   * Moves the view.
   * @param {Range} range
   * @param {{isUndone?: boolean}} [options]
   */
  moveTo(range, { isUndone = false } = {}) {
    if (!isUndone) this.history.leave(this.range, performance.now());
    this.range = clamped(range, this.duration, LEAST_NS);
    this.hover = null;
    this.redraw();
    this.writeAddressSoon();
  }

  /**
   * Glides to a view, or jumps where motion is not wanted.
   * @param {Range} target
   */
  glideTo(target) {
    const from = { ...this.range };
    const to = clamped(target, this.duration, LEAST_NS);
    this.history.leave(from, Number.POSITIVE_INFINITY);
    this.history.movedAt = performance.now();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const began = performance.now();
    cancelAnimationFrame(this.glideId);
    const step = () => {
      const part = still ? 1 : Math.min(1, (performance.now() - began) / GLIDE_MS);
      const eased = 1 - (1 - part) ** 3;
      const start = from.start + (to.start - from.start) * eased;
      const end = from.end + (to.end - from.end) * eased;
      this.range = { start, end };
      this.redraw();
      if (part < 1) this.glideId = requestAnimationFrame(step);
      else this.writeAddressSoon();
    };
    step();
  }

  /** @param {number} factor @param {number} [at] */
  zoom(factor, at = (this.range.start + this.range.end) / 2) {
    this.moveTo(zoomed(this.range, at, factor));
  }

  /** @param {number} share of the view */
  pan(share) {
    const by = (this.range.end - this.range.start) * share;
    this.moveTo({ start: this.range.start + by, end: this.range.end + by });
  }

  fit() {
    this.glideTo(this.whole());
  }

  zoomToSelection() {
    if (!this.selected) return;
    const length = Math.max(this.selected.duration, LEAST_NS / 2);
    const { start } = this.selected;
    this.glideTo({ start: start - length * 1.5, end: start + length * 2.5 });
  }

  /** @param {"back" | "forward"} way */
  travel(way) {
    const range = way === "back" ? this.history.back(this.range) : this.history.forward(this.range);
    if (range) this.moveTo(range, { isUndone: true });
  }

  /** @param {string} group */
  toggleGroup(group) {
    if (!this.closed.delete(group)) this.closed.add(group);
    this.redraw();
    this.writeAddressSoon();
  }

  /** @param {"queue" | "engine"} dma */
  setDma(dma) {
    this.dma = dma;
    this.redraw();
    this.writeAddressSoon();
  }

  /**
   * What lies under a point of the stage.
   * @param {number} x
   * @param {number} y
   * @returns {Hit | null}
   */
  hitAt(x, y) {
    const at = y + this.scrollY;
    const row = this.frame?.rows.find((r) => at >= r.y && at < r.y + r.height);
    if (!row || !this.frame) return null;
    const { document, store } = this;
    const level = this.frame.level;
    return hitTest({ document, store, row, level, scale: this.scale(), x, y: at - row.y });
  }

  /**
   * Selects an event, or zooms into a cell until its events separate.
   * @param {Hit | null} hit
   */
  choose(hit) {
    if (hit && hit.count > 1) {
      const length = Math.max(hit.cellLength, LEAST_NS) * 4;
      const middle = hit.cellStart + hit.cellLength / 2;
      this.glideTo({ start: middle - length, end: middle + length });
      return;
    }
    this.select(hit);
  }

  /** @param {Hit | null} hit */
  select(hit) {
    this.selected = hit;
    this.panelRequest?.abort();
    this.redraw();
    this.writeAddressSoon();
    if (!hit) {
      showEmptyPanel(this);
      return;
    }
    this.panelRequest = new AbortController();
    const place = { tables: this.tables, run: this.document.run };
    void showEvent(one("[data-panel]", this.host), place, hit, this.panelRequest.signal);
    one("[data-live]", this.host).textContent =
      `${hit.label}, ${hit.track.name}, core ${hit.track.core}, from ${exact(hit.start)}, ${exact(hit.duration)} long`;
  }

  /**
   * The event before or after the selected one in its row.
   * @param {1 | -1} step
   */
  walk(step) {
    const known = this.known();
    if (known.length === 0) return;
    const now = this.selected;
    const at = now ? known.findIndex((hit) => hit.row === now.row) : -1;
    const next = known[at < 0 ? (step > 0 ? 0 : known.length - 1) : at + step];
    if (!next) return;
    this.select(next);
    if (next.start < this.range.start || next.start + next.duration > this.range.end) {
      const half = (this.range.end - this.range.start) / 2;
      const middle = next.start + next.duration / 2;
      this.glideTo({ start: middle - half, end: middle + half });
    }
  }

  /**
   * Slices of the selected track, a view's width beyond the view on both sides.
   * @returns {Hit[]}
   */
  known() {
    const row = this.rowOfSelection();
    if (!row?.track || !this.frame) return [];
    const length = this.range.end - this.range.start;
    const range = { start: this.range.start - length, end: this.range.end + length };
    const { document, store } = this;
    const { group, track } = row;
    return slicesInView({
      document,
      store,
      group,
      track,
      level: this.frame.level,
      range,
      most: 5000,
    });
  }

  rowOfSelection() {
    const rows = this.frame?.rows.filter(({ track }) => track !== null) ?? [];
    return rows.find(({ track }) => track?.id === this.selected?.track.id) ?? rows[0];
  }

  /**
   * The nearest event of the next row that has one in view.
   * @param {1 | -1} step
   */
  changeRow(step) {
    const frame = this.frame;
    const rows = frame?.rows.filter(({ track }) => track && track.kind !== "clock") ?? [];
    const now = rows.findIndex(({ track }) => track?.id === this.selected?.track.id);
    const { document, store, range } = this;
    const at = this.selected?.start ?? (range.start + range.end) / 2;
    for (let place = now + step; frame && place >= 0 && place < rows.length; place += step) {
      const { group, track } = rows[place];
      if (!track) continue;
      const around = slicesInView({ document, store, group, track, level: frame.level, range });
      const distance = (/** @type {Hit} */ hit) => Math.abs(hit.start - at);
      const nearest = around.sort((a, b) => distance(a) - distance(b))[0];
      if (!nearest) continue;
      this.select(nearest);
      this.reveal(rows[place]);
      return;
    }
  }

  /** @param {import("../timeline/rows.js").Row} row */
  reveal(row) {
    if (row.y < this.scrollY) this.scroll.scrollTop = row.y;
    const bottom = row.y + row.height;
    if (bottom > this.scrollY + this.plot.height) this.scroll.scrollTop = bottom - this.plot.height;
  }

  /** Takes up the selection that the address names, once its tile is there. */
  findWanted() {
    const wanted = this.wanted;
    if (!wanted || !this.frame) return;
    for (const row of this.frame.rows) {
      const track = row.track;
      if (track?.table !== wanted.table || track.part !== wanted.part) continue;
      const { document, store, range } = this;
      const query = { document, store, group: row.group, track, level: this.frame.level, range };
      const hit = slicesInView({ ...query, most: 100_000 }).find((h) => h.row === wanted.row);
      if (!hit) continue;
      this.wanted = null;
      this.select(hit);
      return;
    }
  }

  writeAddressSoon() {
    window.clearTimeout(this.addressTimer);
    this.addressTimer = window.setTimeout(() => {
      const { selected, range, dma } = this;
      const query = writeAddress({
        range,
        dma,
        closed: [...this.closed],
        selected: selected
          ? { part: selected.track.part, table: selected.track.table, row: selected.row }
          : this.wanted,
      });
      window.history.replaceState(null, "", window.location.pathname + query);
    }, 200);
  }
}
