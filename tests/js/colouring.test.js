import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ColourStore,
  cellKey,
  decodeColours,
  sliceKey,
} from "../../static/js/data/colour-store.js";
import {
  colouredTile,
  engineOf,
  NOTHING,
  namesInView,
  recoloured,
} from "../../static/js/render/colouring.js";
import {
  CONTROL,
  DIM,
  isDim,
  isHalf,
  PLAIN,
  TRANSPOSE,
  UNKNOWN,
} from "../../static/js/render/palette.js";

const CELL = 65_535;
const TRACKS = /** @type {any[]} */ ([
  { id: 0, kind: "engine", name: "Vector", table: "Instruction" },
  { id: 1, kind: "dma_queue", name: "qLoad", table: "DmaPacket" },
  { id: 2, kind: "clock", name: "Core 0", table: "Throttle" },
]);
const LOOK = {
  ...{ mode: "operator", isSystem: false, chosen: /** @type {Set<string>} */ (new Set()) },
  names: [{ name: "%dot" }, { name: "%add" }],
};

/** Two slices and a cell of instructions, a packet, a clock. @returns {any} */
function makeTile() {
  return {
    ...{ length: 5, isComplete: true, isSlices: false, rows: 9 },
    track: new Uint16Array([0, 0, 0, 1, 2]),
    lane: new Uint8Array([0, 0, 1, 0, 0]),
    count: new Uint32Array([0, 0, 6, 0, 0]),
    start: new Float64Array([0, 100, 0, 20, 0]),
    duration: new Float64Array([50, 100, 9, 30, 500]),
    bucket: new Uint16Array([CELL, CELL, 2, CELL, CELL]),
    busy: new Float64Array([0, 0, 8, 0, 0]),
    row: new Uint32Array([7, 8, 9, 0, 0]),
    colour: new Uint8Array([CONTROL, TRANSPOSE, 3, 6, 7]),
    label: new Uint16Array(5),
    places: new Map([
      [0, [[0, 3]]],
      [1, [[3, 4]]],
      [2, [[4, 5]]],
    ]),
  };
}

const CODES = {
  isComplete: true,
  codes: new Map([
    [sliceKey(0, 7), 0],
    [sliceKey(0, 8), NOTHING],
    [cellKey(0, 1, 2), 1],
  ]),
};

test("an answer's columns become codes by slice and by cell", () => {
  const bytes = new ArrayBuffer(8 + 2 * 11);
  new Uint32Array(bytes, 0, 4).set([2, 1, 70_000, 0]);
  new Uint16Array(bytes, 16, 6).set([3, 4, CELL, 12, 40, 41]);
  new Uint8Array(bytes, 28, 2).set([0, 5]);
  const { codes, isComplete } = decodeColours(bytes);
  assert.equal(isComplete, true);
  assert.deepEqual(
    [...codes],
    [
      [sliceKey(3, 70_000), 40],
      [cellKey(4, 5, 12), 41],
    ],
  );
});

test("no slice and no cell share a key", () => {
  const keys = new Set();
  for (const track of [0, 1, 255, 65_535]) {
    for (const one of [0, 1, 255, 2 ** 32 - 1]) keys.add(sliceKey(track, one));
    for (const lane of [0, 1, 255]) {
      for (const bucket of [0, 1, 65_534]) keys.add(cellKey(track, lane, bucket));
    }
  }
  assert.equal(keys.size, 4 * 4 + 4 * 9);
  assert.ok([...keys].every(Number.isSafeInteger));
});

test("a hue in place of a class keeps the height and the stripes of the class", () => {
  for (const old of [0, 3, CONTROL, TRANSPOSE, TRANSPOSE | 1]) {
    for (let hue = 0; hue <= CONTROL; hue++) {
      for (const dim of [false, true]) {
        const made = recoloured(hue, old, dim);
        assert.equal(made & 15, hue);
        assert.equal(isHalf(made), isHalf(old), `${old} as ${hue}`);
        assert.equal(made & TRANSPOSE, old & TRANSPOSE);
        assert.equal(isDim(made), dim);
        assert.ok(made < PLAIN);
      }
    }
  }
  assert.equal(recoloured(4, UNKNOWN, false), 4);
  assert.equal(isDim(UNKNOWN), false);
  assert.equal(isHalf(UNKNOWN), false);
});

