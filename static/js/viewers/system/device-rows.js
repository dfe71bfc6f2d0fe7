/** Device rows: under a core, the engines of its device profile, from that profile's own tiles. */

import { TileStore } from "../../data/tile-store.js";
import { button } from "../../kit/dom.js";
import { request } from "../../kit/http.js";
import { levelFor, Scale } from "../../kit/scale.js";
import { Brush, paintRow } from "../../render/painter.js";
import { drawLabels } from "../../render/text.js";
import { placedTiles, tileKeys, visitItems } from "../../timeline/items.js";
import { PADDING, shownTracks } from "../../timeline/rows.js";
import { DEVICE_LANE } from "../../timeline/system-rows.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("./device-card.js").Candidate} Candidate */
/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../../timeline/rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("../../timeline/rows.js").Track} Track */
/** Tracks drawn in one lane. @typedef {{name: string, tracks: Track[]}} Lane */
/**
 * A device profile in the rows: its document and tiles, and where its zero lies on host time.
 * @typedef {{document: TimelineDocument, store: TileStore, offset: number}} Layer
 */

/**
 * An execution that a processed device profile shows, on the host's clock.
 * @typedef {{profile_id: string, instance_id: string, process_id: string, nc_idx: number | null, row: number, device_zero_host_ns: number}} DeviceRow
 */

const MOST_LABELS = 1000;
const NAMES_PX = 88;
const QUIET_FONT = '400 11px "Inter", system-ui, sans-serif';

/**
 * The lanes of one core of a device profile: its engines, then its queues in one.
 * @param {TimelineDocument} document
 * @param {number} place of the core among the profile's
 * @returns {Lane[]}
 */
export function lanesOfCore(document, place) {
  const cores = document.groups.filter(({ kind }) => kind === "core");
  const group = cores[Math.min(place, cores.length - 1)];
  if (!group) return [];
  const engines = shownTracks(document, group).filter(({ rows }) => rows > 0);
  const lanes = engines.map((track) => ({ name: track.name, tracks: [track] }));
  const queues = document.groups
    .filter(({ kind, part, core }) => kind === "dma" && part === group.part && core === group.core)
    .flatMap((one) => shownTracks(document, one));
  return queues.length > 0 ? [...lanes, { name: "DMA", tracks: queues }] : lanes;
}

