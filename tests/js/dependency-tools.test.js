import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { layerOf, makeViewer, ROW_HEIGHT, Sheet } from "./make-viewer.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
/** @type {{url: string, answer: any}[]} */
let asked = [];
/** @type {any} */
let answer = {};
Object.assign(globalThis, {
  window: globalThis,
  location: { origin: "http://here", pathname: "/p/", search: "" },
  fetch: async (/** @type {string} */ url) => {
    asked.push({ url: String(url), answer });
    const body = JSON.stringify(answer);
    return new Response(body, { headers: { "Content-Type": "application/json" } });
  },
});
const { SHOWN } = await import("../../static/js/viewers/dependencies.js");
const { dependencies, DependencyArrows } = await import(
  "../../static/js/viewers/tools/dependencies.js"
);
const { dependencyChain, DependencyChain } = await import(
  "../../static/js/viewers/tools/dependency-chain.js"
);
const { criticalPath } = await import("../../static/js/viewers/tools/critical-path.js");
const { PlaceBoxes } = await import("../../static/js/viewers/tools/dependencies/place-boxes.js");
const { edgeLine, listSection } = await import("../../static/js/viewers/edge-line.js");

const TRACKS = [
  { key: "p0/c0/tensor", name: "Tensor" },
  { key: "p0/c0/vector", name: "Vector" },
  { key: "p0/c0/scalar", name: "Scalar" },
];
const place = (/** @type {number} */ row, track = "Tensor", start = row * 100) => ({
  ...{ row, opcode: `OP${row}`, track, core: 0, start_ns: start, end_ns: start + 50 },
});
const edge = (/** @type {any} */ of, gap = 10, kind = "FLOW_DEPENDENCE") => ({
  ...of,
  ...{ kind, gap_ns: gap },
});
const START = { reason: "engine order", by: null, ready_ns: 500 };

/** @param {any} viewer @param {any[]} before @param {any[]} after */
function show(viewer, before, after, row = 5) {
  const hit = { track: viewer.document.tracks[1], row, start: row * 100, duration: 50 };
  viewer.selected = hit;
  const found = { start: START, waits_for: before, waited_for_by: after, released: [] };
  const detail = { hit, found, place: new TinyElement("div") };
  viewer.host.dispatchEvent(new CustomEvent(SHOWN, { detail }));
  return hit;
}

/** @param {any} tool @param {any} viewer */
function drawn(tool, viewer) {
  const sheet = new Sheet();
  tool.draw(layerOf(sheet, viewer), "rows");
  return sheet;
}

beforeEach(() => {
  asked = [];
  answer = {};
});

test("an instruction lies on the row of its core and track, by its times", () => {
  const viewer = makeViewer(TRACKS);
  const box = new PlaceBoxes(viewer).box(0, place(3, "Vector"), viewer.scale());
  assert.deepEqual([box?.x0, box?.x1], [300, 350]);
  assert.ok(box && box.y0 > ROW_HEIGHT && box.y1 < 2 * ROW_HEIGHT);
});

test("a closed group's row stands for what it holds, and what has no row has no place", () => {
  const viewer = makeViewer(TRACKS);
  const boxes = new PlaceBoxes(viewer);
  const [first] = viewer.frame.rows;
  const closed = { ...first, kind: "closed", track: null };
  viewer.frame = { rows: [closed], level: 0 };
  const box = boxes.box(0, place(3, "Scalar"), viewer.scale());
  assert.ok(box && box.y0 >= 0 && box.y1 <= ROW_HEIGHT);
  viewer.frame = { rows: [], level: 0 };
  assert.equal(boxes.box(0, place(3, "Scalar"), viewer.scale()), null);
  assert.equal(boxes.box(0, place(3, "Nowhere"), viewer.scale()), null);
});

test("what comes in is orange, what goes out is blue, each with an outline of its end", () => {
  const viewer = makeViewer(TRACKS);
  const tool = dependencies(viewer);
  show(viewer, [edge(place(3))], [edge(place(7, "Scalar"))]);
  const { strokes, curves } = drawn(tool, viewer);
  const count = (/** @type {string} */ hue) => strokes.filter((one) => one === hue).length;
  assert.equal(curves.length, 4, "a halo and a line for each");
  assert.deepEqual([count("orange"), count("blue"), count("#ffffff")], [2, 2, 2]);
});

test("an event far out of view has arrows no longer than a few views", () => {
  const viewer = makeViewer(TRACKS, { start: 300, end: 300.001 });
  const tool = dependencies(viewer);
  show(viewer, [edge(place(3))], [], 900_000);
  const { curves } = drawn(tool, viewer);
  assert.equal(curves.length, 2);
  for (const [x1, , x2, , x3] of curves) {
    for (const x of [x1, x2, x3]) assert.ok(Math.abs(x) < 5000, String(x));
  }
});

