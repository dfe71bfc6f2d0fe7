/** One frame of the rows: pixels, then text; what is in view is asked for as it is drawn. */

import { levelFor, Scale, ticks } from "../kit/scale.js";
import { share } from "../kit/units.js";
import { drawClockWords, paintBand, paintClock, slowTimes } from "../render/clock.js";
import { Brush, paintRow } from "../render/painter.js";
import { Pixels } from "../render/pixels.js";
import { drawLabels, drawNotes } from "../render/text.js";
import { lanesInView, placedTiles, tileKeys, visitItems } from "../timeline/items.js";
import { innerOf, layoutRows, shownGroups, shownTracks } from "../timeline/rows.js";
import { groupsOf, layoutSystem } from "../timeline/system-rows.js";
import { paintFailures, paintLoading } from "./plot-tiles.js";
import { closedNote, headNote } from "./timeline-words.js";

/** @typedef {import("../timeline/rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("../timeline/rows.js").Row} Row */
/** @typedef {import("../timeline/rows.js").Group} Group */
/** @typedef {import("../timeline/rows.js").Track} Track */
/** @typedef {import("../timeline/items.js").Placed} Placed */
/** @typedef {import("../data/tile-store.js").TileStore} TileStore */
/** @typedef {import("../render/palette.js").Palette} Palette */
/** @typedef {import("../render/painter.js").Tally} Tally */
/** @typedef {{range: import("../kit/scale.js").Range, dma: "queue" | "engine", closed: Set<string>, scrollY: number, semaphores?: ReadonlySet<string>, bands?: import("./findings.js").Bands | null, arrangement?: import("../timeline/system-rows.js").Arrangement}} PlotState */
/** What a row of another kind draws: pixels at once, words once the pixels are on the screen. */
/** @typedef {(row: Row, top: number, job: {state: PlotState, scale: Scale, palette: Palette, frame: Frame}) => ((context: CanvasRenderingContext2D) => void) | null} RowPainter */
/** @typedef {{x0: number, x1: number, y0: number, y1: number}} Box */
/**
 * What a frame showed: rows and their height, busy ns by track, busy share by closed group, clock
 * by track in words, levels of nesting in view by track's key, how many instructions and packets were
 * drawn exactly or in cells.
 * @typedef {{rows: Row[], height: number, level: number, levels: Map<string, number>, busy: Map<number, number>, closedBusy: Map<string, number>, clock: Map<number, string>, values: Map<string, string>, instructions: Tally, packets: Tally, isIncomplete: boolean, failures: Box[], isLoading: boolean}} Frame
 */

const MOST_COLLECTED = 6000;
const FINDING_INK = 0.28;
const SMALL_LABEL = /^\d+ B$/;