export class DeviceRows {
  /** @param {SystemTimeline} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {Map<string, Promise<Layer | null>>} by profile and zero */
    this.loads = new Map();
    /** @type {Map<string, {layer: Layer, lanes: Lane[], brush: Brush, id: string}>} by track */
    this.shown = new Map();
    /** @type {Map<string, Promise<{run: number, base: string, document: TimelineDocument}>>} by id */
    this.profiles = new Map();
    /** @type {Set<string>} profiles that were taken away by hand */
    this.refused = new Set();
  }

  /**
   * The hardware rows of an event's logical core, in the order of its cores.
   * @param {Hit} hit
   * @returns {Track[]}
   */
  coresOf({ track }) {
    const { instance, process, nc } = track.attrs ?? {};
    return this.coresAt({ instance_id: instance, process_id: String(process), nc_idx: nc });
  }

  /**
   * @param {{instance_id?: string | null, process_id: string, nc_idx?: number | null}} core
   * @returns {Track[]}
   */
  coresAt({ instance_id: instance, process_id: process, nc_idx: nc }) {
    return this.viewer.document.tracks
      .filter(
        ({ attrs }) =>
          attrs?.source === "neuron_hw" &&
          attrs.instance === instance &&
          String(attrs.process) === process &&
          attrs.nc === nc,
      )
      .sort((a, b) => (a.attrs?.pcore ?? 0) - (b.attrs?.pcore ?? 0));
  }

  /**
   * Whether a candidate can be drawn: it is of this execution, processed, on host time.
   * @param {Hit} hit
   * @param {Candidate} candidate
   * @returns {boolean}
   */
  canShow(hit, candidate) {
    const zero = candidate.device_zero_host_ns;
    const isReady = candidate.status === "PROCESSED" && candidate.profile_id !== null;
    return zero !== null && isReady && this.coresOf(hit).length > 0;
  }

  /**
   * Draws the first candidate under its core, unless it was taken away before.
   * @param {Hit} hit
   * @param {Candidate[]} candidates
   */
  follow(hit, candidates) {
    const [first] = candidates;
    if (first?.relation !== "this execution" || !this.canShow(hit, first)) return;
    if (!this.refused.has(first.profile_id ?? "")) void this.show(hit, first);
  }

  /**
   * @param {Hit} hit
   * @param {Candidate} candidate
   * @returns {HTMLButtonElement}
   */
  toggle(hit, candidate) {
    const id = candidate.profile_id ?? "";
    const isOn = () => [...this.shown.values()].some((one) => one.id === id);
    const made = button({
      text: "In the rows",
      act: () => {
        if (isOn()) this.hide(id);
        else {
          this.refused.delete(id);
          void this.show(hit, candidate).then(() => made.setAttribute("aria-pressed", "true"));
        }
        made.setAttribute("aria-pressed", String(isOn()));
      },
    });
    const isComing = candidate.relation === "this execution" && !this.refused.has(id);
    made.setAttribute("aria-pressed", String(isOn() || isComing));
    return made;
  }

  /** @param {string} id */
  hide(id) {
    this.refused.add(id);
    for (const [key, one] of this.shown) if (one.id === id) this.shown.delete(key);
    this.arrange();
  }

  /**
   * @param {Hit} hit
   * @param {Candidate} candidate
   */
  async show(hit, candidate) {
    await this.showUnder(candidate, this.coresOf(hit));
  }

  /**
   * @param {Pick<Candidate, "profile_id" | "device_zero_host_ns">} candidate
   * @param {Track[]} cores
   */
  async showUnder(candidate, cores) {
    const id = candidate.profile_id ?? "";
    const key = `${id} ${candidate.device_zero_host_ns}`;
    const load = this.loads.get(key) ?? this.load(candidate);
    this.loads.set(key, load);
    const layer = await load;
    if (!layer) return;
    cores.forEach((track, place) => {
      const lanes = lanesOfCore(layer.document, place);
      if (lanes.length === 0) return;
      this.shown.set(track.key, { layer, lanes, brush: new Brush(1, MOST_LABELS), id });
    });
    this.arrange();
  }

  arrange() {
    const devices = new Map(
      [...this.shown].map(([key, { id, lanes }]) => [key, { id, lanes: lanes.length }]),
    );
    this.viewer.rearrange({ devices });
  }

  /**
   * A device profile's current run and its timeline's document, asked for once.
   * @param {string} id
   * @returns {Promise<{run: number, base: string, document: TimelineDocument}>}
   */
  profileOf(id) {
    const ask = async () => {
      const { run } = await request(`/api/v1/profiles/${id}/`);
      const base = `/api/v1/profiles/${id}/runs/${run}/`;
      return { run, base, document: await request(`${base}timeline/`) };
    };
    const found = this.profiles.get(id) ?? ask();
    this.profiles.set(id, found);
    found.catch(() => this.profiles.delete(id));
    return found;
  }

  /** Draws a device profile under the topmost core that has one, before anything is selected. */
  async showFirst() {
    try {
      /** @type {{rows: DeviceRow[]}} */
      const { rows } = await request(`${this.viewer.system.base}device-rows/`);
      const shown = this.viewer.frame?.rows.map(({ track }) => track) ?? [];
      const place = (/** @type {DeviceRow} */ row) => shown.indexOf(this.coresAt(row)[0] ?? null);
      const [first] = rows.filter((row) => place(row) >= 0).sort((a, b) => place(a) - place(b));
      if (first && this.shown.size === 0) await this.showUnder(first, this.coresAt(first));
    } catch {
      // Without it the rows begin as they are; a selected execution still brings its own.
    }
  }

  /**
   * @param {Pick<Candidate, "profile_id" | "device_zero_host_ns">} candidate
   * @returns {Promise<Layer | null>}
   */
  async load({ profile_id: id, device_zero_host_ns: offset }) {
    if (offset === null) return null;
    try {
      const { base, document } = await this.profileOf(id ?? "");
      const store = new TileStore(`${base}tiles/`, () => this.viewer.redraw());
      return { document, store, offset };
    } catch {
      // The card says what state it is in; the row simply does not appear.
      return null;
    }
  }

  /**
   * Paints the engines of the device profile under a core.
   * @type {import("../plot.js").RowPainter}
   */
  paint(row, top, { scale, palette }) {
    const found = this.shown.get(row.device ?? "");
    if (!found) return null;
    const { layer, lanes } = found;
    const { document, store, offset } = layer;
    const { pixels, ratio, width } = this.viewer.plot;
    const range = { start: scale.range.start - offset, end: scale.range.end - offset };
    const own = new Scale(range, width);
    const level = levelFor(document.levels, own.nsPerPx);
    const groups = document.groups.filter(({ kind }) => kind === "core" || kind === "dma");
    const wanted = groups.flatMap((group) => tileKeys(document, group, level, range));
    const coarse = groups.flatMap((group) =>
      tileKeys(document, group, document.levels.length - 1, {
        start: 0,
        end: document.duration_ns,
      }),
    );
    store.want([...new Set([...coarse, ...wanted])]);
    const tiles = new Map(
      groups.map((group) => [group.id, placedTiles(document, group, level, range, store)]),
    );
    if (found.brush.columns[0].length < width / 2) found.brush = new Brush(width, MOST_LABELS);
    const { brush } = found;
    brush.labels.length = 0;
    lanes.forEach(({ tracks }, place) => {
      const [first] = tracks;
      paintRow({
        ...{ pixels, palette, brush, scale: own, ratio, lanes: 1, isSmall: [] },
        track: first,
        tally: { exact: 0, inCells: 0, cells: 0 },
        top: top + PADDING / 2 + place * DEVICE_LANE,
        height: DEVICE_LANE - 3,
        items: (visit) => {
          for (const track of tracks) {
            visitItems(tiles.get(track.group) ?? [], track.id, range, visit, document);
          }
        },
      });
    });
    const nameX = Math.max(4, own.x(0) - NAMES_PX);
    return (context) => {
      drawLabels(context, brush.labels, palette, document.labels);
      context.font = QUIET_FONT;
      context.fillStyle = palette.quiet;
      lanes.forEach(({ name }, place) => {
        context.fillText(name, nameX, top + PADDING / 2 + (place + 0.5) * DEVICE_LANE);
      });
    };
  }
}
