import assert from "node:assert/strict";
import { test } from "node:test";
import { buffersOf, decodeTile, NO_BUCKET, placesOf } from "../../static/js/data/arrow.js";
import { COLUMNS, stream } from "./make-arrow.js";

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

test("the form for drawing has the same columns, starts out of steps and numbers widened", () => {
  const { start_ns: _, ...others } = COLUMNS;
  const steps = { ...others, busy_ns: [0, 5, 200, 0], start_step_ns: [-3, 0, 500, 9000] };
  const facts = { form: "drawing", answer: "cells", origin_ns: "9007199254730000" };
  const kinds = { count: "uint8", duration_ns: "uint16", busy_ns: "uint8", row: "int64" };
  const tile = decodeTile(stream(steps, facts, kinds));
  assert.ok(tile.start instanceof Float64Array && tile.row instanceof Uint32Array);
  assert.ok(tile.duration instanceof Float64Array && tile.count instanceof Uint32Array);
  const origin = 9_007_199_254_730_000;
  assert.deepEqual([...tile.start], [origin - 3, origin - 3, origin + 497, origin + 9497]);
  assert.deepEqual([...tile.row], COLUMNS.row);
  assert.deepEqual([...tile.busy], [0, 5, 200, 0]);
  assert.ok(tile.isBare);
  assert.ok(!decodeTile(stream(steps, { ...facts, answer: "slices" }, kinds)).isBare);
});

test("a tile's columns can be handed over: none shares a buffer", () => {
  const tile = decodeTile(stream(COLUMNS));
  const buffers = buffersOf(tile);
  assert.equal(new Set(buffers).size, 10);
  const copy = structuredClone(tile, { transfer: buffers });
  assert.deepEqual([...copy.row], COLUMNS.row);
  assert.deepEqual(copy.places, tile.places);
  assert.equal(tile.row.length, 0);
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

test("places of a track are its ranges of items, cells apart from slices", () => {
  const slices = (/** @type {number} */ count) => new Uint16Array(count).fill(NO_BUCKET);
  const places = placesOf(Uint16Array.from([3, 3, 5, 3]), slices(4));
  assert.deepEqual(places.get(3), [
    [0, 2],
    [3, 4],
  ]);
  assert.deepEqual(places.get(5), [[2, 3]]);
  const mixed = placesOf(new Uint16Array(4), Uint16Array.from([0, 7, NO_BUCKET, NO_BUCKET]));
  assert.deepEqual(mixed.get(0), [
    [0, 2],
    [2, 4],
  ]);
  assert.equal(placesOf(new Uint16Array(0), slices(0)).size, 0);
});
