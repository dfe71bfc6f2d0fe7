import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeTile, NO_BUCKET, placesOf } from "../../static/js/data/arrow.js";
import * as flechette from "../../static/vendor/flechette/flechette.js";

const TYPES = {
  ...{ track: "uint16", lane: "uint8", count: "uint32", start_ns: "float64" },
  ...{ duration_ns: "float64", bucket: "uint16", busy_ns: "float64", row: "uint32" },
  ...{ colour: "uint8", label: "uint16" },
};

/** @param {Record<string, number[]>} columns @param {Record<string, string>} [facts] */
function stream(columns, facts = {}) {
  const library = /** @type {any} */ (flechette);
  const types = Object.fromEntries(
    Object.entries(TYPES).map(([name, type]) => [name, library[type]()]),
  );
  const table = library.tableFromArrays(columns, { types });
  table.schema.metadata = new Map(Object.entries(facts));
  const bytes = library.tableToIPC(table, { format: "stream" });
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
}

const COLUMNS = {
  ...{ track: [3, 3, 5, 3], lane: [0, 1, 2, 3], count: [0, 7, 1, 0] },
  ...{ start_ns: [1, 2, 3, 9_007_199_254_740_991], duration_ns: [4, 5, 6, 7] },
  ...{ bucket: [NO_BUCKET, 4, 9, NO_BUCKET], busy_ns: [0, 5, 5_000_000_000, 0] },
  ...{ row: [4_294_967_295, 1, 2, 3], colour: [255, 0x41, 0, 8], label: [1, 2, 3, 65_535] },
};

test("a tile's columns arrive as typed arrays with every value", () => {
  const tile = decodeTile(stream(COLUMNS, { complete: "true", answer: "slices", rows: "9" }));
  assert.equal(tile.length, 4);
  assert.ok(tile.start instanceof Float64Array && tile.row instanceof Uint32Array);
  assert.deepEqual([...tile.start], COLUMNS.start_ns);
  assert.deepEqual([...tile.row], COLUMNS.row);
  assert.deepEqual([...tile.busy], COLUMNS.busy_ns);
  assert.deepEqual([...tile.label], COLUMNS.label);
  assert.deepEqual([tile.isComplete, tile.isSlices, tile.rows], [true, true, 9]);
});

test("a tile that is cut says so", () => {
  const tile = decodeTile(stream(COLUMNS, { complete: "false", answer: "cells", rows: "4" }));
  assert.deepEqual([tile.isComplete, tile.isSlices], [false, false]);
});

test("an empty tile is a tile", () => {
  const empty = Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, []]));
  const tile = decodeTile(stream(empty));
  assert.deepEqual([tile.length, tile.places.size], [0, 0]);
});

test("bytes that are no stream are refused", () => {
  assert.throws(() => decodeTile(new ArrayBuffer(11)));
  assert.throws(() => decodeTile(stream(COLUMNS).slice(0, 200)));
});

test("places of a track are its ranges of items", () => {
  const places = placesOf(Uint16Array.from([3, 3, 5, 3]));
  assert.deepEqual(places.get(3), [
    [0, 2],
    [3, 4],
  ]);
  assert.deepEqual(places.get(5), [[2, 3]]);
  assert.equal(placesOf(new Uint16Array(0)).size, 0);
});
