import assert from "node:assert/strict";
import { test } from "node:test";
import { makeContext, makeViewer, pointOf, ROW } from "./fake-viewer.js";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();

const { BoxTool, boxTool } = await import("../../static/js/viewers/tools/box.js");

const CORE_1 = ["p0/c1/tensor", "p0/c1/vector", "p0/c1/scalar", "p0/c1/gpsimd"];

/** A tool with a box over the rows of vector and scalar from 200 to 400 ns. */
function drawn() {
  const viewer = makeViewer();
  const tool = new BoxTool(viewer);
  tool.begin(pointOf(viewer, 200, 2.5 * ROW)).move(pointOf(viewer, 400, 3.5 * ROW));
  return { viewer, tool };
}

test("a drag over rows makes a box of the time and the rows it touches", () => {
  const { viewer, tool } = drawn();
  assert.deepEqual(tool.box, {
    range: { start: 200, end: 400 },
    tracks: ["p0/c0/vector", "p0/c0/scalar"],
  });
  assert.ok(viewer.redrawn > 0 && viewer.written > 0);
});

test("a drag to the left and upwards makes the same box", () => {
  const { viewer, tool } = drawn();
  const other = new BoxTool(viewer);
  other.begin(pointOf(viewer, 400, 3.5 * ROW)).end(pointOf(viewer, 200, 2.5 * ROW));
  assert.deepEqual(other.box, tool.box);
});

test("a drag over heads alone leaves the box as it was", () => {
  const { viewer, tool } = drawn();
  const before = tool.box;
  tool.begin(pointOf(viewer, 10, 5)).move(pointOf(viewer, 50, 10));
  assert.equal(tool.box, before);
});

test("a drag that is broken off puts back the box there was", () => {
  const { viewer, tool } = drawn();
  const before = tool.box;
  const drag = tool.begin(pointOf(viewer, 600, ROW * 1.5));
  drag.move(pointOf(viewer, 900, ROW * 1.5));
  assert.deepEqual(tool.box?.tracks, ["p0/c0/tensor"]);
  drag.cancel?.();
  assert.equal(tool.box, before);
});

test("a closed group in a box gives all its rows", () => {
  const viewer = makeViewer();
  const tool = new BoxTool(viewer);
  tool.begin(pointOf(viewer, 0, 4.5 * ROW)).end(pointOf(viewer, 100, 6.5 * ROW));
  assert.deepEqual(tool.box?.tracks, ["p0/c0/gpsimd", ...CORE_1]);
});

test("each corner moves its two edges and leaves the others", () => {
  for (const [x, y, to, expected, tracks] of /** @type {const} */ ([
    [200, 2 * ROW, [100, 1.5 * ROW], [100, 400], ["tensor", "vector", "scalar"]],
    [400, 2 * ROW, [300, 3.5 * ROW], [200, 300], ["scalar"]],
    [200, 4 * ROW, [250, 4.5 * ROW], [250, 400], ["vector", "scalar", "gpsimd"]],
    [400, 4 * ROW, [900, 2.5 * ROW], [200, 900], ["vector"]],
  ])) {
    const { viewer, tool } = drawn();
    const drag = tool.grab(pointOf(viewer, x, y));
    assert.ok(drag, `${x} ${y}`);
    drag.end(pointOf(viewer, to[0], to[1]));
    assert.deepEqual([tool.box?.range.start, tool.box?.range.end], expected);
    assert.deepEqual(
      tool.box?.tracks,
      tracks.map((name) => `p0/c0/${name}`),
    );
  }
});

test("what is no corner is not taken, nor anything without a box", () => {
  const { viewer, tool } = drawn();
  assert.equal(tool.grab(pointOf(viewer, 300, 3 * ROW)), null);
  tool.put(null);
  assert.equal(tool.grab(pointOf(viewer, 200, 2 * ROW)), null);
});

test("corners are where the rows are scrolled to", () => {
  const { viewer, tool } = drawn();
  viewer.scrollY = ROW;
  assert.equal(tool.place()?.top, ROW);
  assert.ok(tool.grab(pointOf(viewer, 200, ROW)));
});

test("the box is drawn dashed with four handles, and not at all where its rows are hidden", () => {
  const { viewer, tool } = drawn();
  const palette = /** @type {any} */ ({ accent: "#3a4fcc" });
  const layer = {
    context: makeContext(),
    palette,
    scale: viewer.scale(),
    width: 1000,
    height: 100,
  };
  tool.draw(layer);
  const names = layer.context.calls.map(([name]) => name);
  assert.ok(names.includes("setLineDash"));
  assert.equal(names.filter((name) => name === "fillRect").length, 5);
  viewer.frame.rows = [];
  const bare = { ...layer, context: makeContext() };
  tool.draw(bare);
  assert.deepEqual(bare.context.calls, []);
});

test("by key a box takes the rows in view, or the row of the selected event", () => {
  const { viewer, tool } = drawn();
  viewer.marked = { start: 10, end: 20 };
  tool.overView();
  assert.deepEqual(tool.box?.range, { start: 10, end: 20 });
  assert.equal(tool.box?.tracks.length, 4);
  viewer.selected = { track: viewer.document.tracks[1] };
  viewer.marked = null;
  tool.overRow();
  assert.deepEqual(tool.box, { range: { start: 0, end: 1000 }, tracks: ["p0/c0/vector"] });
});

test("the tool keeps its box in the address and gives it back", () => {
  const viewer = makeViewer();
  const tool = boxTool(viewer);
  tool?.read?.(new URLSearchParams("box=5-9:p0/c1/"));
  const query = new URLSearchParams();
  tool?.write?.(query);
  assert.equal(query.get("box"), "5-9:p0/c1/");
  assert.equal(tool?.escape?.(), true);
  assert.equal(tool?.escape?.(), false);
  const empty = new URLSearchParams();
  tool?.write?.(empty);
  assert.equal(empty.toString(), "");
});

test("a system run, which counts its ranges itself, has no boxes", () => {
  const viewer = makeViewer();
  viewer.document.kind = "system";
  assert.equal(boxTool(viewer), null);
});

test("commands that need an event or a box are off without one", () => {
  const viewer = makeViewer();
  const tool = boxTool(viewer);
  const commands = () => (typeof tool?.commands === "function" ? tool.commands() : []);
  const isOff = (/** @type {string} */ name) => commands().find((one) => one.name === name)?.isOff;
  assert.equal(isOff("Clear the box"), true);
  assert.equal(isOff("Box over the row of the event"), true);
  commands()
    .find(({ name }) => name === "Box over the rows in view")
    ?.run();
  assert.equal(isOff("Clear the box"), false);
});
