/** Colours of a tile's items in a mode: a table of codes, computed once a tile. */

import { NO_BUCKET } from "../data/arrow.js";
import { cellKey, sliceKey } from "../data/colour-store.js";
import {
  CLASSES,
  CONTROL,
  DIM,
  OTHER_HEIGHT,
  SYSTEM_CLASSES,
  TRANSPOSE,
  UNKNOWN,
} from "./palette.js";

/** @typedef {import("../data/arrow.js").Tile} Tile */
/** @typedef {import("../data/colour-store.js").TileCodes} TileCodes */
/** @typedef {import("../timeline/rows.js").Track} Track */
/** @typedef {{mode: string, names: {name: string}[], chosen: ReadonlySet<string>, isSystem: boolean}} Look */

/** How many hues names share: all but grey, which is for what has none. */
export const HUES = 8;
export const NOTHING = 0xffff;
export const NO_NAME = "none";
export const UNKNOWN_NAME = "Unknown";

/** Modes in the order of the menu; `tables` of which rows they tell something. */
export const MODES = /** @type {const} */ ([
  { id: "class", title: "opcode class", tables: [] },
  { id: "engine", title: "engine", tables: [] },
  { id: "opcode", title: "opcode", tables: ["Instruction"] },
  { id: "operator", title: "operator", tables: ["Instruction"] },
  { id: "layer", title: "layer", tables: ["Instruction"] },
  { id: "queue", title: "queue", tables: ["DmaPacket"] },
  { id: "line", title: "source line", tables: ["Instruction"] },
  {
    id: "duration",
    title: "duration",
    tables: ["Instruction", "DmaPacket", "SystemProfileEvents"],
  },
  { id: "wait", title: "wait", tables: ["Instruction"] },
]);

const ENGINES = /** @type {Record<string, number>} */ ({
  TensorMatrix: 0,
  Tensor: 1,
  Vector: 2,
  Scalar: 4,
  GpSimd: 5,
  Sync: CONTROL,
});

/**
 * @param {string} mode
 * @returns {boolean} whether its colours come from the server
 */
export function isAsked(mode) {
  return mode !== "class" && mode !== "engine";
}

/**
 * @param {string} mode
 * @param {Track} track
 * @returns {boolean} whether the mode says something of the track's rows
 */
export function speaksOf(mode, track) {
  const tables = MODES.find(({ id }) => id === mode)?.tables ?? [];
  return /** @type {readonly string[]} */ (tables).includes(track.table);
}

/**
 * Engine mode: hue and name of a track.
 * @param {Track} track
 * @returns {{hue: number, name: string}}
 */
export function engineOf({ kind, name }) {
  if (kind === "engine") return { hue: ENGINES[name] ?? 7, name };
  return { hue: 6, name: "DMA" };
}

/**
 * @param {number} colour of a tile
 * @param {boolean} isSystem
 * @returns {string}
 */
export function classOf(colour, isSystem) {
  if (colour === UNKNOWN) return UNKNOWN_NAME;
  return (isSystem ? SYSTEM_CLASSES : CLASSES)[colour & 15] ?? UNKNOWN_NAME;
}

/**
 * A hue in place of a class: the height and the stripes stay those of the class.
 * @param {number} hue 0 to 8
 * @param {number} old colour of the tile
 * @param {boolean} isDim
 * @returns {number}
 */
export function recoloured(hue, old, isDim) {
  const isHalf = old !== UNKNOWN && (old & 15) === CONTROL;
  const height = (hue === CONTROL) === isHalf ? 0 : OTHER_HEIGHT;
  const stripes = old === UNKNOWN ? 0 : old & TRANSPOSE;
  return hue | height | stripes | (isDim ? DIM : 0);
}

/**
 * The code of an item; undefined where it is not known.
 * @param {Tile} tile
 * @param {number} item
 * @param {number} track
 * @param {TileCodes | null} codes
 * @returns {number | undefined}
 */
