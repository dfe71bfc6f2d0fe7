import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import {
  boxText,
  cornerAt,
  edgeAt,
  movedEdge,
  placeOf,
  rangeBetween,
  readBox,
  tracksBetween,
} from "../../static/js/timeline/boxes.js";

const track = (
  /** @type {number} */ id,
  /** @type {string} */ key,
  /** @type {string} */ group,
) => ({
  ...{ id, key, group },
});
const document = /** @type {any} */ ({
  tracks: [
    track(0, "p0/c0/tensor", "p0/c0"),
    track(1, "p0/c0/vector", "p0/c0"),
    track(2, "p0/c1/tensor", "p0/c1"),
    track(3, "p0/c1/vector", "p0/c1"),
    track(4, "p0/clock/c0", "p0/clock"),
  ],
  groups: [
    { id: "p0/c0", tracks: [0, 1] },
    { id: "p0/c1", tracks: [2, 3] },
    { id: "p0/clock", tracks: [4] },
  ],
});
const row = (
  /** @type {string} */ kind,
  /** @type {number} */ group,
  /** @type {number} */ y,
  /** @type {number | null} */ id = null,
) => ({
  ...{ kind, y, height: 20, lanes: 1 },
  group: document.groups[group],
  track: id === null ? null : document.tracks[id],
});
/** A head, two rows, a head with its group closed. */
const rows = /** @type {any} */ ([
  row("head", 0, 0),
  row("track", 0, 20, 0),
  row("track", 0, 40, 1),
  row("head", 1, 60),
  row("closed", 1, 80),
]);

test("a box takes the rows it touches; a closed group gives all its tracks, a head none", () => {
  assert.deepEqual(tracksBetween(rows, 45, 30, document), ["p0/c0/tensor", "p0/c0/vector"]);
  assert.deepEqual(tracksBetween(rows, 0, 19, document), []);
  assert.deepEqual(tracksBetween(rows, 59, 90, document), [
    ...["p0/c0/vector", "p0/c1/tensor", "p0/c1/vector"],
  ]);
  assert.deepEqual(tracksBetween(rows, 500, 900, document), []);
});

test("a box lies where its rows lie, and nowhere when none of them is shown", () => {
  const range = { start: 0, end: 5 };
  assert.deepEqual(placeOf({ range, tracks: ["p0/c0/vector", "p0/c1/tensor"] }, rows, document), {
    ...{ top: 40, bottom: 100 },
  });
  assert.equal(placeOf({ range, tracks: ["p0/clock/c0"] }, rows, document), null);
});

test("an address gives back every box it was made from, whole groups by their name", () => {
  const keys = document.tracks.map((/** @type {{key: string}} */ { key }) => key);
  for (let chosen = 1; chosen < 1 << keys.length; chosen++) {
    const tracks = keys.filter(
      (/** @type {string} */ _, /** @type {number} */ at) => (chosen >> at) & 1,
    );
    const box = { range: { start: 405_000, end: 520_000 }, tracks };
    assert.deepEqual(readBox(boxText(box, document), document), box);
  }
  const box = { range: { start: 1, end: 2 }, tracks: keys.slice(1, 4) };
  assert.equal(boxText(box, document), "1-2:p0/c0/vector,p0/c1/");
});

test("what is no box in an address is none", () => {
  for (const text of ["", "5-4:p0/c0/", "4-4:p0/c0/", "1-9", "1-9:", "1-9:nobody", "x-9:p0/c0/"]) {
    assert.equal(readBox(text, document), null, text);
  }
  assert.equal(readBox(null, document), null);
});

test("a corner is taken within a few pixels of it, an edge alone is not", () => {
  const place = { x0: 100, x1: 300, top: 40, bottom: 90 };
  assert.deepEqual(cornerAt(place, { x: 104, y: 37 }), { time: "start", side: "top" });
  assert.deepEqual(cornerAt(place, { x: 299, y: 95 }), { time: "end", side: "bottom" });
  assert.equal(cornerAt(place, { x: 100, y: 65 }), null);
  assert.equal(cornerAt(place, { x: 200, y: 40 }), null);
});

test("of two edges close together the nearer one is taken", () => {
  const scale = new Scale({ start: 0, end: 1000 }, 1000);
  const range = { start: 500, end: 506 };
  assert.equal(edgeAt(range, scale, 499), "start");
  assert.equal(edgeAt(range, scale, 508), "end");
  assert.equal(edgeAt(range, scale, 600), null);
});

test("an edge pulled past the other one becomes the other one", () => {
  const range = { start: 100, end: 200 };
  assert.deepEqual(movedEdge(range, "end", 150.4), {
    range: { start: 100, end: 150 },
    edge: "end",
  });
  assert.deepEqual(movedEdge(range, "end", 40), { range: { start: 40, end: 100 }, edge: "start" });
  assert.deepEqual(movedEdge(range, "start", 260), {
    range: { start: 200, end: 260 },
    edge: "end",
  });
  assert.deepEqual(movedEdge(range, "start", 200), { range, edge: "start" });
});

test("a drawn range lies within the profile and has a length", () => {
  assert.deepEqual(rangeBetween(70, -5, 100), { start: 0, end: 70 });
  assert.deepEqual(rangeBetween(30, 900, 100), { start: 30, end: 100 });
  assert.deepEqual(rangeBetween(30.2, 30.4, 100), { start: 30, end: 31 });
  assert.deepEqual(rangeBetween(500, 600, 100), { start: 99, end: 100 });
});
