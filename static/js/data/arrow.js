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
 * @property {number} rows
 * @property {Map<number, [number, number][]>} places
 */

export const NO_BUCKET = 65_535;

/**
 * Ranges of equal track numbers.
 * @param {Uint16Array} track
 * @returns {Map<number, [number, number][]>}
 */
export function placesOf(track) {
  /** @type {Map<number, [number, number][]>} */
  const places = new Map();
  let from = 0;
  for (let at = 1; at <= track.length; at++) {
    if (at < track.length && track[at] === track[from]) continue;
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
 * Reads a tile's answer. Throws for bytes that are no Arrow stream.
 * @param {ArrayBuffer} bytes
 * @returns {Tile}
 */
export function decodeTile(bytes) {
  const table = tableFromIPC(new Uint8Array(bytes));
  /** @type {(name: string) => any} */
  const column = (name) => table.getChild(name).toArray();
  const facts = /** @type {Map<string, string> | null} */ (table.schema.metadata) ?? new Map();
  const track = /** @type {Uint16Array} */ (column("track"));
  return {
    length: track.length,
    track,
    lane: column("lane"),
    count: column("count"),
    start: column("start_ns"),
    duration: column("duration_ns"),
    bucket: column("bucket"),
    busy: column("busy_ns"),
    row: column("row"),
    colour: column("colour"),
    label: column("label"),
    isComplete: facts.get("complete") !== "false",
    isSlices: facts.get("answer") === "slices",
    rows: Number(facts.get("rows") ?? 0),
    places: placesOf(track),
  };
}