export function codeOf(tile, item, track, codes) {
  const bucket = tile.bucket[item];
  const key =
    bucket === NO_BUCKET
      ? sliceKey(track, tile.row[item])
      : cellKey(track, tile.lane[item], bucket);
  return codes?.codes.get(key);
}

/**
 * The tile with other colours. What the mode says nothing of keeps its class; what is not known yet,
 * or never in so large a tile, is grey.
 * @param {Tile} tile
 * @param {TileCodes | null} codes
 * @param {Look} look
 * @param {Track[]} tracks of the document, by id
 * @returns {Tile}
 */
export function colouredTile(tile, codes, look, tracks) {
  const { mode, names, chosen, isSystem } = look;
  const colour = new Uint8Array(tile.colour);
  const isDim = (/** @type {string} */ name) => chosen.size > 0 && !chosen.has(name);
  const isNoneDim = isDim(NO_NAME);
  const dims = names.map(({ name }) => isDim(name));
  for (const [id, places] of tile.places) {
    const track = tracks[id];
    if (!track || track.kind === "clock" || track.kind === "error") continue;
    const engine = engineOf(track);
    const isSpoken = isAsked(mode) && speaksOf(mode, track);
    const isEngineDim = isDim(engine.name);
    for (const [from, to] of places) {
      for (let item = from; item < to; item++) {
        const old = tile.colour[item];
        if (mode === "engine") colour[item] = recoloured(engine.hue, old, isEngineDim);
        else if (isSpoken) {
          const code = codeOf(tile, item, id, codes) ?? NOTHING;
          const hue = code === NOTHING ? CONTROL : code % HUES;
          colour[item] = recoloured(hue, old, code === NOTHING ? isNoneDim : dims[code]);
        } else if (old !== UNKNOWN && isDim(classOf(old, isSystem))) colour[item] = old | DIM;
      }
    }
  }
  return { ...tile, colour };
}

/**
 * Time in view by name, and the hue each name has; the part of a cell that is busy counts.
 * @param {Iterable<{tile: Tile, codes: TileCodes | null, start: number, bucketNs: number}>} placed
 * @param {{start: number, end: number}} range
 * @param {Look} look
 * @param {Track[]} tracks
 * @returns {{name: string, hue: number, ns: number}[]} most time first
 */
export function namesInView(placed, range, look, tracks) {
  /** @type {Map<string, {name: string, hue: number, ns: number}>} */
  const found = new Map();
  const add = (/** @type {string} */ name, /** @type {number} */ hue, /** @type {number} */ ns) => {
    const entry = found.get(name) ?? { name, hue, ns: 0 };
    entry.ns += ns;
    found.set(name, entry);
  };
  for (const { tile, codes, start, bucketNs } of placed) {
    for (const [id, places] of tile.places) {
      const track = tracks[id];
      if (!track || track.kind === "clock" || track.kind === "error") continue;
      const engine = engineOf(track);
      const isSpoken = isAsked(look.mode) && speaksOf(look.mode, track);
      for (const [from, to] of places) {
        for (let item = from; item < to; item++) {
          const isSlice = tile.bucket[item] === NO_BUCKET;
          const begin = isSlice ? tile.start[item] : start + tile.bucket[item] * bucketNs;
          const length = isSlice ? tile.duration[item] : bucketNs;
          const inside = Math.min(begin + length, range.end) - Math.max(begin, range.start);
          if (inside <= 0) continue;
          const ns = isSlice ? inside : tile.busy[item] * (inside / length);
          if (look.mode === "engine") add(engine.name, engine.hue, ns);
          else if (isSpoken) {
            const code = codeOf(tile, item, id, codes);
            if (code === undefined || code === NOTHING) add(NO_NAME, CONTROL, ns);
            else add(look.names[code]?.name ?? NO_NAME, code % HUES, ns);
          } else {
            const old = tile.colour[item];
            add(classOf(old, look.isSystem), old === UNKNOWN ? CONTROL : old & 15, ns);
          }
        }
      }
    }
  }
  return [...found.values()].sort((a, b) => b.ns - a.ns || a.name.localeCompare(b.name));
}
