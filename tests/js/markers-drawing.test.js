import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import {
  drawBands,
  drawFlags,
  drawLines,
  drawSnapFlag,
  drawSnapLine,
  timesText,
} from "../../static/js/viewers/tools/markers/drawing.js";
import { seeded } from "./seeded.js";

const HUES = ["blue", "sky", "green", "yellow", "orange", "pink", "violet", "red", "grey"];
const INKS = HUES.map((hue) => `on ${hue}`);
const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");

/** @typedef {{what: string, at: number[], colour: string, dash: number[], alpha: number, text: string}} Mark */

/** A surface that writes down what is drawn, with the state it was drawn in. */
function surface(range = { start: 0, end: 1000 }, width = 1000) {
  /** @type {Mark[]} */
  const marks = [];
  /** @type {any[]} */
  const states = [];
  const context = /** @type {any} */ ({
    ...{ strokeStyle: "", fillStyle: "", globalAlpha: 1, dash: [], path: [] },
    save() {
      states.push({ alpha: context.globalAlpha, dash: context.dash });
    },
    restore() {
      const { alpha, dash } = states.pop();
      Object.assign(context, { globalAlpha: alpha, dash });
    },
    beginPath() {
      context.path = [];
    },
    moveTo: (/** @type {number[]} */ ...at) => context.path.push(...at),
    lineTo: (/** @type {number[]} */ ...at) => context.path.push(...at),
    roundRect: (/** @type {number[]} */ ...at) => context.path.push(...at),
    setLineDash(/** @type {number[]} */ dash) {
      context.dash = dash;
    },
    stroke: () => note("line", context.path, context.strokeStyle),
    fill: () => note("shape", context.path, context.fillStyle),
    fillRect: (/** @type {number[]} */ ...at) => note("box", at, context.fillStyle),
    fillText: (/** @type {string} */ text, /** @type {number[]} */ ...at) =>
      note("text", at, context.fillStyle, text),
    measureText: (/** @type {string} */ text) => ({ width: text.length * 6 }),
  });
  const note = (
    /** @type {string} */ what,
    /** @type {number[]} */ at,
    /** @type {string} */ colour,
    text = "",
  ) => {
    const { dash, globalAlpha: alpha } = context;
    marks.push({ what, at: [...at], colour, dash, alpha, text });
  };
  const palette = { css: HUES, inks: INKS, select: "select", wellCss: "well" };
  const scale = new Scale(range, width);
  return {
    marks,
    states,
    layer: /** @type {any} */ ({ context, scale, palette, width, height: 300 }),
  };
}

const made = (/** @type {Record<string, unknown>} */ facts) =>
  /** @type {any} */ ({ id: "a", name: "a", start_ns: 0, end_ns: null, colour: "blue", ...facts });
const NONE = new Set([""]);

test("a marker is a dashed line over all rows in its colour, the chosen one solid", () => {
  const { marks, layer } = surface();
  const list = [made({ start_ns: 100, colour: "green" }), made({ id: "b", start_ns: 300 })];
  drawLines(layer, list, new Set(["b"]));
  assert.deepEqual(
    marks.map(({ at, colour, dash }) => [at, colour, dash]),
    [
      [[100.5, 0, 100.5, 300], "green", [4, 3]],
      [[300.5, 0, 300.5, 300], "blue", []],
    ],
  );
});

test("a region is two lines; ends out of view are not drawn", () => {
  const { marks, layer } = surface();
  drawLines(
    layer,
    [made({ start_ns: 200, end_ns: 700 }), made({ start_ns: 900, end_ns: 5000 })],
    NONE,
  );
  assert.deepEqual(
    marks.map(({ at }) => at[0]),
    [200.5, 700.5, 900.5],
  );
});

test("in the overview a region is a band of a tenth of ink between two lines", () => {
  const { marks, layer } = surface();
  drawBands(layer, [
    made({ start_ns: 200, end_ns: 700, colour: "orange" }),
    made({ start_ns: 900 }),
  ]);
  assert.deepEqual(
    marks.map(({ at: [x, , width], alpha, colour }) => [x, width, alpha, colour]),
    [
      [200, 500, 0.1, "orange"],
      [700, 1, 1, "orange"],
      [200, 1, 1, "orange"],
      [900, 1, 1, "blue"],
    ],
  );
});

