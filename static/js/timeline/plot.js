/** One frame of the rows: pixels, then text; what is in view is asked for as it is drawn. */

import { covering, levelFor, Scale, tileSpan } from "../kit/scale.js";
import { count } from "../kit/units.js";
import { drawClockWords, paintClock } from "../render/clock.js";
import { Columns, emptyLabels, paintRow } from "../render/painter.js";
import { Pixels } from "../render/pixels.js";
import { drawHeads, drawLabels } from "../render/text.js";
import { lanesInView, placedTiles, tileKeys, visitItems } from "./items.js";
import { layoutRows, shownGroups } from "./rows.js";

/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("../data/tile-store.js").TileStore} TileStore */
/** @typedef {{range: import("../kit/scale.js").Range, dma: "queue" | "engine", closed: Set<string>, scrollY: number}} PlotState */
/** @typedef {{rows: Row[], height: number, busy: Map<number, number>, clock: Map<number, number>, exact: number, inCells: number, cells: number, incomplete: boolean, failed: boolean, level: number}} Frame */

const MOST_COLLECTED = 6000;

/**
 * @param {import("./rows.js").Group} group
 * @returns {string} what a group holds, for its head
 */
function headText(group) {
  return `${count(group.rows)} ${group.kind === "core" ? "instructions" : "packets"}`;
}

export class Plot {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {TimelineDocument} document
   * @param {TileStore} store
   */
  constructor(canvas, document, store) {
    this.canvas = canvas;
    this.context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    this.document = document;
    this.store = store;
    this.labels = emptyLabels(MOST_COLLECTED);
    this.pixels = new Pixels(1, 1);
    this.columns = new Columns(1);
    this.ratio = 1;
    this.width = 1;
    this.height = 1;
    /** @type {ImageData | null} */
    this.image = null;
  }

  /**
   * @param {number} width CSS pixels
   * @param {number} height CSS pixels
   */
  resize(width, height) {
    const ratio = window.devicePixelRatio || 1;
    if (width === this.width && height === this.height && ratio === this.ratio) return;
    this.width = Math.max(1, Math.floor(width));
    this.height = Math.max(1, Math.floor(height));
    this.ratio = ratio;
    this.canvas.width = Math.round(this.width * ratio);
    this.canvas.height = Math.round(this.height * ratio);
    this.canvas.style.width = `${this.width}px`;
    this.canvas.style.height = `${this.height}px`;
    this.pixels = new Pixels(this.canvas.width, this.canvas.height);
    this.columns = new Columns(this.width);
    const view = new Uint8ClampedArray(this.pixels.data.buffer);
    this.image = new ImageData(view, this.canvas.width, this.canvas.height);
  }

  /**
   * Draws a frame.
   * @param {PlotState} state
   * @param {import("../render/palette.js").Palette} palette
   * @returns {Frame}
   */
  draw(state, palette) {
    const scale = new Scale(state.range, this.width);
    const level = levelFor(this.document.levels, scale.nsPerPx);
    const placed = this.place(state, level);
    const lanes = this.lanes(state, placed);
    const { rows, height } = layoutRows(this.document, { ...state, lanes });
    /** @type {Frame} */
    const frame = {
      rows,
      height,
      busy: new Map(),
      clock: new Map(),
      exact: 0,
      inCells: 0,
      cells: 0,
      incomplete: false,
      failed: false,
      level,
    };
    this.labels.length = 0;
    this.pixels.clear(palette.well);
    this.paintGrid(scale, palette);
    /** @type {{words: any[], y: number}[]} */
    const clocks = [];
    /** @type {{text: string, y: number}[]} */
    const heads = [];
    for (const row of rows) {
      const top = row.y - state.scrollY;
      if (top + row.height < 0 || top > this.height) continue;
      const bottom = Math.round((top + row.height) * this.ratio);
      this.pixels.rect(0, bottom - 1, this.pixels.width, bottom, palette.line);
      if (!row.track) {
        this.pixels.rect(
          0,
          Math.round(top * this.ratio),
          this.pixels.width,
          bottom - 1,
          palette.head,
        );
        heads.push({ text: headText(row.group), y: top + row.height / 2 });
        continue;
      }
      const tiles = placed.get(row.group.id) ?? [];
      frame.incomplete ||= tiles.some(({ tile }) => !tile.isComplete);
      this.paintTrack(row, top, tiles, scale, palette, frame, clocks);
      frame.failed ||= this.paintFailures(row, top, level, scale, palette);
    }
    if (this.image) this.context.putImageData(this.image, 0, 0);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    drawLabels(this.context, this.labels, palette, this.document.labels);
    drawHeads(this.context, heads, palette, this.width);
    for (const { words, y } of clocks) drawClockWords(this.context, words, y, palette, this.width);
    return frame;
  }

