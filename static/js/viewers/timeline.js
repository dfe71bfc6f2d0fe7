/** The device timeline: one state, one frame at a time, everything else follows from them. */

import { TileStore } from "../data/tile-store.js";
import { one } from "../kit/dom.js";
import { clamped, Scale, zoomed } from "../kit/scale.js";
import { exact } from "../kit/units.js";
import { drawMarks, drawRuler, sized } from "../render/overlay.js";
import { readPalette } from "../render/palette.js";
import { readAddress, writeAddress } from "../timeline/address.js";
import { Gutter } from "../timeline/gutter.js";
import { ViewHistory } from "../timeline/history.js";
import { boxOf, hitTest } from "../timeline/hit-test.js";
import { closedAtStart, rowAt } from "../timeline/rows.js";
import { showEventInFull } from "./dependencies.js";
import { placeName } from "./details.js";
import { Glide } from "./glide.js";
import { watchLook } from "./look.js";
import { HEIGHT as OVERVIEW_HEIGHT, Overview } from "./overview.js";
import { Plot } from "./plot.js";
import { reveal } from "./reveal.js";
import { showEmptyPanel, showLegend, showStatus } from "./timeline-words.js";
import { PanelTabs } from "./tools/tabs.js";
import { Toolbox } from "./tools/toolbox.js";
import { showValueUnder } from "./value-panel.js";

/** @typedef {import("../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../timeline/rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("../kit/scale.js").Range} Range */
const LEAST_NS = 20;
const ADDRESS_MS = 200;
const LOOK_AGAIN_MS = 160;
const RULER_HEIGHT = 24;

export class TimelineViewer {
  /**
   * @param {HTMLElement} host
   * @param {TimelineDocument} document
   * @param {{tiles: string, tables: string, run: number}} source addresses of the run's tiles and
   *   the profile's tables
   */
  constructor(host, document, source) {
    this.host = host;
    this.document = document;
    this.source = source;
    this.duration = Math.max(1, document.duration_ns);
    const address = readAddress(window.location.search);
    /** @type {Range} */
    this.range = clamped(address.range ?? this.whole(), this.duration, LEAST_NS);
    /** @type {Range | null} */
    this.marked = address.marked;
    this.dma = address.dma;
    this.closed = new Set(address.closed ?? closedAtStart(document));
    this.isClosedSaid = address.closed !== null;
    this.wanted = address.selected;
    /** @type {ReadonlySet<string>} */
    this.semaphores = new Set(address.semaphores ?? []);
    this.findings = /** @type {import("./findings.js").Findings | null} */ (null);
    this.values = /** @type {import("./value-rows.js").ValueRows | null} */ (null);
    this.back = address.back ?? null;
    this.toolbox = new Toolbox();
    this.tabs = new PanelTabs(this);
    this.scrollY = 0;
    /** @type {Hit | null} */
    this.selected = null;
    /** @type {Hit | null} */
    this.hover = null;
    /** @type {number | null} */
    this.cursor = null;
    this.history = new ViewHistory();
    this.store = new TileStore(source.tiles, () => this.redraw());
    this.store.recovered = () => this.values?.store.retry();
    const canvas = (/** @type {string} */ name) =>
      /** @type {HTMLCanvasElement} */ (one(`[data-${name}]`, host));
    this.stage = one("[data-stage]", host);
    this.scroll = one("[data-scroll]", host);
    this.rulerCanvas = canvas("ruler");
    this.overviewCanvas = canvas("overview");
    this.marksCanvas = canvas("marks");
    this.plot = new Plot(canvas("rows-canvas"), document, this.store);
    this.overview = new Overview(this.overviewCanvas, document, this.store);
    const toggle = (/** @type {string} */ group) => this.toggleGroup(group);
    this.gutter = new Gutter(one("[data-gutter]", host), document, toggle);
    this.palette = readPalette(host);
    /** @type {import("./plot.js").Frame | null} */
    this.frame = null;
    this.pending = 0;
    this.glide = new Glide();
    this.addressTimer = 0;
    this.lookAgainTimer = 0;
    /** @type {AbortController | null} */
    this.panelRequest = null;
    /** @type {{focus: () => void, step: (step: 1 | -1) => Promise<void>} | null} */
    this.find = null;
    showLegend(this);
    showEmptyPanel(this);
    new ResizeObserver(() => this.redraw()).observe(this.stage);
    watchLook(this);
  }

