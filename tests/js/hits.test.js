import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import { drawHits, labelsWith } from "../../static/js/viewers/system/hits.js";
import { makeDocument, makeStore, makeTile } from "./make-tile.js";

test("a name is found by any part of it, upper or lower case alike", () => {
  const labels = ["nrt_execute", "NRT_LOAD", "kbl_exec_wait"];
  assert.deepEqual(labelsWith(labels, " Nrt"), new Set([0, 1]));
  assert.deepEqual(labelsWith(labels, "exec"), new Set([0, 2]));
  assert.deepEqual(labelsWith(labels, "  "), new Set());
});

/** @param {string} text @returns {number[][]} the caps: x, y, width, height */
function caps(text) {
  const document = makeDocument([{ kind: "span", deepest: 2, lanes: 2 }]);
  const tile = makeTile([
    { start: 100, duration: 200, label: 0 },
    { start: 150, duration: 100, label: 1, lane: 1 },
    { start: 900, duration: 1, label: 0 },
  ]);
  /** @type {number[][]} */
  const drawn = [];
  const context = { fillRect: (/** @type {number[]} */ ...box) => drawn.push(box) };
  const range = { start: 0, end: 1000 };
  const [group] = document.groups;
  const [track] = document.tracks;
  const row = { kind: "track", group, track, y: 50, height: 44, lanes: 2 };
  const viewer = {
    ...{ document, range, scrollY: 30, store: makeStore({ "p0-c0/-1/0": tile }) },
    frame: { rows: [row, { ...row, y: 900 }], level: -1 },
    palette: { warnCss: "amber" },
    marksCanvas: { getContext: () => context },
    plot: { height: 300 },
    scale: () => new Scale(range, 1000),
  };
  drawHits(/** @type {any} */ (viewer), text);
  return drawn;
}

test("a cap lies over every bar that was found, in its own lane, however short the bar", () => {
  assert.deepEqual(caps("matmul"), [
    [100, 21, 200, 2],
    [900, 21, 2, 2],
  ]);
  assert.deepEqual(caps("copy"), [[150, 40, 100, 2]]);
  assert.deepEqual(caps("nothing"), []);
});
