import assert from "node:assert/strict";
import { test } from "node:test";
import { RangeTool, rangeTool } from "../../static/js/viewers/tools/range.js";
import { makeContext, makeViewer, pointOf } from "./fake-viewer.js";

/** A tool with 200 to 400 ns marked. */
function marked() {
  const viewer = makeViewer();
  viewer.marked = { start: 200, end: 400 };
  return { viewer, tool: new RangeTool(viewer) };
}

test("a drag in either direction marks a range, and its far end is what keys move", () => {
  const { viewer, tool } = marked();
  tool.begin(pointOf(viewer, 500, 50)).end(pointOf(viewer, 700, 90));
  assert.deepEqual([viewer.marked, tool.edge], [{ start: 500, end: 700 }, "end"]);
  tool.begin(pointOf(viewer, 500, 50)).end(pointOf(viewer, 300, 50));
  assert.deepEqual([viewer.marked, tool.edge], [{ start: 300, end: 500 }, "start"]);
});

test("a drag beyond the profile ends at its edges", () => {
  const { viewer, tool } = marked();
  viewer.range = { start: -500, end: 1500 };
  tool.begin(pointOf(viewer, 500, 50)).end(pointOf(viewer, 999, 50));
  assert.deepEqual(viewer.marked, { start: 500, end: 1000 });
});

test("a drag that is broken off puts back the range there was", () => {
  const { viewer, tool } = marked();
  const drag = tool.begin(pointOf(viewer, 500, 50));
  drag.move(pointOf(viewer, 900, 50));
  drag.cancel?.();
  assert.deepEqual(viewer.marked, { start: 200, end: 400 });
});

test("an edge is taken on the ruler, and over the rows only by its handle", () => {
  const { viewer, tool } = marked();
  assert.ok(tool.grab(pointOf(viewer, 402, -5), "ruler"));
  assert.ok(tool.grab(pointOf(viewer, 402, 4), "rows"));
  assert.equal(tool.grab(pointOf(viewer, 402, 60), "rows"), null);
  assert.equal(tool.grab(pointOf(viewer, 300, 4), "rows"), null);
  assert.equal(tool.grab(pointOf(viewer, 402, 4), "overview"), null);
  viewer.marked = null;
  assert.equal(tool.grab(pointOf(viewer, 402, -5), "ruler"), null);
});

test("an edge pulled over the other one goes on as the other one", () => {
  const { viewer, tool } = marked();
  const drag = tool.grab(pointOf(viewer, 400, -5), "ruler");
  drag?.move(pointOf(viewer, 300, -5));
  assert.deepEqual(viewer.marked, { start: 200, end: 300 });
  drag?.move(pointOf(viewer, 100, -5));
  assert.deepEqual([viewer.marked, tool.edge], [{ start: 100, end: 200 }, "start"]);
  drag?.move(pointOf(viewer, 50, -5));
  assert.deepEqual(viewer.marked, { start: 50, end: 200 });
});

test("keys move the chosen edge by a share of the view, one nanosecond at least", () => {
  const { viewer } = marked();
  const tool = rangeTool(viewer);
  const press = (/** @type {string} */ key) => tool.keys?.find((one) => one.key === key)?.run();
  press("e");
  assert.deepEqual(viewer.marked, { start: 200, end: 410 });
  press("Q");
  assert.deepEqual(viewer.marked, { start: 200, end: 310 });
  press("x");
  press("E");
  assert.deepEqual(viewer.marked, { start: 300, end: 310 });
  viewer.range = { start: 300, end: 320 };
  press("q");
  assert.deepEqual(viewer.marked, { start: 299, end: 310 });
});

test("the first key press marks the middle of the view", () => {
  const { viewer, tool } = marked();
  viewer.marked = null;
  tool.nudge(0.01);
  assert.deepEqual(viewer.marked, { start: 250, end: 750 });
});

test("the edge that keys move has the larger handle", () => {
  const { viewer, tool } = marked();
  const palette = /** @type {any} */ ({ accent: "#3a4fcc" });
  const layer = { context: makeContext(), palette, scale: viewer.scale(), width: 1000, height: 9 };
  tool.draw(layer);
  assert.equal(layer.context.calls[0][1], 399);
  tool.edge = "start";
  tool.draw(layer);
  assert.equal(layer.context.calls[1][1], 199);
  viewer.marked = null;
  tool.draw(layer);
  assert.equal(layer.context.calls.length, 2);
});

test("the palette marks what of the profile is in view, and clears it", () => {
  const { viewer } = marked();
  const tool = rangeTool(viewer);
  const command = (/** @type {string} */ name) => {
    const all = typeof tool.commands === "function" ? tool.commands() : (tool.commands ?? []);
    return all.find((one) => one.name === name);
  };
  viewer.range = { start: -100, end: 700 };
  command("Mark the visible range")?.run();
  assert.deepEqual(viewer.marked, { start: 0, end: 700 });
  command("Clear the range")?.run();
  assert.equal(viewer.marked, null);
  assert.equal(command("Clear the range")?.isOff, true);
});
