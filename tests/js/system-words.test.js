import assert from "node:assert/strict";
import { test } from "node:test";

Object.assign(globalThis, {
  window: { location: { origin: "http://here", pathname: "/p/", search: "" }, fetch: () => {} },
});
const { className, placeName } = await import("../../static/js/viewers/details.js");
const { closedNote, headNote } = await import("../../static/js/viewers/timeline-words.js");
const { visiblePart } = await import("../../static/js/viewers/trace-menu.js");
const { closedHeads } = await import("../../static/js/viewers/system/timeline.js");
const { overviewLanes } = await import("../../static/js/viewers/overview.js");
const { hitTest } = await import("../../static/js/timeline/hit-test.js");
const { arrangementOf, layoutSystem } = await import("../../static/js/timeline/system-rows.js");
const { SYSTEM_CLASSES } = await import("../../static/js/render/palette.js");
const { Scale } = await import("../../static/js/kit/scale.js");
const { makeDocument, makeTile, makeTrack } = await import("./make-tile.js");

const HARDWARE = { source: "neuron_hw", nc: 0, pcore: 4 };

/** @param {Record<string, unknown>[]} tracks @param {Record<string, unknown>[]} [series] */
function system(tracks, series = []) {
  const made = makeDocument(tracks.map((track) => ({ kind: "span", ...track })));
  return /** @type {any} */ ({ ...made, kind: "system", series });
}

/** Runtime and hardware of some cores of some processes. */
function cores(/** @type {number[]} */ processes, /** @type {[number, boolean][]} */ ran) {
  return processes.flatMap((process) =>
    ran.flatMap(([nc, isRun]) => {
      const attrs = { instance: "i", process, nc };
      const runtime = { key: `${process}/rt${nc}`, group: `${process}/rt` };
      const hardware = { key: `${process}/hw${nc}`, group: `${process}/hw${nc}` };
      return [
        { ...runtime, attrs: { ...attrs, source: "neuron_rt", thread: 1 } },
        ...(isRun
          ? [{ ...hardware, attrs: { ...attrs, source: "neuron_hw", pcore: 2 * nc } }]
          : []),
      ];
    }),
  );
}

test("the nine hues of a system run have names of their own", () => {
  assert.equal(className(4, "span"), "Device running");
  assert.equal(className(8, "span"), "Waiting");
  assert.equal(className(255, "span"), "Unknown event");
  assert.equal(className(4, "engine"), "Activation");
  assert.equal(new Set(SYSTEM_CLASSES).size, 9);
});

test("a span's place is its source, thread and core, each said once", () => {
  const place = (/** @type {Record<string, unknown>} */ attrs) =>
    placeName(makeTrack({ kind: "span", name: "x", attrs }));
  assert.equal(
    place({ source: "neuron_rt", thread: 7, nc: 0 }),
    "Runtime · thread 7 · logical core 0",
  );
  assert.equal(place(HARDWARE), "Hardware · logical core 0");
  assert.equal(place({ source: "framework", thread: 1 }), "Framework · thread 1");
  assert.equal(place({}), "x");
});

test("a head of a system run says its events, inside it its cores", () => {
  const group = (/** @type {Record<string, unknown>} */ more) =>
    /** @type {any} */ ({ kind: "head", group: { kind: "head", rows: 839, ...more } });
  const document = makeDocument();
  assert.equal(headNote(document, group({})), "839 events");
  assert.equal(headNote(document, group({ depth: 1, cores: [4, 5] })), "cores 4 and 5");
  assert.equal(headNote(document, group({ depth: 1, cores: [4, 5, 6] })), "cores 4, 5 and 6");
  assert.equal(headNote(document, group({ depth: 1, cores: [4] })), "core 4");
  assert.equal(headNote(document, group({ depth: 1, cores: [] })), "839 events");
  assert.equal(headNote(document, group({ rows: 0 })), "");
  assert.equal(closedNote(group({}).group), "No events in this range");
});

test("at first the runtime of the first core that ran is open, of the others closed", () => {
  const document = system(
    cores(
      [7],
      [
        [0, false],
        [1, true],
        [2, true],
      ],
    ),
  );
  assert.deepEqual(closedHeads(document, arrangementOf()), ["p/i/7/rt0", "p/i/7/rt2"]);
  const idle = system(
    cores(
      [7],
      [
        [0, false],
        [1, false],
      ],
    ),
  );
  assert.deepEqual(closedHeads(idle, arrangementOf()), ["p/i/7/rt1"]);
});