test("a region too short to be seen in the overview is still a pixel wide", () => {
  const { marks, layer } = surface({ start: 0, end: 1e9 });
  drawBands(layer, [made({ start_ns: 5e8, end_ns: 5e8 + 3 })]);
  assert.deepEqual(marks[0].at[2], 1);
});

test("a flag is filled in its colour with ink that reads on it; one without room has no word", () => {
  const { marks, layer } = surface();
  const flag = {
    annotation: made({ colour: "yellow" }),
    edge: "start",
    x0: 10,
    x1: 60,
    text: "PV",
  };
  const tab = { ...flag, annotation: made({ id: "b" }), x0: 80, x1: 87, text: "" };
  drawFlags(layer, /** @type {any} */ ([flag, tab]), new Set(["b"]));
  assert.deepEqual(
    marks.map(({ what, colour, text }) => [what, colour, text]),
    [
      ["shape", "yellow", ""],
      ["text", "on yellow", "PV"],
      ["shape", "blue", ""],
      ["line", "select", ""],
    ],
  );
  assert.deepEqual(marks[0].at.slice(0, 4), [10, 4, 50, 16]);
});

test("a snap is a solid line with a mark on its event; without one it is dashed and bare", () => {
  const { marks, layer } = surface();
  drawSnapLine(layer, { ns: 100, y: 40, text: "start of MATMUL", isSnapped: true });
  assert.deepEqual(
    marks.map(({ what, dash }) => [what, dash]),
    [
      ["line", []],
      ["shape", []],
    ],
  );
  assert.deepEqual(marks[1].at, [100.5, 35, 105.5, 40, 100.5, 45, 95.5, 40]);
  const free = surface();
  drawSnapLine(free.layer, { ns: 100, y: null, text: "", isSnapped: false });
  assert.deepEqual(
    free.marks.map(({ what, dash }) => [what, dash]),
    [["line", [4, 3]]],
  );
  const ruler = surface();
  drawSnapLine(ruler.layer, { ns: 100, y: null, text: "end of COPY", isSnapped: true });
  assert.equal(ruler.marks.length, 1);
});

test("the flag of a snap tells the instant and the edge, and stays within the ruler", () => {
  for (const ns of [0, 3, 500, 997, 999]) {
    const { marks, layer } = surface();
    drawSnapFlag(layer, { ns, y: null, text: "start of MATMUL", isSnapped: true });
    const [box, word] = marks;
    assert.equal(plain(word.text), `${ns} ns · start of MATMUL`);
    assert.equal(word.colour, "well");
    assert.ok(box.at[0] >= 0 && box.at[0] + box.at[2] <= 1000, String(box.at));
  }
  const { marks, layer } = surface(undefined, 40);
  drawSnapFlag(layer, { ns: 500, y: null, text: "a very long word", isSnapped: true });
  assert.equal(marks[0].at[0], 0);
});

test("whatever is drawn, the surface is left as it was", () => {
  const chance = seeded(21);
  for (let round = 0; round < 100; round++) {
    const { states, layer } = surface();
    const list = Array.from({ length: 5 }, (_, id) => {
      const start = Math.floor(chance() * 1200);
      const end = chance() < 0.5 ? null : start + 1 + Math.floor(chance() * 900);
      return made({ id: String(id), start_ns: start, end_ns: end });
    });
    const snap = { ns: 5, y: chance() < 0.5 ? 9 : null, text: "", isSnapped: chance() < 0.5 };
    drawLines(layer, list, new Set(["1"]));
    drawBands(layer, list);
    drawSnapLine(layer, snap);
    drawSnapFlag(layer, snap);
    assert.equal(states.length, 0);
    assert.deepEqual([layer.context.globalAlpha, layer.context.dash], [1, []]);
  }
});

test("times are told exactly, of a region with its length", () => {
  assert.equal(plain(timesText({ start_ns: 35_130, end_ns: null })), "35.130 µs");
  assert.equal(
    plain(timesText({ start_ns: 25_000, end_ns: 65_130 })),
    "25.000 µs – 65.130 µs, 40.13 µs",
  );
});

test("a colour that is not known is drawn in the first hue, never in none", () => {
  const { marks, layer } = surface();
  drawLines(layer, [made({ start_ns: 5, colour: "teal" })], NONE);
  drawBands(layer, [made({ start_ns: 5, colour: "url(javascript:1)" })]);
  assert.deepEqual(
    marks.map(({ colour }) => colour),
    ["blue", "blue"],
  );
});
