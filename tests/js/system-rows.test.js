import assert from "node:assert/strict";
import { test } from "node:test";

import { rowAt } from "../../static/js/timeline/rows.js";
import {
  entriesOf,
  GROUPINGS,
  groupingOf,
  headsOf,
  orderOf,
  placesOf,
} from "../../static/js/timeline/system-heads.js";
import {
  arranged,
  arrangementOf,
  groupsOf,
  layoutSystem,
  levelsOf,
} from "../../static/js/timeline/system-rows.js";
import { makeDocument, makeTrack } from "./make-tile.js";

/** @typedef {import("../../static/js/timeline/rows.js").TimelineDocument} TimelineDocument */

const HOST = { instance: "i-a", process: 7 };
const OTHER = { instance: "i-b", process: 7 };

const span = (
  /** @type {string} */ key,
  /** @type {Record<string, unknown>} */ attrs,
  more = {},
) => ({
  ...{ key, group: `g/${key}`, kind: "span", attrs, deepest: 1, lanes: 1 },
  ...more,
});

const TRACKS = [
  span("a/hw5", { ...HOST, source: "neuron_hw", nc: 0, pcore: 5 }),
  span("a/hw4", { ...HOST, source: "neuron_hw", nc: 0, pcore: 4 }),
  span("a/rt", { ...HOST, source: "neuron_rt", thread: 11, nc: 0 }, { deepest: 4, lanes: 4 }),
  span("a/fw", { ...HOST, source: "framework", thread: 1, stream: "s1" }, { deepest: 15 }),
  span("b/rt", { ...OTHER, source: "neuron_rt", thread: 11, nc: 1 }),
  span("a/empty", { ...HOST, source: "neuron_rt" }, { rows: 0 }),
];

const SERIES = [
  {
    ...{ id: "hbm", group: "memory", title: "HBM 2", subtitle: "", unit: "bytes", attrs: HOST },
    ...{ count: 3, interval_ns: null, max: 9, capacity: null, shape: "step" },
  },
  {
    ...{ id: "cpu", group: "host", title: "Host CPU", subtitle: "", unit: "percent" },
    ...{ attrs: { instance: "i-a" }, count: 3, interval_ns: 1e9, max: 100, capacity: null },
    shape: "sampled",
  },
];

/** @returns {TimelineDocument} */
function system(tracks = TRACKS) {
  const made = makeDocument(tracks);
  return /** @type {any} */ ({ ...made, kind: "system", series: SERIES, origin_unix_ns: "0" });
}

const words = (/** @type {import("../../static/js/timeline/rows.js").Row[]} */ rows) =>
  rows.map(({ kind, group, name }) => (name === undefined ? `${kind} ${group.title}` : name));

test("rows stand under host and process, hardware and memory under heads of their own", () => {
  const { rows } = layoutSystem(system(), arrangementOf());
  assert.deepEqual(words(rows), [
    ...["head i-a", "Framework", "head Runtime", "Runtime", "head Hardware", "Core 4", "Core 5"],
    ...["head Memory and transfers", "HBM 2", "head i-b", "head Runtime", "Runtime"],
  ]);
});

test("the same process number on two hosts is two heads", () => {
  const { rows } = layoutSystem(system(), arrangementOf({ grouping: "process" }));
  const heads = rows.filter(({ kind }) => kind === "head").map(({ group }) => group.id);
  assert.deepEqual(heads, ["p/i-a/7", "p/i-b/7"]);
});

test("rows lie under each other without gaps, at any grouping", () => {
  for (const [grouping] of GROUPINGS) {
    const { rows, height } = layoutSystem(system(), arrangementOf({ grouping, isCpuShown: true }));
    for (const row of rows) assert.equal(rowAt(rows, row.y), row, grouping);
    assert.equal(height, rows.at(-1).y + rows.at(-1).height);
  }
});

test("every grouping shows every row once", () => {
  for (const [grouping] of GROUPINGS) {
    const { rows } = layoutSystem(system(), arrangementOf({ grouping }));
    const keys = rows.flatMap(({ kind, track }) => (kind === "track" && track ? [track.key] : []));
    assert.deepEqual(keys.sort(), ["a/fw", "a/hw4", "a/hw5", "a/rt", "b/rt"], grouping);
  }
});

test("a level of nesting takes nineteen pixels, at most twelve levels", () => {
  const { rows } = layoutSystem(system(), arrangementOf());
  const height = (/** @type {string} */ name) => rows.find((row) => row.name === name)?.height;
  assert.equal(height("Framework"), 6 + 12 * 19);
  assert.equal(height("Core 4"), 6 + 19);
  assert.equal(levelsOf(makeTrack({ lanes: 4, deepest: 9 })), 9);
  assert.equal(levelsOf(makeTrack({ lanes: 0, deepest: 0 })), 1);
});