test("of many processes the first four are open", () => {
  const document = system(cores([1, 2, 3, 4, 5, 6], [[0, true]]));
  assert.deepEqual(closedHeads(document, arrangementOf()), ["p/i/5", "p/i/6"]);
  assert.deepEqual(closedHeads(document, arrangementOf({ grouping: "instance" })), []);
});

test("single CPUs are open where they are few and closed where they are many", () => {
  const cpus = (/** @type {number} */ count) =>
    Array.from({ length: count }, (_, cpu) => ({
      ...{
        id: `cpu-${cpu}`,
        group: "host",
        title: `Host CPU ${cpu}`,
        subtitle: "",
        unit: "percent",
      },
      ...{ attrs: { instance: "i", cpu }, count: 1, interval_ns: 1e9, max: 1, capacity: 100 },
      shape: "sampled",
    }));
  assert.deepEqual(closedHeads(system([], cpus(12)), arrangementOf()), []);
  assert.deepEqual(closedHeads(system([], cpus(192)), arrangementOf()), ["p/i//cpus"]);
});

test("CPU rows are low, and say how often they are sampled", () => {
  const cpu = {
    ...{ id: "cpu-3", group: "host", title: "Host CPU 3", subtitle: "1.00019 s samples" },
    ...{
      unit: "percent",
      attrs: { instance: "i", cpu: 3 },
      count: 600,
      interval_ns: 1_000_186_219,
    },
    ...{ max: 68, capacity: 100, shape: "sampled" },
  };
  const { rows } = layoutSystem(system([], [cpu]), arrangementOf({ isCpuShown: true }));
  const row = rows.find(({ kind }) => kind === "series");
  assert.equal(row?.height, 22);
  assert.equal(row?.detail, "1 s samples");
});

test("transfers of a core say whose they are, and are not counted twice", () => {
  const attrs = { instance: "i", process: 7, source: "neuron_rt", nc: 2 };
  const document = system([
    { key: "rt", attrs: { ...attrs, thread: 1 } },
    { key: "io", name: "Host to device", attrs: { ...attrs, direction: "host_to_device" } },
  ]);
  const { rows } = layoutSystem(document, arrangementOf());
  const transfer = rows.find(({ name }) => name === "Host to device");
  assert.equal(transfer?.detail, "logical core 2");
  assert.equal(rows[0].group.rows, 10);
});

test("the overview of a system run has a lane a source", () => {
  const document = system([
    { key: "fw", attrs: { source: "framework" } },
    { key: "rt", attrs: { source: "neuron_rt" } },
    { key: "io", attrs: { source: "neuron_rt", direction: "device_to_host" } },
    { key: "hw", attrs: HARDWARE },
  ]);
  const items = [0, 1, 2, 3].map((track) => ({ track, start: 0, duration: 8192, colour: track }));
  const placed = [{ tile: makeTile(items), start: 0, from: 0, to: 8192, level: 1, isStale: false }];
  const lanes = overviewLanes(document, [{ tracks: [0, 1, 2, 3], tiles: placed }], 8);
  assert.deepEqual(
    lanes.slice(0, 4).map(({ colour }) => colour[0]),
    [0, 1, 2, 3],
  );
  assert.equal(lanes[4].colour[0], 255);
});

test("a span is hit in its own level of nesting, a device row not at all", () => {
  const document = system([{ key: "rt", lanes: 2, deepest: 2, attrs: { source: "neuron_rt" } }]);
  const tile = makeTile([
    { start: 0, duration: 4000, lane: 0, row: 1, label: 0 },
    { start: 100, duration: 2000, lane: 1, row: 2, label: 0 },
  ]);
  const { rows } = layoutSystem(document, arrangementOf());
  const row = rows.find(({ kind }) => kind === "track");
  assert.ok(row);
  const scale = new Scale({ start: 0, end: 8192 }, 800);
  const query = { document, store: { peek: () => tile }, level: 0, scale, x: 100 };
  const hit = (/** @type {number} */ y) => hitTest({ ...query, row, y })?.row;
  assert.equal(hit(8), 1);
  assert.equal(hit(30), 2);
  assert.equal(hitTest({ ...query, row: { ...row, kind: "device" }, y: 8 }), null);
});

test("the visible range is what of the view lies within the profile; all of it is no range", () => {
  assert.deepEqual(visiblePart({ start: -5, end: 40 }, 100), { start: 0, end: 40 });
  assert.deepEqual(visiblePart({ start: 10, end: 140 }, 100), { start: 10, end: 100 });
  assert.equal(visiblePart({ start: -1, end: 101 }, 100), null);
  assert.equal(visiblePart({ start: 0, end: 100 }, 100), null);
});