  /**
   * Tiles of every open group, the wanted ones asked for, those in view first.
   * @param {PlotState} state
   * @param {number} level
   */
  place(state, level) {
    const { range } = state;
    const ahead = (range.end - range.start) / 2;
    const wider = { start: range.start - ahead, end: range.end + ahead };
    const groups = shownGroups(this.document, state.dma).filter((g) => !state.closed.has(g.id));
    const inView = groups.flatMap((group) => tileKeys(this.document, group, level, range));
    const near = groups.flatMap((group) => tileKeys(this.document, group, level, wider));
    const top = this.document.levels.length - 1;
    const whole = { start: 0, end: this.document.duration_ns };
    const coarse = groups.flatMap((group) => tileKeys(this.document, group, top, whole));
    this.store.want([...new Set([...coarse, ...inView, ...near])]);
    return new Map(
      groups.map((group) => [
        group.id,
        placedTiles(this.document, group, level, range, this.store),
      ]),
    );
  }

  /**
   * @param {PlotState} state
   * @param {Map<string, import("./items.js").Placed[]>} placed
   * @returns {Map<number, number>} lanes by track
   */
  lanes(state, placed) {
    /** @type {Map<number, number>} */
    const lanes = new Map();
    for (const track of this.document.tracks) {
      const tiles = placed.get(track.group);
      if (!tiles) continue;
      lanes.set(track.id, lanesInView(tiles, track, state.range, this.width, this.document));
    }
    return lanes;
  }

  /**
   * @param {Row} row
   * @param {number} top
   * @param {import("./items.js").Placed[]} tiles
   * @param {Scale} scale
   * @param {import("../render/palette.js").Palette} palette
   * @param {Frame} frame
   * @param {{words: any[], y: number}[]} clocks
   */
  paintTrack(row, top, tiles, scale, palette, frame, clocks) {
    const track = row.track;
    if (!track) return;
    const { pixels, ratio, columns, labels, document } = this;
    const items = (/** @type {any} */ visit) =>
      visitItems(tiles, track.id, scale.range, visit, document);
    if (track.kind === "clock") {
      const texts = document.labels[track.part] ?? [];
      const first = track.start_ns;
      const job = {
        pixels,
        palette,
        scale,
        ratio,
        top,
        height: row.height,
        labels: texts,
        first,
        items,
      };
      const { words, share } = paintClock(job);
      if (share !== null) frame.clock.set(track.id, share);
      clocks.push({ words, y: top + row.height / 2 });
      return;
    }
    const job = { pixels, palette, columns, labels, tally: frame, scale, ratio, row, top, items };
    frame.busy.set(track.id, paintRow(job));
  }

  /**
   * @param {Scale} scale
   * @param {import("../render/palette.js").Palette} palette
   */
  paintGrid(scale, palette) {
    for (const edge of [0, this.document.duration_ns]) {
      const x = Math.round(scale.x(edge) * this.ratio);
      this.pixels.rect(x, 0, x + 1, this.pixels.height, palette.line);
    }
  }

  /**
   * Red hatch over tiles that could not be read.
   * @param {Row} row
   * @param {number} top
   * @param {number} level
   * @param {Scale} scale
   * @param {import("../render/palette.js").Palette} palette
   * @returns {boolean}
   */
  paintFailures(row, top, level, scale, palette) {
    const span = tileSpan(this.document, level);
    let any = false;
    for (const index of covering(span, scale.range, this.document.duration_ns)) {
      if (!this.store.hasFailed(`${row.group.slug}/${level}/${index}`)) continue;
      any = true;
      const x0 = Math.round(scale.x(index * span) * this.ratio);
      const x1 = Math.round(scale.x((index + 1) * span) * this.ratio);
      const y0 = Math.round(top * this.ratio);
      this.pixels.hatch(x0, y0, x1, y0 + Math.round(row.height * this.ratio), palette.err, 8);
    }
    return any;
  }
}