  /** @returns {Range} */
  whole() {
    return { start: 0, end: this.duration };
  }

  redraw() {
    if (this.pending) return;
    this.stage.setAttribute("aria-busy", "true");
    this.pending = requestAnimationFrame(() => {
      this.pending = 0;
      this.draw();
      this.tellRest();
    });
  }

  /** Says when everything asked for is drawn and the address is written. */
  tellRest() {
    const isLoading = this.store.isLoading || (this.frame?.isLoading ?? false);
    const isBusy = isLoading || this.pending + this.glide.id + this.addressTimer > 0;
    this.stage.setAttribute("aria-busy", String(isBusy));
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.stage;
    if (width === 0) return;
    this.plot.resize(width, height);
    this.scrollY = this.scroll.scrollTop;
    const { range, dma, palette, marked, cursor } = this;
    this.frame = this.plot.draw(this.plotState(), palette);
    this.gutter.show(this.frame, range, this.selected?.track.id ?? null, this.closed);
    const ruler = sized(this.rulerCanvas, width, RULER_HEIGHT);
    drawRuler(ruler, this.scale(), palette, { cursor, marked });
    this.drawTools(ruler, "ruler", RULER_HEIGHT);
    this.overview.draw({ width, range, palette, dma });
    const small = /** @type {CanvasRenderingContext2D} */ (this.overviewCanvas.getContext("2d"));
    this.drawTools(small, "overview", OVERVIEW_HEIGHT, new Scale(this.whole(), width));
    this.drawMarks();
    showStatus(this);
    if (this.store.isLoading && !this.lookAgainTimer) {
      // By then what still has not come is said to be loading.
      this.lookAgainTimer = window.setTimeout(() => {
        this.lookAgainTimer = 0;
        this.redraw();
      }, LOOK_AGAIN_MS);
    }
  }

  /** @returns {import("./plot.js").PlotState} */
  plotState() {
    const { range, dma, closed, scrollY, semaphores, findings } = this;
    return { range, dma, closed, scrollY, semaphores, bands: findings?.bands };
  }

  drawMarks() {
    const scale = this.scale();
    const { width, height } = this.plot;
    const context = sized(this.marksCanvas, width, height);
    drawMarks(context, scale, this.palette, {
      cursor: this.cursor,
      height,
      marked: this.marked,
      hover: this.hover ? this.box(this.hover, scale) : null,
      selected: this.selected ? this.box(this.selected, scale) : null,
      failures: this.frame?.failures ?? [],
    });
    this.drawTools(context, "rows", height, scale);
  }

  /**
   * @param {CanvasRenderingContext2D} context
   * @param {import("./tools/toolbox.js").Surface} surface
   * @param {number} height CSS pixels
   * @param {Scale} [scale]
   */
  drawTools(context, surface, height, scale = this.scale()) {
    const { palette, toolbox } = this;
    toolbox.draw({ context, scale, palette, width: scale.width, height }, surface);
  }

