/** Arrow answers for tests, as the server sends them. */

import { NO_BUCKET } from "../../static/js/data/arrow.js";
import * as flechette from "../../static/vendor/flechette/flechette.js";

const TYPES = /** @type {Record<string, string>} */ ({
  ...{ track: "uint16", lane: "uint8", count: "uint32", start_ns: "float64" },
  ...{ duration_ns: "float64", bucket: "uint16", busy_ns: "float64", row: "uint32" },
  ...{ colour: "uint8", label: "uint16", start_step_ns: "int16" },
});

export const COLUMNS = {
  ...{ track: [3, 3, 5, 3], lane: [0, 1, 2, 3], count: [0, 7, 1, 0] },
  ...{ start_ns: [1, 2, 3, 9_007_199_254_740_991], duration_ns: [4, 5, 6, 7] },
  ...{ bucket: [NO_BUCKET, 4, 9, NO_BUCKET], busy_ns: [0, 5, 5_000_000_000, 0] },
  ...{ row: [4_294_967_295, 1, 2, 3], colour: [255, 0x41, 0, 8], label: [1, 2, 3, 65_535] },
};

/**
 * @param {Record<string, number[]>} columns
 * @param {Record<string, string>} [facts]
 * @param {Record<string, string>} [kinds] other types than those of the form in full
 * @returns {ArrayBuffer}
 */
export function stream(columns, facts = {}, kinds = {}) {
  const library = /** @type {any} */ (flechette);
  const types = Object.fromEntries(
    Object.keys(columns).map((name) => [name, library[kinds[name] ?? TYPES[name]]()]),
  );
  const table = library.tableFromArrays(columns, { types });
  table.schema.metadata = new Map(Object.entries(facts));
  const bytes = library.tableToIPC(table, { format: "stream" });
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

/**
 * Frames as they travel.
 * @param {{place: number, said: number, body?: ArrayBuffer | Uint8Array}[]} frames
 * @returns {Uint8Array}
 */
export function framed(frames) {
  const pieces = frames.map(({ place, said, body = new ArrayBuffer(0) }) => {
    const size = body.byteLength;
    const piece = new Uint8Array(8 + Math.ceil(size / 8) * 8);
    const head = new DataView(piece.buffer);
    head.setUint16(0, place, true);
    head.setUint16(2, said, true);
    head.setUint32(4, size, true);
    piece.set(body instanceof Uint8Array ? body : new Uint8Array(body), 8);
    return piece;
  });
  const all = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
