import assert from "node:assert/strict";
import { test } from "node:test";
import { overviewLanes } from "../../static/js/viewers/overview.js";
import { makeDocument, makeTile } from "./make-tile.js";

const COLUMNS = 64;

/** @param {Record<string, unknown>[]} tracks @param {import("./make-tile.js").Item[]} items */
function lanes(tracks, items) {
  const document = makeDocument(tracks);
  const placed = [{ tile: makeTile(items), start: 0, from: 0, to: 8192, level: 1, isStale: false }];
  const groups = [{ tracks: document.tracks.map(({ id }) => id), tiles: placed }];
  return overviewLanes(document, groups, COLUMNS);
}

test("each engine has its lane, the DMA the last one", () => {
  const found = lanes(
    [{ name: "Vector" }, { kind: "dma_queue", name: "q", capacity: 16 }],
    [
      { track: 0, start: 0, duration: 4096, colour: 3 },
      { track: 1, start: 4096, duration: 4096, colour: 6 },
    ],
  );
  assert.equal(found.length, 7);
  assert.equal(found[2].colour[0], 3);
  assert.equal(found[2].share[10], 1);
  assert.equal(found[2].colour[63], 255);
  assert.equal(found[6].colour[63], 6);
  assert.equal(found[6].share[63], 1 / 16);
});

test("cores share a lane, each for its part", () => {
  const tracks = [{ name: "Tensor" }, { name: "Tensor", core: 1, key: "p0/c1/tensor" }];
  const [tensor] = lanes(tracks, [{ track: 0, start: 0, duration: 8192, colour: 0 }]);
  assert.equal(tensor.share[5], 0.5);
});

test("what happened at all leaves ink, however short", () => {
  const cell = { start: 100, duration: 1, bucket: 3, count: 1, busy: 1, colour: 1 };
  const [tensor] = lanes([{ name: "Tensor" }], [cell]);
  assert.equal(tensor.colour[0], 1);
  assert.ok(tensor.share[0] > 0);
});

test("the colour is the class with most time", () => {
  const [tensor] = lanes(
    [{ name: "Tensor" }],
    [
      { start: 0, duration: 100, colour: 0x41 },
      { start: 0, duration: 20, colour: 8 },
    ],
  );
  assert.equal(tensor.colour[0], 1);
});

test("clock and errors have no lane", () => {
  const found = lanes(
    [
      { kind: "clock", name: "Core 0" },
      { kind: "error", name: "Errors" },
    ],
    [
      { track: 0, start: 0, duration: 8192 },
      { track: 1, start: 0, duration: 8192 },
    ],
  );
  assert.ok(found.every(({ colour }) => colour.every((value) => value === 255)));
});