  /**
   * @param {Hit} hit
   * @param {Scale} scale
   */
  box(hit, scale) {
    const row = this.frame?.rows.find(
      (row) => row.kind === "track" && row.track?.id === hit.track.id,
    );
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
    this.glide.stop();
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
    this.history.leave(from, performance.now(), { isStep: true });
    this.glide.start(from, to, (range, isThere) => {
      this.range = range;
      this.redraw();
      if (isThere) this.writeAddressSoon();
    });
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

  /**
   * Zooms as a button does: gliding, around the middle.
   * @param {number} factor
   */
  glideZoom(factor) {
    this.glideTo(zoomed(this.range, (this.range.start + this.range.end) / 2, factor));
  }

  /**
   * Zooms to the range that is marked, else to the event that is selected.
   * @param {{isEvent?: boolean}} [what]
   */
  zoomToSelection({ isEvent = false } = {}) {
    if (this.marked && !isEvent) this.glideTo(this.marked);
    else if (this.selected) {
      const length = Math.max(this.selected.duration, LEAST_NS / 2);
      const { start } = this.selected;
      this.glideTo({ start: start - length * 1.5, end: start + length * 2.5 });
    }
  }

  /**
   * Brings an event into view where it is not, at the same zoom.
   * @param {Hit} hit
   */
  reveal(hit) {
    reveal(this, hit);
  }

  /** @param {"back" | "forward"} way */
  travel(way) {
    const range = way === "back" ? this.history.back(this.range) : this.history.forward(this.range);
    if (range) this.moveTo(range, { isUndone: true });
  }

  /** @param {Range | null} range */
  mark(range) {
    this.marked = range;
    this.redraw();
    this.writeAddressSoon();
  }

  /** @param {string} group */
  toggleGroup(group) {
    if (!this.closed.delete(group)) this.closed.add(group);
    this.isClosedSaid = true;
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
    if (!this.frame) return null;
    const row = rowAt(this.frame.rows, y + this.scrollY);
    if (!row) return null;
    const { document, store } = this;
    const at = y + this.scrollY - row.y;
    return hitTest({
      document,
      store,
      row,
      level: this.frame.level,
      scale: this.scale(),
      x,
      y: at,
    });
  }

  /**
   * What a click on the stage does.
   * @param {number} x
   * @param {number} y
   */
  clickAt(x, y) {
    this.choose(this.hitAt(x, y));
    showValueUnder(this, x, y);
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
    this.wanted = null;
    this.toolbox.selected(hit);
    if (hit) this.tabs.show("event");
    this.panelRequest?.abort();
    this.redraw();
    this.writeAddressSoon();
    this.host.classList.toggle("tl--selected", hit !== null);
    const hint = hit ? `${hit.label} · ${exact(hit.duration)}` : "Click a bar for details";
    one("[data-hint]", this.host).textContent = hint;
    if (!hit) {
      showEmptyPanel(this);
      return;
    }
    this.host.classList.remove("tl--bare");
    this.panelRequest = new AbortController();
    const { signal } = this.panelRequest;
    this.showPanel(hit, signal);
    const text = `${hit.label}, ${placeName(hit.track)}, from ${exact(hit.start)}, ${exact(hit.duration)} long`;
    one("[data-live]", this.host).textContent = text;
  }

  /**
   * @param {Hit} hit
   * @param {AbortSignal} signal
   */
  showPanel(hit, signal) {
    void showEventInFull(this, hit, signal);
  }

  /** @returns {import("../timeline/address.js").Address} what of the view goes into the address */
  address() {
    const { selected, range, marked, dma, back } = this;
    return {
      ...{ range, marked, dma, back },
      closed: this.isClosedSaid ? [...this.closed] : null,
      semaphores: [...this.semaphores],
      finding: this.findings?.rule ?? null,
      selected: selected ? { key: selected.track.key, row: selected.row } : this.wanted,
    };
  }

  writeAddressSoon() {
    window.clearTimeout(this.addressTimer);
    this.addressTimer = window.setTimeout(() => this.writeAddressNow(), ADDRESS_MS);
    this.stage.setAttribute("aria-busy", "true");
  }

  writeAddressNow() {
    window.clearTimeout(this.addressTimer);
    this.addressTimer = 0;
    const query = writeAddress(this.address(), (more) => this.toolbox.write(more));
    window.history.replaceState(null, "", window.location.pathname + query);
    this.tellRest();
  }
}