test("items have the hue of their name; what has none is grey, what the mode is not about keeps its class", () => {
  const tile = makeTile();
  const { colour } = colouredTile(tile, CODES, LOOK, TRACKS);
  assert.deepEqual(
    [...colour].map((one) => one & 15),
    [0, CONTROL, 1, 6, 7],
  );
  assert.equal(isHalf(colour[0]), true);
  assert.equal(isHalf(colour[1]), false);
  // The store keeps what it had.
  assert.deepEqual([...tile.colour], [CONTROL, TRANSPOSE, 3, 6, 7]);
});

test("until its codes have come a tile is grey where the mode speaks", () => {
  const { colour } = colouredTile(makeTile(), null, LOOK, TRACKS);
  assert.deepEqual(
    [...colour].map((one) => one & 15),
    [CONTROL, CONTROL, CONTROL, 6, 7],
  );
});

test("a filter lets all but what it names stand back, in every mode", () => {
  const dims = (/** @type {any} */ look) =>
    [...colouredTile(makeTile(), CODES, { ...LOOK, ...look }, TRACKS).colour].map(isDim);
  assert.deepEqual(dims({ chosen: new Set(["%add"]) }), [true, true, false, true, false]);
  assert.deepEqual(dims({ chosen: new Set(["none", "DMA"]) }), [true, false, true, false, false]);
  assert.deepEqual(dims({ mode: "class", chosen: new Set(["Reduce"]) }), [
    ...[true, true, false, true, false],
  ]);
  assert.deepEqual(dims({ mode: "engine", chosen: new Set(["DMA"]) }), [
    ...[true, true, true, false, false],
  ]);
  assert.deepEqual(dims({}), [false, false, false, false, false]);
});

test("in engine mode rows have the hues of their engines at every zoom", () => {
  const { colour } = colouredTile(makeTile(), null, { ...LOOK, mode: "engine" }, TRACKS);
  assert.deepEqual(
    [...colour].map((one) => one & 15),
    [2, 2, 2, 6, 7],
  );
  assert.deepEqual(engineOf({ ...TRACKS[0], name: "CC 3" }), { hue: 7, name: "CC 3" });
});

test("the legend counts time in view: parts of slices, the busy part of cells", () => {
  const placed = [{ tile: makeTile(), codes: CODES, start: 0, bucketNs: 10 }];
  const found = namesInView(placed, { start: 25, end: 150 }, LOOK, TRACKS);
  assert.deepEqual(
    found.map(({ name, ns }) => [name, ns]),
    [
      ["none", 50],
      ["%dot", 25],
      ["DMA", 25],
      ["%add", 4],
    ],
  );
  const classes = namesInView(placed, { start: 0, end: 500 }, { ...LOOK, mode: "class" }, TRACKS);
  assert.deepEqual(classes.map(({ name }) => name).sort(), [
    ...["Control, sync", "DMA", "Matmul", "Reduce"],
  ]);
  assert.ok(found.every(({ hue }) => (hue & DIM) === 0));
});

/** Answers by address; a missing one is a 500. @param {Record<string, any>} answers */
function store(answers) {
  /** @type {string[]} */
  const asked = [];
  let changes = 0;
  const fetcher = /** @type {any} */ (
    async (/** @type {string} */ url) => {
      asked.push(url);
      const body = answers[url];
      return {
        ok: body !== undefined,
        status: 500,
        json: async () => body,
        arrayBuffer: async () => body,
      };
    }
  );
  const made = new ColourStore("c/", () => changes++, fetcher);
  return { made, asked, changes: () => changes };
}

const settled = () => new Promise((done) => setTimeout(done, 0));

test("a mode's names are asked for once, a tile's codes when it is looked at", async () => {
  const empty = new ArrayBuffer(8);
  const { made, asked } = store({ "c/layer/": { names: [{ name: "a" }] }, "c/layer/g/2/0": empty });
  await made.choose("layer");
  assert.equal(made.names?.[0].name, "a");
  assert.equal(made.get("g/2/0"), null);
  assert.equal(made.get("g/2/0"), null);
  await settled();
  assert.deepEqual(made.get("g/2/0")?.codes.size, 0);
  assert.deepEqual(asked, ["c/layer/", "c/layer/g/2/0"]);
});

test("what cannot be read is said, not asked for over and over", async () => {
  const { made, asked, changes } = store({});
  await made.choose("layer");
  assert.equal(made.hasFailed, true);
  made.get("g/2/0");
  await settled();
  assert.equal(made.get("g/2/0")?.isComplete, false);
  assert.equal(asked.length, 2);
  assert.ok(changes() >= 2);
});

test("an answer for a mode that was left does not count", async () => {
  const { made } = store({ "c/layer/": { names: [{ name: "a" }] } });
  const first = made.choose("layer");
  await made.choose("");
  await first;
  assert.equal(made.names, null);
});
