/** The overview: the whole profile small, a lane for each kind of row, and the window of the view. */

import { NO_BUCKET } from "../data/arrow.js";
import { COLUMN_PX } from "../kit/scale.js";
import { drawWindow, sized } from "../render/overlay.js";
import { inkOf } from "../render/painter.js";
import { mix } from "../render/palette.js";
import { Pixels } from "../render/pixels.js";
import { placedTiles, visitItems } from "../timeline/items.js";
import { ENGINE_ORDER, shownGroups } from "../timeline/rows.js";

/** @typedef {import("../timeline/rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("../timeline/items.js").Placed} Placed */
/** @typedef {import("../render/palette.js").Palette} Palette */
/** @typedef {{colour: Uint8Array, share: Float32Array}} Lane */

export const HEIGHT = 45;

const CLASSES = 9;
const AGAIN_MS = 200;
const CONTROL = 8;
const DMA_LANE = ENGINE_ORDER.length;
const DMA_HEIGHT = 11;
const MARGIN = 3;
/** In a system run the lanes are those of the sources, hardware the deepest one. */
const SOURCE_LANES = ["framework", "neuron_rt", "transfers", "neuron_hw"];

/**
 * The lane a track belongs to, or -1.
 * @param {import("../timeline/rows.js").Track} track
 * @returns {number}
 */
function laneOf(track) {
  const { source, direction } = track.attrs ?? {};
  if (track.kind === "span") return SOURCE_LANES.indexOf(direction ? "transfers" : (source ?? ""));
  if (track.kind.startsWith("dma")) return DMA_LANE;
  return track.kind === "engine" ? ENGINE_ORDER.indexOf(track.name) : -1;
}

/**
 * For each lane and column how busy it is, and the class with most time; 255 where there is nothing.
 * @param {TimelineDocument} document
 * @param {{tracks: number[], tiles: Placed[]}[]} groups
 * @param {number} columns
 * @returns {Lane[]}
 */
export function overviewLanes(document, groups, columns) {
  const range = { start: 0, end: Math.max(1, document.duration_ns) };
  const perColumn = range.end / columns;
  const lanes = DMA_LANE + 1;
  const times = new Float64Array(lanes * columns * CLASSES);
  const capacity = new Float64Array(lanes);
  const seen = new Uint8Array(lanes * columns);
  for (const { tracks, tiles } of groups) {
    for (const id of tracks) {
      const track = document.tracks[id];
      const lane = laneOf(track);
      if (lane < 0 || track.rows === 0) continue;
      // Queues share the sixteen engines of their core: one full fabric, however many queues.
      capacity[lane] =
        track.kind === "dma_queue" ? track.capacity : capacity[lane] + track.capacity;
      visitItems(
        tiles,
        id,
        range,
        (tile, item, from, bucketNs) => {
          const isSlice = tile.bucket[item] === NO_BUCKET;
          const length = isSlice ? tile.duration[item] : bucketNs;
          const density = isSlice ? 1 : tile.busy[item] / bucketNs;
          const hue = Math.min(
            tile.colour[item] === 255 ? CONTROL : tile.colour[item] & 15,
            CONTROL,
          );
          const last = Math.min(columns - 1, Math.floor((from + length) / perColumn));
          for (let at = Math.max(0, Math.floor(from / perColumn)); at <= last; at++) {
            const begin = Math.max(from, at * perColumn);
            const end = Math.min(from + length, (at + 1) * perColumn);
            times[(lane * columns + at) * CLASSES + hue] += Math.max(0, end - begin) * density;
            if (density > 0 || end > begin) seen[lane * columns + at] = 1;
          }
        },
        document,
      );
    }
  }
  return Array.from({ length: lanes }, (_, lane) => {
    const colour = new Uint8Array(columns).fill(255);
    const share = new Float32Array(columns);
    for (let at = 0; at < columns; at++) {
      if (!seen[lane * columns + at]) continue;
      const own = times.subarray(
        (lane * columns + at) * CLASSES,
        (lane * columns + at + 1) * CLASSES,
      );
      colour[at] = own.indexOf(Math.max(...own));
      const busy = own.reduce((sum, time) => sum + time, 0);
      share[at] = Math.min(1, busy / (perColumn * Math.max(1, capacity[lane])));
    }
    return { colour, share };
  });
}

