import assert from "node:assert/strict";
import { test } from "node:test";
import { dashOf, dependencyCurve, drawArrows, nearView } from "../../static/js/render/arrows.js";
import { chipBox, isWithin } from "../../static/js/render/chips.js";

const box = (/** @type {number} */ x0, /** @type {number} */ y0, width = 60, height = 16) => ({
  ...{ x0, x1: x0 + width, y0, y1: y0 + height },
});

test("with room between them an arrow leaves from the end and arrives at the start", () => {
  const { from, to, c1, c2, isSteep } = dependencyCurve(box(0, 0), box(200, 100));
  assert.deepEqual([from, to, isSteep], [{ x: 60, y: 8 }, { x: 200, y: 108 }, false]);
  assert.ok(c1.x > from.x && c1.y === from.y, "it leaves to the right");
  assert.ok(c2.x < to.x && c2.y === to.y, "it arrives from the left");
});

test("a steep link runs vertically and arrives from above or below", () => {
  const down = dependencyCurve(box(0, 0), box(70, 100));
  assert.deepEqual([down.isSteep, down.from.y, down.to.y], [true, 16, 100]);
  const up = dependencyCurve(box(0, 100), box(70, 0));
  assert.deepEqual([up.from.y, up.to.y], [100, 16]);
  for (const { from, to, c1, c2 } of [down, up]) {
    assert.equal(c1.x, from.x);
    assert.equal(c2.x, to.x);
  }
});

test("a link to what began before its source ended stays within both bars", () => {
  const { from, to } = dependencyCurve(box(50, 0, 400), box(100, 50, 2));
  assert.ok(from.x >= 50 && from.x <= 450);
  assert.ok(to.x >= 100 && to.x <= 102);
});

test("an arrow from far out of view begins near to it and arrives as it would have", () => {
  const far = { x0: -5e8, x1: -4e8, y0: 0, y1: 16 };
  assert.deepEqual(nearView(box(200, 100), 1000), box(200, 100), "what is in view stays");
  const { from, to, c2 } = dependencyCurve(nearView(far, 1000), nearView(box(200, 100), 1000));
  assert.ok(from.x <= 0 && from.x >= -1000, "the dashes are of a line that can be drawn");
  assert.deepEqual(to, { x: 200, y: 108 });
  assert.equal(c2.y, to.y);
  const across = nearView({ ...far, x1: 5e8 }, 1000);
  assert.deepEqual([across.x0, across.x1], [-1000, 2000]);
});

test("neighbours of one lane are tied by an arch above them", () => {
  const { from, to, c1, c2 } = dependencyCurve(box(0, 40), box(64, 40));
  assert.deepEqual([from.y, to.y], [40, 40]);
  assert.ok(c1.y < 40 && c2.y < 40);
});

test("flow is solid, anti dashed, output and order dotted, a hand-over both", () => {
  assert.deepEqual(dashOf("flow"), []);
  assert.equal(dashOf("anti").length, 2);
  assert.deepEqual(dashOf("output"), dashOf("order"));
  assert.deepEqual(dashOf("semaphore"), dashOf("transfer"));
  const styles = ["flow", "anti", "output", "semaphore"].map((kind) => String(dashOf(kind)));
  assert.equal(new Set(styles).size, 4);
});

test("every halo lies under every line, and the dash is put back", () => {
  /** @type {string[]} */
  const strokes = [];
  /** @type {number[]} */
  let dash = [9];
  const context = /** @type {any} */ ({
    strokeStyle: "",
    lineWidth: 0,
    setLineDash: (/** @type {number[]} */ value) => {
      dash = value;
    },
    stroke() {
      strokes.push(`${this.strokeStyle} ${this.lineWidth} ${dash}`);
    },
    ...Object.fromEntries(
      ["beginPath", "moveTo", "bezierCurveTo", "arc", "fill", "lineTo"].map((name) => [
        name,
        () => {},
      ]),
    ),
  });
  const curve = dependencyCurve(box(0, 0), box(200, 100));
  const arrows = [
    { curve, colour: "orange", dash: [6, 4] },
    { curve, colour: "blue" },
  ];
  drawArrows(context, arrows, "white");
  assert.deepEqual(strokes, ["white 4 ", "white 4 ", "orange 1.5 6,4", "blue 1.5 "]);
  assert.deepEqual(dash, []);
});

test("a chip lies at its edge, level with the event, and never out of the plot", () => {
  const plot = { width: 800, height: 400 };
  const right = chipBox("right", 60, { x: 300, y: 200 }, plot);
  assert.deepEqual([right.x1, (right.y0 + right.y1) / 2], [796, 200]);
  assert.equal(chipBox("left", 60, { x: 300, y: 200 }, plot).x0, 4);
  assert.equal(chipBox("above", 60, { x: 300, y: 200 }, plot).y0, 4);
  assert.equal(chipBox("below", 60, { x: -900, y: 200 }, plot).x0, 4);
  const low = chipBox("right", 60, { x: 300, y: 9000 }, plot);
  assert.ok(low.y1 <= plot.height);
  assert.ok(isWithin(right, { x: 790, y: 200 }));
  assert.ok(!isWithin(right, { x: 700, y: 200 }));
});
