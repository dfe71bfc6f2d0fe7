import assert from "node:assert/strict";
import { test } from "node:test";
import { cellKey } from "../../static/js/data/colour-store.js";
import { isDim } from "../../static/js/render/palette.js";
import { makeViewer } from "./fake-viewer.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
Object.assign(globalThis, {
  window: {
    fetch: async () => ({ ok: false, status: 500 }),
    clearTimeout: () => {},
    setTimeout: () => 0,
  },
});

const { ColourTool } = await import("../../static/js/viewers/tools/colour.js");

const NAMES = [
  { name: "attention", sum_ns: 9, count: 2 },
  { name: "mlp", sum_ns: 5, count: 1 },
];

/** A tile of three cells of the first row of core 0. @returns {any} */
function makeTile() {
  return {
    ...{ length: 3, isComplete: true, isSlices: false, rows: 6 },
    track: new Uint16Array(3),
    lane: new Uint8Array(3),
    count: new Uint32Array([2, 2, 2]),
    start: new Float64Array([0, 100, 200]),
    duration: new Float64Array([50, 50, 50]),
    bucket: new Uint16Array([0, 1, 2]),
    busy: new Float64Array([90, 50, 10]),
    row: new Uint32Array(3),
    colour: new Uint8Array([0, 3, 8]),
    label: new Uint16Array(3),
    places: new Map([[0, [[0, 3]]]]),
  };
}

/** A tool in a viewer of two cores, and the legend it fills. */
function made({ isSystem = false } = {}) {
  const viewer = makeViewer();
  const legend = new TinyElement("span");
  Object.assign(viewer, { host: { querySelector: () => legend } });
  Object.assign(viewer.document, {
    ...{ levels: [{ bucket_ns: 100 }], tile_buckets: 4, row_tile_buckets: 4 },
    ...(isSystem ? { kind: "system" } : {}),
  });
  for (const track of viewer.document.tracks) track.table = "Instruction";
  const tool = new ColourTool(viewer);
  const tile = makeTile();
  const placed = new Map([
    ["p0/c0", [{ tile, start: 0, from: 0, to: 400, level: 0, isStale: false }]],
  ]);
  return { viewer, tool, tile, legend, placed };
}

/** As if the server had answered. @param {any} tool @param {[number, number][]} codes by bucket */
function answer(tool, codes, isComplete = true) {
  tool.mode = "layer";
  tool.store.mode = "layer";
  tool.store.names = NAMES;
  const own = codes.map(([bucket, code]) => [cellKey(0, 0, bucket), code]);
  tool.store.tiles.set("p0-c0/0/0", { codes: new Map(/** @type {any} */ (own)), isComplete });
  tool.changed();
}

const hues = (/** @type {any} */ placed) =>
  [...placed.get("p0/c0")[0].tile.colour].map((one) => one & 15);

test("by class and without a filter tiles are drawn as they came", () => {
  const { tool, placed, viewer } = made();
  assert.equal(viewer.plot.recolour(placed), placed);
  tool.toggle("Matmul");
  assert.notEqual(viewer.plot.recolour(placed), placed);
  tool.toggle("Matmul");
  assert.equal(viewer.plot.recolour(placed), placed);
});

test("a tile is coloured once, and again when its codes have come or the look has changed", () => {
  const { tool, placed, tile } = made();
  answer(tool, [
    [0, 1],
    [1, 0],
  ]);
  const first = tool.recolour(placed);
  assert.deepEqual(hues(first), [1, 0, 8]);
  assert.equal(tool.recolour(placed).get("p0/c0")?.[0].tile, first.get("p0/c0")?.[0].tile);
  tool.toggle("mlp");
  const second = tool.recolour(placed);
  assert.notEqual(second.get("p0/c0")?.[0].tile, first.get("p0/c0")?.[0].tile);
  const colours = [...(second.get("p0/c0")?.[0].tile.colour ?? [])];
  assert.deepEqual(colours.map(isDim), [false, true, true]);
  assert.deepEqual([...tile.colour], [0, 3, 8]);
});

test("the legend lists names in view with most time first, and says what has none", () => {
  const { tool, placed, legend } = made();
  answer(tool, [
    [0, 1],
    [1, 0],
  ]);
  tool.recolour(placed);
  tool.showLegend();
  assert.deepEqual(
    legend.all("button").map((one) => one.textContent),
    ["mlp", "attention", "no layer"],
  );
  assert.equal(legend.all("button")[0].getAttribute("aria-pressed"), "false");
});

test("a click in the legend filters, a second one takes it back, both go into the address", () => {
  const { tool, placed, legend } = made();
  answer(tool, [[0, 1]]);
  tool.recolour(placed);
  tool.showLegend();
  legend.all("button")[0].fire("click");
  const query = new URLSearchParams();
  tool.write(query);
  assert.deepEqual([query.get("colour"), query.getAll("dim")], ["layer", ["mlp"]]);
  tool.showLegend();
  assert.equal(legend.all("button")[0].getAttribute("aria-pressed"), "true");
  legend.all("button")[0].fire("click");
  assert.equal(tool.chosen.size, 0);
});

test("what a filter names stays in the legend when it is out of view", () => {
  const { tool, placed, legend } = made();
  answer(tool, [[0, 1]]);
  tool.chosen.add("elsewhere");
  tool.recolour(placed);
  tool.showLegend();
  assert.match(legend.textContent, /elsewhere/);
});

test("cells of tiles with too many rows are said to be grey, colours that cannot be read too", () => {
  const { tool, placed, legend } = made();
  answer(tool, [], false);
  tool.recolour(placed);
  tool.showLegend();
  assert.match(legend.textContent, /grey cells: zoom in/);
  tool.store.hasFailed = true;
  tool.showLegend();
  assert.match(legend.textContent, /colours cannot be read/);
});

test("an address with a mode and a filter gives them back, an unknown mode is by class", () => {
  const { tool } = made();
  tool.read(new URLSearchParams("colour=engine&dim=Vector&dim=a%2Cb"));
  assert.deepEqual([tool.mode, [...tool.chosen]], ["engine", ["Vector", "a,b"]]);
  tool.choose("mood");
  assert.deepEqual([tool.mode, tool.chosen.size], ["class", 0]);
  const query = new URLSearchParams();
  tool.write(query);
  assert.equal(query.toString(), "");
});

test("a system run is coloured by kind or duration, and keeps its word of sync points", () => {
  const { tool, placed, legend } = made({ isSystem: true });
  assert.deepEqual(
    tool.modes.map(({ id }) => id),
    ["class", "duration"],
  );
  tool.recolour(placed);
  tool.showLegend();
  assert.match(legend.textContent, /Runtime.*sync point/);
});