export class Overview {
  /**
   * @param {HTMLCanvasElement} canvas
   * @param {TimelineDocument} document
   * @param {import("../data/tile-store.js").TileStore} store
   */
  constructor(canvas, document, store) {
    this.canvas = canvas;
    this.document = document;
    this.store = store;
    this.picture = globalThis.document.createElement("canvas");
    this.shape = "";
    this.paintedAt = Number.NEGATIVE_INFINITY;
    /** @type {Palette | null} */
    this.palette = null;
  }

  /**
   * @param {{width: number, range: {start: number, end: number}, palette: Palette, dma: "queue" | "engine"}} state
   */
  draw({ width, range, palette, dma }) {
    const duration = Math.max(1, this.document.duration_ns);
    const whole = { start: 0, end: duration };
    const level = this.document.levels.length - 1;
    const { document } = this;
    const shown = document.kind === "system" ? document.groups : shownGroups(document, dma);
    const groups = shown.map((group) => ({
      tracks: group.tracks,
      tiles: placedTiles(this.document, group, level, whole, this.store),
    }));
    const tiles = groups.reduce((sum, group) => sum + group.tiles.length, 0);
    const ratio = window.devicePixelRatio || 1;
    const shape = `${tiles} ${width} ${ratio} ${dma}`;
    const isNew = shape !== this.shape || palette !== this.palette;
    // While tiles still come it is painted now and then; the last one is always followed by a frame.
    const isTooSoon =
      this.store.isLoading &&
      palette === this.palette &&
      performance.now() - this.paintedAt < AGAIN_MS;
    if (isNew && !isTooSoon) {
      this.paintedAt = performance.now();
      this.shape = shape;
      this.palette = palette;
      this.paint(
        overviewLanes(this.document, groups, Math.ceil(width / COLUMN_PX)),
        width,
        ratio,
        palette,
      );
    }
    const context = sized(this.canvas, width, HEIGHT);
    context.drawImage(this.picture, 0, 0, width, HEIGHT);
    drawWindow(context, { width, height: HEIGHT, duration, range, palette });
  }

  /**
   * @param {Lane[]} lanes
   * @param {number} width
   * @param {number} ratio
   * @param {Palette} palette
   */
  paint(lanes, width, ratio, palette) {
    const { picture } = this;
    picture.width = Math.max(1, Math.round(width * ratio));
    picture.height = Math.round(HEIGHT * ratio);
    const pixels = new Pixels(picture.width, picture.height);
    pixels.clear(palette.well);
    const isSystem = this.document.kind === "system";
    const each = isSystem
      ? (HEIGHT - 2 * MARGIN) / SOURCE_LANES.length
      : (HEIGHT - 2 * MARGIN - DMA_HEIGHT) / DMA_LANE;
    lanes.forEach(({ colour, share }, lane) => {
      const height = lane === DMA_LANE ? DMA_HEIGHT : each - 1;
      const top = MARGIN + Math.min(lane, DMA_LANE) * each;
      const bottom = Math.round((top + height) * ratio);
      for (let at = 0; at < colour.length; at++) {
        if (colour[at] === 255) continue;
        const x0 = Math.round(at * COLUMN_PX * ratio);
        const x1 = Math.round((at + 1) * COLUMN_PX * ratio);
        const plain = palette.hues[colour[at]];
        if (lane === DMA_LANE) {
          const rise = Math.max(1, Math.round(share[at] * height * ratio));
          pixels.rect(x0, bottom - rise, x1, bottom, plain);
        } else {
          const fill = mix(plain, palette.well, inkOf(share[at]));
          pixels.rect(x0, Math.round(top * ratio), x1, bottom, fill);
        }
      }
    });
    const view = new Uint8ClampedArray(pixels.data.buffer);
    const image = new ImageData(view, picture.width, picture.height);
    picture.getContext("2d")?.putImageData(image, 0, 0);
  }
}
