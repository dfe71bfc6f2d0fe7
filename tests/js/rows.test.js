import assert from "node:assert/strict";
import { test } from "node:test";
import {
  closedAtStart,
  groupSubtitle,
  innerOf,
  layoutRows,
  rowAt,
  shownGroups,
  trackName,
} from "../../static/js/timeline/rows.js";
import { makeDocument } from "./make-tile.js";

const QUEUE = /** @type {const} */ ("queue");
const state = { dma: QUEUE, closed: new Set(), lanes: new Map() };

const FULL = [
  { name: "Vector" },
  { name: "Tensor" },
  { kind: "dma_queue", group: "p0/dma0", name: "q", capacity: 16 },
  { kind: "dma_engine", group: "p0/engines0", name: "E64" },
  { kind: "clock", group: "p0/clock", name: "Core 0" },
  { kind: "error", group: "p0/errors", name: "Errors of core 0" },
];

/** @param {import("../../static/js/timeline/rows.js").Row[]} rows */
const names = (rows) => rows.map(({ kind, track, group }) => track?.name ?? `${kind} ${group.id}`);

test("rows come group by group: errors, clock, cores, DMA, engines in the order people know", () => {
  const document = makeDocument(FULL);
  const { rows, height } = layoutRows(document, state);
  const dma = ["head p0/dma0", "q"];
  const core = ["head p0/c0", "Tensor", "Vector"];
  assert.deepEqual(names(rows), ["Errors of core 0", "Core 0", ...core, ...dma]);
  assert.equal(
    height,
    rows.reduce((sum, row) => sum + row.height, 0),
  );
  for (const row of rows) assert.equal(rowAt(rows, row.y + 1), row);
  assert.equal(rowAt(rows, height), null);
  assert.equal(rowAt(rows, -1), null);
});

test("DMA is shown by queue or by engine, never both", () => {
  const document = makeDocument(FULL);
  const kinds = (/** @type {"queue" | "engine"} */ dma) =>
    shownGroups(document, dma).map((group) => group.kind);
  assert.deepEqual(kinds("queue"), ["errors", "clock", "core", "dma"]);
  assert.deepEqual(kinds("engine"), ["errors", "clock", "core", "dma_engines"]);
});

test("a closed group keeps its head and one row", () => {
  const { rows } = layoutRows(makeDocument(FULL), { ...state, closed: new Set(["p0/c0"]) });
  const found = rows.filter(({ group }) => group.id === "p0/c0");
  assert.deepEqual(
    found.map(({ kind }) => kind),
    ["head", "closed"],
  );
});

test("a capture without clock records has a row that says so", () => {
  const { rows } = layoutRows(makeDocument([{ name: "Tensor" }]), state);
  assert.equal(rows[0].kind, "no-clock");
});

test("several traces have a head each", () => {
  const document = makeDocument([
    { name: "Tensor" },
    { name: "Tensor", group: "p1/c0", part: 1, key: "p1/c0/tensor" },
  ]);
  document.parts.push({ part: 1, name: "b.ntff", span_ns: 10, clock: "own zero" });
  document.groups[1].part = 1;
  const kinds = layoutRows(document, state).rows.map(({ kind }) => kind);
  const each = ["part", "no-clock", "head", "track"];
  assert.deepEqual(kinds, [...each, ...each]);
});

test("rows grow to share what the screen has left, each up to its own limit", () => {
  const document = makeDocument(FULL);
  const height = (/** @type {number} */ room) => {
    const { rows } = layoutRows(document, { ...state, room });
    return Object.fromEntries(rows.map((row) => [row.track?.name ?? row.kind, row.height]));
  };
  assert.equal(height(0).Tensor, 22);
  const some = height(200);
  assert.ok(some.Tensor > 22 && some.Tensor < 48 && some.Vector === some.Tensor);
  const all = height(5000);
  assert.deepEqual([all.Tensor, all.q, all["Core 0"]], [48, 38, 24]);
});

test("rows never outgrow the screen", () => {
  const document = makeDocument(FULL);
  for (let room = 160; room < 400; room += 7) {
    const { height } = layoutRows(document, { ...state, room });
    assert.ok(height <= Math.max(room, 157), `${height} of ${room}`);
  }
});

test("lanes make a row as high as they need, a queue as high as its sixteen engines", () => {
  const document = makeDocument(FULL);
  const lanes = new Map([
    [0, 3],
    [2, 16],
  ]);
  const { rows } = layoutRows(document, { ...state, lanes, room: 5000 });
  const find = (/** @type {string} */ name) => rows.find(({ track }) => track?.name === name);
  assert.equal(find("Vector")?.height, 6 + 3 * 17);
  assert.equal(find("q")?.height, 54);
  assert.deepEqual(innerOf({ height: 54 }), { top: 3, height: 48 });
});

test("a core that stops early starts closed, unless all do", () => {
  const second = { name: "Tensor", group: "p0/c1", key: "p0/c1/tensor" };
  const both = (/** @type {number} */ first, /** @type {number} */ other) =>
    closedAtStart(
      makeDocument([
        { name: "Tensor", end_ns: first },
        { ...second, end_ns: other },
      ]),
    );
  assert.deepEqual(both(8000, 80), ["p0/c1"]);
  assert.deepEqual(both(8000, 4000), []);
  assert.deepEqual(both(80, 80), []);
});

test("a clock is named by its core only where there are several", () => {
  const clock = { kind: "clock", group: "p0/clock", name: "Core 0" };
  const one = makeDocument([clock]);
  assert.equal(trackName(one, one.tracks[0]), "Clock limit");
  const two = makeDocument([clock, { ...clock, core: 1 }]);
  assert.equal(trackName(two, two.tracks[1]), "Clock limit · core 1");
});

test("engines of the DMA are named from the first to the last", () => {
  const engine = { kind: "dma_engine", group: "p0/engines0" };
  const document = makeDocument([
    { ...engine, name: "E64" },
    { ...engine, name: "E79" },
  ]);
  assert.equal(groupSubtitle(document, document.groups[0]), "E64–E79");
});

test("collectives stand between the cores and DMA, under a head that closes them", () => {
  const group = "p0/collectives";
  const document = makeDocument([
    ...FULL,
    { kind: "collective", group, name: "Stream 7 (CC 8, 9)" },
    { kind: "cc_core", group, name: "CC core 8" },
    { kind: "barrier", group, name: "Barriers, core 0" },
  ]);
  const { rows } = layoutRows(document, state);
  const found = names(rows);
  const [core, own, dma] = ["head p0/c0", `head ${group}`, "head p0/dma0"].map((name) =>
    found.indexOf(name),
  );
  assert.ok(core < own && own < dma);
  assert.deepEqual(found.slice(own + 1, dma), [
    "Stream 7 (CC 8, 9)",
    "CC core 8",
    "Barriers, core 0",
  ]);
  const closed = layoutRows(document, { ...state, closed: new Set([group]) });
  assert.ok(!names(closed.rows).includes("CC core 8"));
});