/** @returns {Tally} */
const tally = () => ({ exact: 0, inCells: 0, cells: 0 });

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
    this.brush = new Brush(1, MOST_COLLECTED);
    this.pixels = new Pixels(1, 1);
    this.ratio = 1;
    this.width = 1;
    this.height = 1;
    /** @type {ImageData | null} */
    this.image = null;
    /** @type {Map<number, number>} */
    this.laneCounts = new Map();
    this.lanesFor = 0;
    /** @type {Map<number, boolean[]>} */
    this.small = new Map();
    /** @type {{series?: RowPainter, device?: RowPainter, values?: RowPainter}} */
    this.painters = {};
    /** @type {import("../timeline/row-choices.js").RowChoices | null} what was chosen of a device's rows */
    this.choices = null;
    /** @type {{of: import("../timeline/system-rows.js").Arrangement, rows: Row[], height: number} | null} */
    this.laid = null;
    /** Gives tiles the colours of a mode. @type {((placed: Map<string, Placed[]>) => Map<string, Placed[]>) | null} */
    this.recolour = null;
    this.isThrottlingShown = true;
    /** @type {{of: Group[], keys: string[]}} tiles of the top level, which show the whole profile */
    this.coarse = { of: [], keys: [] };
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
    this.brush = new Brush(this.width, MOST_COLLECTED);
    const view = new Uint8ClampedArray(this.pixels.data.buffer);
    this.image = new ImageData(view, this.canvas.width, this.canvas.height);
  }

  /**
   * Draws a frame.
   * @param {PlotState} state
   * @param {Palette} palette
   * @returns {Frame}
   */
  draw(state, palette) {
    const { document, pixels, brush } = this;
    const scale = new Scale(state.range, this.width);
    const level = levelFor(document.levels, scale.nsPerPx);
    const laid = state.arrangement ? this.laidOut(state.arrangement) : null;
    const isInView = (/** @type {Row} */ { y, height }) =>
      y + height > state.scrollY && y < state.scrollY + this.height;
    // Of a system run only what is in view is asked for: it may have hundreds of groups.
    const groups = laid
      ? groupsOf(document, laid.rows.filter(isInView))
      : shownGroups(document, state.dma);
    const found = this.place(state, level, groups);
    const placed = this.recolour?.(found) ?? found;
    const lanes = laid ? this.laneCounts : this.lanes(placed, scale);
    const { rows, height } =
      laid ?? layoutRows(document, { ...state, choices: this.choices, lanes, room: this.height });
    /** @type {Frame} */
    const frame = {
      ...{ rows, height, level, busy: new Map(), closedBusy: new Map(), clock: new Map() },
      values: new Map(),
      levels: new Map(),
      ...{
        instructions: tally(),
        packets: tally(),
        isIncomplete: false,
        failures: [],
        isLoading: false,
      },
    };
    brush.labels.length = 0;
    pixels.clear(palette.well);
    const shown = rows.filter(isInView);
    this.paintBands(shown, state.scrollY, placed, scale, palette);
    this.paintFinding(shown, state, scale, palette);
    this.paintGrid(scale, palette, height - state.scrollY);
    const job = { state, placed, scale, palette, frame };
    const written = shown.map((row) => this.paintRow(row, job));
    if (this.image) this.context.putImageData(this.image, 0, 0);
    this.context.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    drawLabels(this.context, brush.labels, palette, document.labels, laid !== null);
    const notes = written.flatMap(({ note }) => (note ? [note] : []));
    drawNotes(this.context, notes, palette, this.width);
    for (const { after } of written) after?.(this.context);
    for (const { clock } of written) {
      if (clock) drawClockWords(this.context, clock.words, clock.y, palette, this.width);
    }
    return frame;
  }

  /**
   * Rows of a system run; they lie where they lie whatever is in view.
   * @param {import("../timeline/system-rows.js").Arrangement} arrangement
   */
  laidOut(arrangement) {
    if (this.laid?.of !== arrangement) {
      this.laid = { of: arrangement, ...layoutSystem(this.document, arrangement) };
    }
    return this.laid;
  }

  /**
   * The tiles of groups, the wanted ones asked for, those in view first.
   * @param {PlotState} state
   * @param {number} level
   * @param {Group[]} groups
   * @returns {Map<string, Placed[]>}
   */
  place(state, level, groups) {
    const { document, store } = this;
    const { range } = state;
    const ahead = (range.end - range.start) / 2;
    const wider = { start: range.start - ahead, end: range.end + ahead };
    const keys = (/** @type {number} */ at, /** @type {import("../kit/scale.js").Range} */ where) =>
      groups.flatMap((group) => tileKeys(document, group, at, where));
    const whole = { start: 0, end: document.duration_ns };
    const every = state.arrangement ? document.groups : groups;
    const top = document.levels.length - 1;
    if (this.coarse.of !== every) {
      const made = every.flatMap((group) => tileKeys(document, group, top, whole));
      this.coarse = { of: every, keys: made };
    }
    store.want([...new Set([...this.coarse.keys, ...keys(level, range), ...keys(level, wider)])]);
    return new Map(
      groups.map((group) => [group.id, placedTiles(document, group, level, range, store)]),
    );
  }

  /**
   * Lanes by track. While one pans they may only become more, so that rows do not jump.
   * @param {Map<string, Placed[]>} placed
   * @param {Scale} scale
   * @returns {Map<number, number>}
   */
  lanes(placed, scale) {
    if (Math.abs(scale.nsPerPx / this.lanesFor - 1) > 1e-6) this.laneCounts.clear();
    this.lanesFor = scale.nsPerPx;
    for (const track of this.document.tracks) {
      const tiles = placed.get(track.group);
      if (!tiles || track.deepest < 2) continue;
      const needed = lanesInView(tiles, track, scale.range, this.width, this.document);
      this.laneCounts.set(track.id, Math.max(needed, this.laneCounts.get(track.id) ?? 1));
    }
    return this.laneCounts;
  }

  /**
   * @param {Row[]} rows
   * @param {number} scrollY
   * @param {Map<string, Placed[]>} placed
   * @param {Scale} scale
   * @param {Palette} palette
   */
  paintBands(rows, scrollY, placed, scale, palette) {
    const { document, pixels, ratio } = this;
    for (const clock of document.tracks) {
      if (clock.kind !== "clock" || !this.isThrottlingShown) continue;
      const own = rows.filter(
        ({ group, kind, isPinned }) =>
          kind === "track" &&
          !isPinned &&
          group.kind === "core" &&
          group.part === clock.part &&
          group.core === clock.core,
      );
      if (own.length === 0) continue;
      const tiles = placed.get(clock.group) ?? [];
      const times = slowTimes(
        (visit) => visitItems(tiles, clock.id, scale.range, visit, document),
        document.labels[clock.part] ?? [],
      );
      const last = own[own.length - 1];
      const top = Math.round((own[0].y - scrollY) * ratio);
      const bottom = Math.round((last.y + last.height - scrollY) * ratio);
      paintBand(pixels, palette, times, scale, ratio, { top, bottom });
    }
  }

  /**
   * Bands behind the rows on which a chosen finding happens.
   * @param {Row[]} rows
   * @param {PlotState} state
   * @param {Scale} scale
   * @param {Palette} palette
   */
  paintFinding(rows, { bands, scrollY }, scale, palette) {
    if (!bands) return;
    for (const { kind, track, y, height } of rows) {
      if (kind !== "track" || !track || !bands.tracks.has(track.key)) continue;
      const top = Math.round((y - scrollY) * this.ratio);
      const edges = { top, bottom: Math.round((y + height - scrollY) * this.ratio) };
      paintBand(this.pixels, palette, bands.times, scale, this.ratio, edges, FINDING_INK);
    }
  }

  /**
   * @param {Scale} scale
   * @param {Palette} palette
   * @param {number} bottom CSS pixels
   */
  paintGrid(scale, palette, bottom) {
    const { pixels, ratio } = this;
    const line = Math.max(1, Math.round(ratio));
    const until = Math.round(bottom * ratio);
    for (const { ns, text } of ticks(scale)) {
      const x = Math.round(scale.x(ns) * ratio);
      if (text) pixels.rect(x, 0, x + line, until, palette.grid);
    }
  }

  /**
   * @param {Row} row
   * @param {{state: PlotState, placed: Map<string, Placed[]>, scale: Scale, palette: Palette, frame: Frame}} job
   * @returns {{note?: {text: string, y: number, isMiddle: boolean}, clock?: {words: import("../render/clock.js").Word[], y: number}, after?: ((context: CanvasRenderingContext2D) => void) | null}}
   */
  paintRow(row, job) {
    const { pixels, ratio, document } = this;
    const { palette, frame } = job;
    const top = row.y - job.state.scrollY;
    const middle = top + row.height / 2;
    const from = Math.round(top * ratio);
    const bottom = Math.round((top + row.height) * ratio);
    const line = Math.max(1, Math.round(ratio));
    pixels.rect(0, bottom - line, pixels.width, bottom, palette.line);
    if (row.kind === "head" || row.kind === "part") {
      pixels.rect(0, from, pixels.width, bottom - line, palette.head);
      return { note: { text: headNote(document, row), y: middle, isMiddle: false } };
    }
    if (row.kind === "no-clock") {
      pixels.hatch(0, from + 4, pixels.width, bottom - 5, palette.line, 6);
      return { note: { text: "No throttle records in this capture", y: middle, isMiddle: true } };
    }
    if (row.kind === "series" || row.kind === "device" || row.kind === "values") {
      return { after: this.painters[row.kind]?.(row, top, job) };
    }
    const tiles = job.placed.get(row.group.id) ?? [];
    frame.isIncomplete ||= tiles.some(({ tile }) => !tile.isComplete);
    paintLoading(this, row.group, job);
    const isFailed = paintFailures(this, row, top, job);
    if (row.kind === "closed") {
      const isEmpty = this.paintClosed(row, top, job);
      if (!isEmpty || isFailed) return {};
      return { note: { text: closedNote(row.group), y: middle, isMiddle: true } };
    }
    if (row.track?.kind === "clock") {
      return { clock: { words: this.paintClock(row.track, row, top, tiles, job), y: middle } };
    }
    if (row.track) this.paintTrack(row.track, row, top, tiles, job);
    return {};
  }

  /**
   * @param {Track} track
   * @param {Row} row
   * @param {number} top
   * @param {Placed[]} tiles
   * @param {{scale: Scale, palette: Palette, frame: Frame}} job
   */
  paintTrack(track, row, top, tiles, { scale, palette, frame }) {
    const { pixels, brush, ratio, document } = this;
    const inner = innerOf(row);
    const busy = paintRow({
      ...{ pixels, palette, brush, scale, ratio, track, lanes: row.lanes },
      tally: track.kind === "engine" || track.kind === "span" ? frame.instructions : frame.packets,
      top: top + inner.top,
      height: inner.height,
      isSmall: this.smallLabels(track),
      items: (visit) => visitItems(tiles, track.id, scale.range, visit, document),
    });
    frame.busy.set(track.id, busy);
    frame.levels.set(track.key, brush.deepest + 1);
  }

  /**
   * All tracks of a closed group in one row, as ink.
   * @param {Row} row
   * @param {number} top
   * @param {{placed: Map<string, Placed[]>, scale: Scale, palette: Palette, frame: Frame}} job
   * @returns {boolean} whether there was nothing in view
   */
  paintClosed(row, top, { placed, scale, palette, frame }) {
    const { pixels, brush, ratio, document } = this;
    const tracks = shownTracks(document, row.group);
    const inner = innerOf(row);
    const height = inner.height / Math.max(1, tracks.length);
    const counted = ["core", "head"].includes(row.group.kind) ? frame.instructions : frame.packets;
    const before = counted.exact + counted.cells;
    let share = 0;
    tracks.forEach((track, place) => {
      const busy = paintRow({
        ...{ pixels, palette, brush, scale, ratio, track, lanes: 1, tally: counted },
        top: top + inner.top + place * height,
        height: Math.max(1, height - 0.5),
        isSmall: [],
        items: (visit) =>
          visitItems(placed.get(track.group) ?? [], track.id, scale.range, visit, document),
      });
      share += busy / (track.capacity * scale.width * scale.nsPerPx);
    });
    frame.closedBusy.set(row.group.id, share / Math.max(1, tracks.length));
    return counted.exact + counted.cells === before;
  }

  /**
   * @param {Track} track
   * @param {Row} row
   * @param {number} top
   * @param {Placed[]} tiles
   * @param {{scale: Scale, palette: Palette, frame: Frame}} job
   */
  paintClock(track, row, top, tiles, { scale, palette, frame }) {
    const { pixels, ratio, document } = this;
    const painted = paintClock({
      ...{ pixels, palette, scale, ratio, top, height: row.height, first: track.start_ns },
      labels: document.labels[track.part] ?? [],
      items: (visit) => visitItems(tiles, track.id, scale.range, visit, document),
    });
    const known = painted.share === null ? "–" : `avg ${share(painted.share)}`;
    frame.clock.set(track.id, painted.isVaried ? "varies" : known);
    return painted.words;
  }

  /**
   * Which labels of a part say that a packet is under 1 KiB.
   * @param {Track} track
   * @returns {boolean[]}
   */
  smallLabels(track) {
    if (!track.kind.startsWith("dma")) return [];
    let found = this.small.get(track.part);
    if (!found) {
      found = (this.document.labels[track.part] ?? []).map((text) => SMALL_LABEL.test(text));
      this.small.set(track.part, found);
    }
    return found;
  }
}