test("what lies out of view is a chip, and a press on it is taken", () => {
  const viewer = makeViewer(TRACKS);
  const arrows = new DependencyArrows(viewer);
  show(viewer, [], [edge(place(50)), edge(place(60, "Scalar"), 90), edge(place(7))]);
  const { words, curves } = drawn(arrows, viewer);
  assert.deepEqual(words, ["2 later →"]);
  assert.equal(curves.length, 2);
  const [{ box, end }] = arrows.chips;
  assert.equal(end.place.row, 50, "it leads to the nearest");
  assert.ok(arrows.grab(/** @type {any} */ ({ x: box.x0 + 3, y: box.y0 + 3 })));
  assert.equal(arrows.grab(/** @type {any} */ ({ x: 1, y: 1 })), null);
});

test("rows that are scrolled away are told above and below", () => {
  const viewer = makeViewer(TRACKS);
  const arrows = new DependencyArrows(viewer);
  show(viewer, [edge(place(3))], []);
  viewer.scrollY = 2 * ROW_HEIGHT;
  assert.deepEqual(drawn(arrows, viewer).words, ["↑ 1 above"]);
  viewer.scrollY = -500;
  assert.deepEqual(drawn(arrows, viewer).words, ["↓ 1 below"]);
});

test("at most 24 arrows are drawn and the rest is counted", () => {
  const viewer = makeViewer(TRACKS);
  const many = Array.from({ length: 30 }, (_, at) => edge(place(100 + at, "Scalar", 600 + at), at));
  const tool = dependencies(viewer);
  show(viewer, [], many);
  const { curves, words } = drawn(tool, viewer);
  assert.equal(curves.length, 2 * 24);
  assert.deepEqual(words, ["6 later →"]);
});

test("switched off nothing is drawn and the address says so", () => {
  const viewer = makeViewer(TRACKS);
  const tool = dependencies(viewer);
  show(viewer, [edge(place(3))], []);
  tool?.toggles?.[0].set(false);
  assert.deepEqual(drawn(tool, viewer).curves, []);
  const query = new URLSearchParams();
  tool?.write?.(query);
  assert.equal(query.get("deps"), "0");
  const other = dependencies(makeViewer(TRACKS));
  other?.read?.(query);
  assert.equal(other?.toggles?.[0].isOn(), false);
});

test("another selection forgets the arrows of the one before", () => {
  const viewer = makeViewer(TRACKS);
  const tool = dependencies(viewer);
  show(viewer, [edge(place(3))], []);
  tool?.selected?.(null);
  assert.deepEqual(drawn(tool, viewer).strokes, []);
});

test("an answer for what is selected no more is not drawn", () => {
  const viewer = makeViewer(TRACKS);
  const arrows = new DependencyArrows(viewer);
  const hit = show(viewer, [edge(place(3))], []);
  arrows.clear();
  viewer.selected = { ...hit, row: 9 };
  const detail = { hit, found: { start: START, waits_for: [], waited_for_by: [], released: [] } };
  viewer.host.dispatchEvent(new CustomEvent(SHOWN, { detail }));
  assert.equal(arrows.hit, null);
});

test("aiming says aloud what the next step would lead to", () => {
  const viewer = makeViewer(TRACKS);
  const arrows = new DependencyArrows(viewer);
  show(viewer, [edge(place(3), 5), edge(place(2, "Scalar"), 60, "ANTI_DEPENDENCE")], []);
  arrows.aim(true);
  assert.match(viewer.host.live.textContent, /^Waits for OP2 on Scalar, anti, 60/);
  arrows.aim(false);
  assert.match(viewer.host.live.textContent, /^Waits for OP2/, "nothing waits for it");
});

test("a system run has flows of its own instead", () => {
  const viewer = makeViewer(TRACKS);
  viewer.document.kind = "system";
  assert.deepEqual(
    [dependencies, dependencyChain, criticalPath].map((tool) => tool(viewer)),
    [null, null, null],
  );
});

const CHAIN = {
  ...{ has_edges: true, waited_ns: 0, cut: null, beyond: 0, edges_left_out: 0 },
  events: [place(5, "Vector"), place(3), place(1, "Scalar")].map((one, depth) => ({
    ...{ ...one, depth, waited_ns: null },
  })),
  edges: [
    { before: 1, after: 0, kind: "flow", gap_ns: 10, queue: null },
    { before: 2, after: 1, kind: "transfer", gap_ns: 20, queue: "q" },
  ],
};