test("a closed head keeps one row for what is under it", () => {
  const { rows } = layoutSystem(system(), arrangementOf({ closed: new Set(["p/i-a/7"]) }));
  assert.deepEqual(words(rows), [
    ...["head i-a", "closed i-a", "head i-b", "head Runtime", "Runtime"],
  ]);
  assert.deepEqual(rows[1].group.tracks.length, 4);
  const inner = layoutSystem(system(), arrangementOf({ closed: new Set(["p/i-a/7/hw0"]) }));
  assert.deepEqual(words(inner.rows).slice(4, 7), [
    ...["head Hardware", "closed Hardware", "head Memory and transfers"],
  ]);
});

test("a head knows the cores under it", () => {
  const { rows } = layoutSystem(system(), arrangementOf());
  const hardware = rows.find(({ group }) => group.title === "Hardware");
  assert.deepEqual(hardware?.group.cores, [4, 5]);
});

test("host CPU is shown only when asked for, hidden rows not at all", () => {
  const shown = (/** @type {any} */ changes) =>
    arranged(system(), arrangementOf(changes)).map(({ entry }) => entry.key);
  assert.ok(!shown({}).includes("series/cpu"));
  assert.ok(shown({ isCpuShown: true }).includes("series/cpu"));
  assert.ok(!shown({ hidden: new Set(["a/hw4"]) }).includes("a/hw4"));
});

test("pinned rows stand first, in the order in which they were pinned", () => {
  const { rows } = layoutSystem(system(), arrangementOf({ pinned: ["a/hw5", "gone", "a/fw"] }));
  assert.deepEqual(words(rows).slice(0, 4), ["head Pinned", "Core 5", "Framework", "head i-a"]);
  assert.equal(rows.filter(({ track }) => track?.key === "a/hw5").length, 1);
});

test("a given order counts among the rows of one head", () => {
  const { rows } = layoutSystem(system(), arrangementOf({ order: ["a/hw5", "a/hw4", "a/rt"] }));
  assert.deepEqual(words(rows).slice(1, 7), [
    ...["Framework", "head Runtime", "Runtime", "head Hardware", "Core 5", "Core 4"],
  ]);
  const flat = arrangementOf({ grouping: "process", order: ["a/hw5", "a/rt"] });
  assert.deepEqual(words(layoutSystem(system(), flat).rows).slice(1, 3), ["Core 5", "Runtime"]);
});

test("the engines of a device profile stand under its core", () => {
  const devices = new Map([["a/hw4", { id: "d", lanes: 7 }]]);
  const { rows } = layoutSystem(system(), arrangementOf({ devices }));
  const at = rows.findIndex(({ kind }) => kind === "device");
  assert.equal(rows[at - 1].track?.key, "a/hw4");
  assert.equal(rows[at].device, "a/hw4");
  assert.equal(rows[at].height, 6 + 7 * 20);
});

test("only groups of tracks in the rows are asked for, those of closed heads too", () => {
  const document = system();
  const { rows } = layoutSystem(document, arrangementOf({ closed: new Set(["p/i-a/7/hw0"]) }));
  const of = (/** @type {number} */ from, /** @type {number} */ to) =>
    groupsOf(document, rows.slice(from, to)).map(({ id }) => id);
  assert.deepEqual(of(1, 4).sort(), ["g/a/fw", "g/a/rt"]);
  assert.deepEqual(of(5, 6).sort(), ["g/a/hw4", "g/a/hw5"]);
  assert.deepEqual(of(0, 1), []);
});

test("rows come in the order framework, core by core runtime and hardware, memory, host", () => {
  const keys = entriesOf(system()).map(({ key }) => key);
  assert.deepEqual(keys, ["a/fw", "a/rt", "a/hw4", "a/hw5", "b/rt", "series/hbm", "series/cpu"]);
});

test("threads, streams and cores become heads where they are asked for", () => {
  const entries = new Map(entriesOf(system()).map((entry) => [entry.key, entry]));
  const heads = (/** @type {string} */ key, /** @type {any} */ grouping) => {
    const entry = entries.get(key);
    return entry ? headsOf(entry, grouping).map(({ title }) => title) : [];
  };
  assert.deepEqual(heads("a/rt", "thread"), ["Thread 11"]);
  assert.deepEqual(heads("a/fw", "thread"), ["s1"]);
  assert.deepEqual(heads("a/fw", "core"), ["No core"]);
  assert.deepEqual(heads("b/rt", "core"), ["Logical core 1"]);
  assert.deepEqual(heads("a/hw4", "device"), ["Device", "i-a"]);
  assert.deepEqual(heads("a/rt", "device"), ["CPU", "i-a"]);
  assert.deepEqual(heads("b/rt", "instance"), ["i-b", "i-b"]);
});

test("a grouping nobody knows is the first one", () => {
  assert.equal(groupingOf("<b>"), "source");
  assert.equal(groupingOf(null), "source");
  assert.equal(groupingOf("core"), "core");
});

test("an order of rows goes through an address as places, and what is not there is left out", () => {
  const order = ["b/rt", "series/hbm", "a/fw"];
  const places = placesOf(system(), [...order, "gone"]);
  assert.equal(places.length, 3);
  assert.deepEqual(orderOf(system(), [...places, 999]), order);
});
