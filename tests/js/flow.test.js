import assert from "node:assert/strict";
import { test } from "node:test";

Object.assign(globalThis, {
  window: { location: { origin: "http://here", pathname: "/p/", search: "" }, fetch: () => {} },
});
const { arrowsOf } = await import("../../static/js/viewers/system/flow.js");
const { shortPlace, signed, whoText } = await import(
  "../../static/js/viewers/system/flow-panel.js"
);
const { mayHold } = await import("../../static/js/viewers/system/places.js");
const { curveBetween } = await import("../../static/js/render/arrows.js");
const { makeTrack } = await import("./make-tile.js");

const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");
const EVENT = {
  ...{ row: 0, name: "nrt_execute", source: "neuron_rt", instance_id: "i", process_id: "1" },
  ...{ thread_id: "7", worker_gid: 3, nc_idx: 2, pcore_idx: null, start_ts: 100, end_ts: 200 },
};
const event = (/** @type {number} */ row, /** @type {Record<string, unknown>} */ more = {}) =>
  /** @type {any} */ ({ ...EVENT, row, reason: "execution id", cause_row: 2, ...more });
const STEP = [
  event(1, { source: "framework", name: "neuron::execute", reason: "time", cause_row: null }),
  event(2, { cause_row: 1 }),
  event(3, { name: "kbl_exec_wait" }),
  event(4, { name: "nc_exec_running", source: "neuron_hw", pcore_idx: 4 }),
  event(5, { name: "nc_exec_running", source: "neuron_hw", pcore_idx: 5 }),
];

test("arrows lead from the framework to the call and from the call to what runs on devices", () => {
  assert.deepEqual(arrowsOf(STEP, 2), [
    { from: 1, to: 2, isIncoming: true },
    { from: 2, to: 4, isIncoming: false },
    { from: 2, to: 5, isIncoming: false },
  ]);
});

test("what leads to the selected event comes in, whatever it is", () => {
  const incoming = (/** @type {number} */ row) =>
    arrowsOf(STEP, row)
      .filter(({ isIncoming }) => isIncoming)
      .map(({ from, to }) => [from, to]);
  assert.deepEqual(incoming(5), [
    [1, 2],
    [2, 5],
  ]);
  assert.deepEqual(incoming(3), [
    [1, 2],
    [2, 3],
  ]);
  assert.deepEqual(incoming(1), []);
});

test("no flow has more arrows than can be told apart", () => {
  const many = [event(2, { cause_row: null })];
  for (let row = 10; row < 90; row++) many.push(event(row, { name: "nc_exec_running" }));
  assert.equal(arrowsOf(many, 2).length, 24);
  assert.deepEqual(arrowsOf([], 2), []);
});

test("events that name each other as their causes end", () => {
  const ring = [event(1, { cause_row: 2 }), event(2, { cause_row: 1 })];
  assert.equal(arrowsOf(ring, 1).length, 2);
});

test("a time from another one has a sign, a true minus before it", () => {
  assert.equal(plain(signed(169_000)), "+169 µs");
  assert.equal(plain(signed(-38_000)), "−38.0 µs");
  assert.equal(plain(signed(0)), "+0 ns");
});

test("a place is a core for what runs on devices, else a source", () => {
  assert.equal(shortPlace({ ...EVENT, source: "neuron_hw", pcore_idx: 4 }), "Core 4");
  assert.equal(shortPlace(EVENT), "Runtime");
  assert.equal(shortPlace({ ...EVENT, source: "framework" }), "Framework");
});

test("who did something is said as far as it differs", () => {
  const here = { instance_id: "i", process_id: "1" };
  assert.equal(whoText(EVENT, here), "rank 3");
  assert.equal(whoText({ ...EVENT, worker_gid: null }, here), "logical core 2");
  assert.equal(whoText({ ...EVENT, pcore_idx: 5 }, here), "rank 3 · core 5");
  assert.equal(whoText({ ...EVENT, process_id: "2" }, here), "rank 3 · process 2");
  assert.equal(whoText({ ...EVENT, instance_id: "j" }, here), "rank 3 · process 1 · j");
});

test("an event is looked for where its source, process and core are", () => {
  const attrs = { instance: "i", process: 1, source: "neuron_rt", nc: 2, pcore: null };
  const track = makeTrack({ attrs });
  assert.equal(mayHold(track, EVENT), true);
  assert.equal(mayHold(track, { ...EVENT, source: undefined }), true);
  for (const other of [
    { source: "neuron_hw" },
    { nc_idx: 3 },
    { process_id: "2" },
    { instance_id: "j" },
    { start_ts: 9000 },
  ]) {
    assert.equal(mayHold(track, { ...EVENT, ...other }), false, JSON.stringify(other));
  }
});

