/** Arrow IPC to typed arrays; the only module that names the Arrow library. */

import { tableFromIPC } from "../../vendor/flechette/flechette.js";

/**
 * The items of a tile, columns of equal length. `count` 0 marks a slice, more a cell of that many
 * slices; times are ns from the profile's zero. `places` says where each track's items lie.
 * @typedef {object} Tile
 * @property {number} length
 * @property {Uint16Array} track
 * @property {Uint8Array} lane
 * @property {Uint32Array} count
 * @property {Float64Array} start
 * @property {Float64Array} duration
 * @property {Uint16Array} bucket
 * @property {Float64Array} busy
 * @property {Uint32Array} row
 * @property {Uint8Array} colour
 * @property {Uint16Array} label
 * @property {boolean} isComplete
 * @property {boolean} isSlices
 * @property {boolean} isBare whether cells of several slices lack what is known of their longest one
 * @property {number} rows
 * @property {Map<number, [number, number][]>} places
 */

export const NO_BUCKET = 65_535;

/**
 * Ranges of one track and of one sort: cells or slices.
 * @param {Uint16Array} track
 * @param {Uint16Array} bucket
 * @returns {Map<number, [number, number][]>}
 */
export function placesOf(track, bucket) {
  /** @type {Map<number, [number, number][]>} */
  const places = new Map();
  const isSame = (/** @type {number} */ one, /** @type {number} */ other) =>
    track[one] === track[other] && (bucket[one] === NO_BUCKET) === (bucket[other] === NO_BUCKET);
  let from = 0;
  for (let at = 1; at <= track.length; at++) {
    if (at < track.length && isSame(at, from)) continue;
    const id = track[from];
    if (id !== undefined) {
      const own = places.get(id) ?? [];
      own.push([from, at]);
      places.set(id, own);
    }
    from = at;
  }
  return places;
}

/**
 * Starts out of their steps.
 * @param {ArrayLike<number>} steps
 * @param {number} origin ns
 * @returns {Float64Array}
 */
function summed(steps, origin) {
  const start = new Float64Array(steps.length);
  let at = origin;
  for (let item = 0; item < steps.length; item++) {
    at += steps[item];
    start[item] = at;
  }
  return start;
}

/**
 * Reads a tile's answer, in full or in the form for drawing. Throws for bytes that are no Arrow stream.
 * Every column has the same type in both forms, so that what reads them is compiled once.
 * @param {ArrayBuffer | Uint8Array} bytes
 * @returns {Tile}
 */
export function decodeTile(bytes) {
  const table = tableFromIPC(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes));
  /** @type {(name: string) => any} */
  const column = (name) => table.getChild(name).toArray();
  const facts = /** @type {Map<string, string> | null} */ (table.schema.metadata) ?? new Map();
  const isDrawing = facts.get("form") === "drawing";
  const origin = Number(facts.get("origin_ns") ?? 0);
  // Copies: what is handed over from thread to thread must not share a buffer with anything.
  const track = new Uint16Array(column("track"));
  const bucket = new Uint16Array(column("bucket"));
  return {
    length: track.length,
    track,
    lane: new Uint8Array(column("lane")),
    count: new Uint32Array(column("count")),
    start: isDrawing
      ? summed(column("start_step_ns"), origin)
      : new Float64Array(column("start_ns")),
    duration: new Float64Array(column("duration_ns")),
    bucket,
    busy: new Float64Array(column("busy_ns")),
    row: new Uint32Array(column("row")),
    colour: new Uint8Array(column("colour")),
    label: new Uint16Array(column("label")),
    isComplete: facts.get("complete") !== "false",
    isSlices: facts.get("answer") === "slices",
    isBare: isDrawing && facts.get("answer") !== "slices",
    rows: Number(facts.get("rows") ?? 0),
    places: placesOf(track, bucket),
  };
}

/**
 * The buffers of a tile's columns, to be handed over.
 * @param {Tile} tile
 * @returns {ArrayBuffer[]}
 */
export function buffersOf(tile) {
  const { track, lane, count, start, duration, bucket, busy, row, colour, label } = tile;
  const columns = [track, lane, count, start, duration, bucket, busy, row, colour, label];
  return columns.map(({ buffer }) => /** @type {ArrayBuffer} */ (buffer));
}
