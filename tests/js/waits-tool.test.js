import assert from "node:assert/strict";
import { test } from "node:test";
import { layerOf, makeViewer, Sheet } from "./make-viewer.js";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();
/** @type {URL[]} */
let asked = [];
/** @type {any} */
let answer = { rows: [], left_out: 0 };
/** @type {(() => void)[]} what waits for the view to rest */
let resting = [];
Object.assign(globalThis, {
  window: {
    setTimeout: (/** @type {() => void} */ act) => resting.push(act),
    clearTimeout: () => resting.splice(0),
  },
  location: { origin: "http://here", pathname: "/p/", search: "" },
  fetch: async (/** @type {string} */ url) => {
    asked.push(new URL(url, "http://here"));
    if (answer instanceof Error) throw answer;
    const headers = { "Content-Type": "application/json" };
    return new Response(JSON.stringify(answer), { headers });
  },
});
const { waits, WaitLines } = await import("../../static/js/viewers/tools/waits.js");
const { askedFor, isKnown, leastOf, waitMarks } = await import(
  "../../static/js/timeline/wait-marks.js"
);

const TENSOR = { key: "p0/c0/tensor", name: "Tensor", kind: "engine", core: 0, part: 0 };

/** @param {number[]} list of starts and ends @param {any} [range] */
function shown(list, range) {
  asked = [];
  resting = [];
  answer = { rows: [{ core: 0, name: "Tensor", waits: list }], left_out: 0 };
  const viewer = makeViewer([TENSOR, { ...TENSOR, key: "p0/c1/tensor", core: 1 }], range);
  viewer.plot = { width: 1000 };
  viewer.document.parts = [{ part: 0 }];
  const lines = new WaitLines(viewer);
  const draw = () => {
    const sheet = new Sheet();
    lines.draw(layerOf(sheet, viewer));
    return sheet;
  };
  const rest = async () => {
    for (const act of resting.splice(0)) act();
    for (let turn = 0; turn < 6; turn++) await new Promise((go) => setImmediate(go));
  };
  return { viewer, lines, draw, rest };
}

test("waits are asked for once the view rests, and drawn when they have come", async () => {
  const { viewer, draw, rest } = shown([100, 400]);
  assert.deepEqual(draw().rects, []);
  draw();
  assert.equal(resting.length, 1);
  await rest();
  assert.equal(asked.length, 1);
  assert.equal(asked[0].pathname, "/run/waits/");
  assert.equal(asked[0].searchParams.get("least_ns"), "8");
  assert.ok(viewer.drawn > 0);
  const sheet = draw();
  assert.ok(sheet.rects.length > 50);
  assert.deepEqual(sheet.words, ["wait 300\u202fns"]);
  assert.equal(resting.length, 0);
});

test("dots lie in the row of the engine, the foot at what was delayed", async () => {
  const { draw, rest } = shown([100, 140]);
  draw();
  await rest();
  const { rects, words } = draw();
  assert.deepEqual(words, []);
  assert.ok(rects.every(([x, y]) => x >= 100 && x < 140 && y < 20));
  assert.deepEqual(rects.at(-1), [139, 7, 1, 7]);
});

test("a wait of less than sixteen pixels is not drawn", async () => {
  const { draw, rest } = shown([100, 115, 200, 216]);
  draw();
  await rest();
  const starts = draw().rects.map(([x]) => x);
  assert.ok(starts.length > 0);
  assert.ok(starts.every((x) => x >= 200));
});

test("a wait over the right edge has no foot and keeps its whole length in words", async () => {
  const { draw, rest } = shown([900, 3000]);
  draw();
  await rest();
  const { rects, words } = draw();
  assert.deepEqual(words, ["wait 2.10\u202fµs"]);
  assert.ok(rects.every(([, , , height]) => height !== 7));
});

test("switched off they are neither asked for nor drawn, and the address says so", async () => {
  const { viewer, draw, rest } = shown([100, 400]);
  const tool = waits(viewer);
  assert.ok(tool);
  tool.read?.(new URLSearchParams("waits=0"));
  const sheet = new Sheet();
  tool.draw?.(layerOf(sheet, viewer), "rows");
  await rest();
  assert.deepEqual([sheet.rects.length, asked.length], [0, 0]);
  const query = new URLSearchParams();
  tool.write?.(query);
  assert.equal(query.get("waits"), "0");
  tool.toggles?.[0].set(true);
  assert.equal(tool.toggles?.[0].isOn(), true);
  assert.ok(viewer.written > 0);
  draw();
});

test("where they cannot be had the rows stay as they are, and nobody asks again and again", async () => {
  const { draw, rest } = shown([100, 400]);
  answer = new Error("gone");
  draw();
  await rest();
  assert.deepEqual(draw().rects, []);
  assert.equal(resting.length, 0);
});

test("a system run has no waits", () => {
  const { viewer } = shown([]);
  viewer.document.kind = "system";
  assert.equal(waits(viewer), null);
});

test("what is known serves a little panning and zooming in by half, no more", () => {
  const view = { start: 1000, end: 2000 };
  const least = leastOf(view, 1000);
  const known = { ...askedFor(view, least, 10_000), isWhole: true, rows: [] };
  assert.equal(least, 16);
  assert.ok(isKnown(known, { start: 1400, end: 2400 }, least, 10_000));
  assert.ok(isKnown(known, { start: 1200, end: 1700 }, 8, 10_000));
  assert.ok(!isKnown(known, { start: 1200, end: 1600 }, 6, 10_000));
  assert.ok(!isKnown(known, { start: 2000, end: 3000 }, least, 10_000));
  assert.ok(!isKnown(undefined, view, least, 10_000));
  const cut = { ...known, isWhole: false };
  assert.ok(isKnown(cut, view, least, 10_000));
  assert.ok(!isKnown({ ...cut, start: 0, end: 9000 }, view, least, 10_000));
});

test("marks are in pixels, named from sixty-four on", () => {
  const scale = /** @type {any} */ ({ x: (/** @type {number} */ ns) => ns, width: 1000 });
  assert.deepEqual(waitMarks([0, 15, 20, 60, 100, 164, 2000, 3000], scale), [
    { x0: 20, x1: 60, ns: 40, isNamed: false },
    { x0: 100, x1: 164, ns: 64, isNamed: true },
  ]);
});