test("an arrow leaves its bar before the other begins, and arrives at its start", () => {
  const from = { x0: 0, x1: 500, y0: 10, y1: 25 };
  const { from: begin, to, isSteep } = curveBetween(from, { x0: 300, x1: 400, y0: 90, y1: 105 });
  assert.deepEqual([begin.x, begin.y, to.x, to.y, isSteep], [260, 25, 300, 97.5, false]);
});

test("where there is no room to the left an arrow arrives from above or below", () => {
  const far = { x0: 280, x1: 500, y0: 100, y1: 115 };
  const down = curveBetween(far, { x0: 285, x1: 400, y0: 200, y1: 215 });
  assert.deepEqual([down.isSteep, down.from.y, down.to.y], [true, 115, 200]);
  const up = curveBetween(far, { x0: 285, x1: 400, y0: 20, y1: 35 });
  assert.deepEqual([up.isSteep, up.from.y, up.to.y], [true, 100, 35]);
  const back = curveBetween(far, { x0: 10, x1: 12, y0: 200, y1: 215 });
  assert.equal(back.from.x >= far.x0 && back.to.x <= 12, true);
});

const { endsOfFlow, Flows } = await import("../../static/js/viewers/system/flow.js");
const { layerOf, makeViewer, Sheet } = await import("./make-viewer.js");

test("every event that an arrow touches is an end, but for the selected one", () => {
  const ends = endsOfFlow(STEP, 2);
  assert.deepEqual(
    ends.map(({ place, isIncoming }) => [place.row, isIncoming]),
    [
      [1, true],
      [4, false],
      [5, false],
    ],
  );
  assert.deepEqual(endsOfFlow([], 2), []);
});

test("also those beyond the number of arrows that are drawn are ends", () => {
  const many = [event(2, { cause_row: null })];
  for (let row = 10; row < 90; row++) many.push(event(row, { name: "nc_exec_running" }));
  assert.equal(endsOfFlow(many, 2).length, 80);
});

/** @param {{start: number, end: number}} range */
async function followed(range) {
  const attrs = { instance: "i", process: "1" };
  const track = { attrs, start_ns: 0, end_ns: 9000, table: "SystemProfileEvents" };
  const viewer = makeViewer([
    { ...track, key: "rt", attrs: { ...attrs, source: "neuron_rt" } },
    { ...track, key: "hw", attrs: { ...attrs, source: "neuron_hw" } },
  ]);
  viewer.range = range;
  const flows = new Flows(viewer);
  const [runtime, hardware] = viewer.document.tracks;
  const hit = (/** @type {any} */ track, /** @type {number} */ row, /** @type {number} */ start) =>
    /** @type {any} */ ({ track, row, start, duration: 100 });
  const flow = [
    event(2, { cause_row: null }),
    event(4, { name: "nc_exec_running", source: "neuron_hw", start_ts: 700, end_ts: 800 }),
  ];
  viewer.store = { get: async () => null, peek: () => null };
  await flows.follow(
    hit(runtime, 2, 100),
    { flow, beside: [], beside_count: 0 },
    new AbortController().signal,
  );
  flows.hits.set(2, hit(runtime, 2, 100));
  flows.hits.set(4, hit(hardware, 4, 700));
  return { flows, viewer };
}

test("a flow in view is arrows, and where an end is out of view a chip leads there", async () => {
  const { flows, viewer } = await followed({ start: 0, end: 1000 });
  const near = new Sheet();
  flows.draw(layerOf(near, viewer));
  assert.deepEqual([near.curves.length, near.words], [2, []]);
  viewer.range = { start: 0, end: 500 };
  const far = new Sheet();
  flows.draw(layerOf(far, viewer));
  assert.deepEqual([far.curves.length, far.words], [0, ["1 later →"]]);
  const [{ box }] = flows.chips;
  assert.ok(flows.grab({ x: box.x0 + 2, y: box.y0 + 2 }));
  assert.equal(flows.grab({ x: 5, y: 5 }), null);
  flows.set(false);
  const off = new Sheet();
  flows.draw(layerOf(off, viewer));
  assert.deepEqual([off.words, flows.grab({ x: box.x0 + 2, y: box.y0 + 2 })], [[], null]);
});

test("what was selected before leaves no chip behind", async () => {
  const { flows, viewer } = await followed({ start: 0, end: 500 });
  flows.draw(layerOf(new Sheet(), viewer));
  assert.equal(flows.chips.length, 1);
  flows.clear();
  flows.draw(layerOf(new Sheet(), viewer));
  assert.deepEqual([flows.chips, flows.ends], [[], []]);
});