test("a chain is asked for by the selected event, its way and depth, and then drawn", async () => {
  const viewer = makeViewer(TRACKS);
  const chain = new DependencyChain(viewer);
  viewer.selected = { track: viewer.document.tracks[1], row: 5, start: 500, duration: 50 };
  answer = CHAIN;
  chain.follow("back", 3);
  await new Promise((done) => setTimeout(done, 5));
  assert.match(
    asked[0].url,
    /dependencies\/chain\/\?row=5&table=Instruction&way=back&depth=3&part=0$/,
  );
  const { curves, strokes } = drawn(chain, viewer);
  assert.equal(curves.length, 4);
  assert.ok(strokes.every((one) => one === "orange" || one === "#ffffff"));
});

test("a chain stands in the address, and clearing it says whether there was one", () => {
  const viewer = makeViewer(TRACKS);
  const tool = dependencyChain(viewer);
  const query = new URLSearchParams("chain=forward.4.p0.d12");
  tool?.read?.(query);
  const written = new URLSearchParams();
  tool?.write?.(written);
  assert.equal(written.get("chain"), "forward.4.p0.d12");
  assert.equal(tool?.escape?.(), true);
  assert.equal(tool?.escape?.(), false);
});

test("rows that are neither instructions nor packets have no chain", () => {
  const viewer = makeViewer([
    { ...TRACKS[0], table: "Throttle" },
    { ...TRACKS[1], table: "Throttle" },
  ]);
  const chain = new DependencyChain(viewer);
  viewer.selected = { track: viewer.document.tracks[0], row: 1, start: 0, duration: 1 };
  chain.follow("back", 3);
  assert.equal(chain.asked, null);
});

test("a chain that cannot be had says why", async () => {
  const viewer = makeViewer(TRACKS);
  const chain = new DependencyChain(viewer);
  viewer.selected = { track: viewer.document.tracks[0], row: 1, start: 0, duration: 1 };
  const before = globalThis.fetch;
  globalThis.fetch = async () => {
    throw new TypeError("no way there");
  };
  chain.follow("back", 3);
  await new Promise((done) => setTimeout(done, 5));
  globalThis.fetch = before;
  assert.ok(chain.error.length > 0);
  assert.equal(chain.chain, null);
});

test("the critical path is asked for around the view and underlines its rows", async () => {
  const viewer = makeViewer(TRACKS);
  const tool = criticalPath(viewer);
  const segments = [
    { kind: "work", start_ns: 100, end_ns: 200, row: 1, track: "p0/c0/tensor" },
    { kind: "latency", start_ns: 200, end_ns: 220, row: 2, track: "p0/c0/vector" },
    { kind: "work", start_ns: 220, end_ns: 300, row: 2, track: "p0/c0/vector" },
  ];
  answer = { path_ns: 8000, ns: 200, segments, segment_count: 900 };
  assert.deepEqual(drawn(tool, viewer).rects, [], "it is off at first");
  tool?.toggles?.[0].set(true);
  drawn(tool, viewer);
  await new Promise((done) => setTimeout(done, 200));
  assert.match(asked[0].url, /critical-path\/\?start_ns=0&end_ns=1500&part=0$/);
  assert.match(viewer.host.live.textContent, /the 3 longest stretches of 900 here/);
  const { rects } = drawn(tool, viewer);
  const lines = rects.filter(([, , , height]) => height === 2).map(([x, y]) => [x, y]);
  assert.deepEqual(lines[0], [100, ROW_HEIGHT - 3]);
  assert.equal(lines.length, 1 + 5 + 1, "a solid line, a dotted one of 20 px, a solid one");
  const query = new URLSearchParams();
  tool?.write?.(query);
  assert.equal(query.get("path"), "1");
  tool?.toggles?.[0].set(false);
  assert.equal(viewer.host.live.textContent, "");
});

test("a line of the panel names the event, its kind and the gap, and leads there", () => {
  /** @type {any[]} */
  const gone = [];
  const line = /** @type {any} */ (
    edgeLine({ place: place(3), about: "60 ns", kind: "anti", go: (to) => gone.push(to.row) })
  );
  assert.match(line.textContent, /^antiOP3Tensor · 300.ns60 ns$/);
  const [sign] = line.all("path");
  assert.equal(sign.getAttribute("stroke-dasharray"), "6 4");
  line.all("button")[0].fire("click");
  assert.deepEqual(gone, [3]);
});

test("a long list shows its first lines and the others on demand", () => {
  const lines = Array.from({ length: 12 }, (_, row) =>
    edgeLine({ place: place(row), about: "", go: () => {} }),
  );
  const section = /** @type {any} */ (listSection("Waits for", lines, 40, "gap"));
  assert.equal(section.all("li").length, 8);
  const more = section.all("button").at(-1);
  assert.equal(more.textContent, "Show 12 of 40");
  more.fire("click");
  assert.equal(section.all("li").length, 12);
  assert.equal(listSection("Waits for", [], 0), null);
});
