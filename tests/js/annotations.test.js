import assert from "node:assert/strict";
import { test } from "node:test";
import { Scale } from "../../static/js/kit/scale.js";
import {
  byTime,
  clashesOf,
  difference,
  dragged,
  edgesOf,
  flagAt,
  flagsOf,
  freshName,
  hueOf,
  keptTime,
  lineAt,
  measuredRange,
  nearestEdge,
  regionBetween,
} from "../../static/js/timeline/annotations.js";
import { seeded } from "./seeded.js";

const END = 100_000;
const scale = new Scale({ start: 0, end: END }, 1000); // 100 ns a pixel
const measure = (/** @type {string} */ text) => [...text].length * 6;

/** @param {Record<string, unknown>} facts */
const made = (facts) =>
  /** @type {import("../../static/js/data/annotation-board.js").Annotation} */ ({
    ...{ id: "a", kind: "marker", name: "Marker 1", start_ns: 0, end_ns: null, colour: "blue" },
    ...{ note: "", part: null, row: "", version: 1, created_at: "", updated_at: "" },
    ...facts,
  });
const hit = (/** @type {number} */ start, /** @type {number} */ duration, count = 0) => ({
  ...{ start, duration, count, label: `e${start}` },
});

test("an edge is one of an event that is known by itself, never of a cell of many", () => {
  const edges = edgesOf([hit(100, 50), hit(300, 20, 1), hit(500, 90, 7)]);
  assert.deepEqual(
    edges.map(({ ns, edge, label }) => [ns, edge, label]),
    [
      [100, "start", "e100"],
      [150, "end", "e100"],
      [300, "start", "e300"],
      [320, "end", "e300"],
    ],
  );
});

test("the nearest edge within reach is taken, a start before an end at the same instant", () => {
  const edges = edgesOf([hit(100, 50), hit(150, 40)]);
  assert.deepEqual(nearestEdge(edges, 148, 20), { ns: 150, label: "e150", edge: "start" });
  assert.equal(nearestEdge(edges, 128, 20), null);
  assert.equal(nearestEdge(edges, 120, 20)?.ns, 100);
  assert.equal(nearestEdge([], 0, 1e9), null);
});

test("of random edges none is nearer than the one that is taken", () => {
  const chance = seeded(11);
  for (let round = 0; round < 500; round++) {
    const hits = Array.from({ length: 1 + Math.floor(chance() * 20) }, () =>
      hit(Math.floor(chance() * END), Math.floor(chance() * 900), Math.floor(chance() * 3)),
    );
    const [ns, within] = [chance() * END, chance() * 3000];
    const edges = edgesOf(hits);
    const found = nearestEdge(edges, ns, within);
    const least = Math.min(...edges.map((edge) => Math.abs(edge.ns - ns)));
    if (found) assert.equal(Math.abs(found.ns - ns), least);
    else assert.ok(least > within);
  }
});

test("a time is kept whole and within the profile", () => {
  assert.deepEqual(
    [-5, 10.4, 10.6, 5e9].map((ns) => keptTime(ns, END)),
    [0, 10, 11, END],
  );
});

test("flags stand at their lines and give way to the next one, down to a tab", () => {
  const flags = flagsOf(
    [
      made({ id: "a", name: "softmax", start_ns: 10_000 }),
      made({ id: "b", name: "half clock", start_ns: 12_000, end_ns: 50_000 }),
      made({ id: "c", name: "c", start_ns: 50_500 }),
    ],
    scale,
    measure,
  );
  assert.deepEqual(
    flags.map(({ annotation, edge, x0, x1, text }) => [annotation.id, edge, x0, x1, text]),
    [
      ["a", "start", 100, 119, ""],
      ["b", "start", 120, 190, "half clock"],
      ["b", "end", 493, 500, ""],
      ["c", "start", 505, 521, "c"],
    ],
  );
});

test("a long name is cut with an ellipsis, by whole letters", () => {
  const name = "🔥".repeat(60);
  const [flag] = flagsOf([made({ name, start_ns: 10_000 })], scale, measure);
  assert.ok(measure(flag.text) <= flag.x1 - flag.x0 - 10);
  assert.match(flag.text, /^(🔥)+…$/u);
});

test("random flags lie from left to right, are never lost in view and never wider than told", () => {
  const chance = seeded(12);
  for (let round = 0; round < 300; round++) {
    const annotations = Array.from({ length: 30 }, (_, at) => {
      const start = Math.floor(chance() * 1.4 * END);
      const end = chance() < 0.5 ? null : start + 1 + Math.floor(chance() * END);
      return made({
        id: String(at),
        name: "n".repeat(1 + chance() * 60),
        start_ns: start,
        end_ns: end,
      });
    });
    const flags = flagsOf(annotations, scale, measure);
    for (let place = 1; place < flags.length; place++)
      assert.ok(flags[place].x0 >= flags[place - 1].x0);
    for (const { x0, x1, text } of flags) {
      assert.ok(x1 > x0 && x1 - x0 < 160.001);
      assert.ok(!text || measure(text) < x1 - x0 - 9.999);
    }
    const starts = annotations.filter(({ start_ns }) => start_ns <= END).length;
    assert.equal(flags.filter(({ edge }) => edge === "start").length, starts);
  }
});

test("a pointer is on the flag drawn last, on a line within three pixels", () => {
  const annotations = [
    made({ id: "a", name: "long name", start_ns: 10_000 }),
    made({ id: "b", name: "b", start_ns: 10_300, end_ns: 20_000 }),
  ];
  const flags = flagsOf(annotations, scale, measure);
  assert.equal(flagAt(flags, 104)?.annotation.id, "b");
  assert.equal(flagAt(flags, 99.5)?.annotation.id, "a");
  assert.equal(flagAt(flags, 150), null);
  assert.deepEqual(lineAt(annotations, scale, 198), { annotation: annotations[1], edge: "end" });
  assert.equal(lineAt(annotations, scale, 101)?.annotation.id, "a");
  assert.equal(lineAt(annotations, scale, 102)?.annotation.id, "b");
  assert.equal(lineAt(annotations, scale, 150), null);
});

test("a dragged end may pass the other one; with Shift the whole region moves", () => {
  const region = made({ start_ns: 1000, end_ns: 3000 });
  const free = { duration: END };
  assert.deepEqual(dragged(region, "start", 1500.4, free), { start_ns: 1500, end_ns: 3000 });
  assert.deepEqual(dragged(region, "start", 5000, free), { start_ns: 3000, end_ns: 5000 });
  assert.deepEqual(dragged(region, "end", 500, free), { start_ns: 500, end_ns: 1000 });
  const whole = { duration: END, isWhole: true };
  assert.deepEqual(dragged(region, "end", 2000, whole), { start_ns: 0, end_ns: 2000 });
  assert.deepEqual(dragged(region, "start", 99_500, whole), { start_ns: 98_000, end_ns: END });
  assert.deepEqual(dragged(made({}), "start", 2e9, free), { start_ns: END, end_ns: null });
});

test("whatever is dragged where, a region has a length and lies within the profile", () => {
  const chance = seeded(13);
  for (let round = 0; round < 2000; round++) {
    const duration = 1 + Math.floor(chance() * END);
    const times = regionBetween((chance() - 0.5) * 3 * END, (chance() - 0.5) * 3 * END, duration);
    const region = made(times);
    const edge = chance() < 0.5 ? /** @type {const} */ ("start") : "end";
    const isWhole = chance() < 0.5;
    const after = dragged(region, edge, (chance() - 0.5) * 3 * END, { isWhole, duration });
    for (const { start_ns: start, end_ns: end } of [times, after]) {
      assert.ok(Number.isInteger(start) && Number.isInteger(end));
      assert.ok(end !== null && 0 <= start && start < end && end <= duration);
    }
    if (isWhole) assert.equal(Number(after.end_ns) - after.start_ns, times.end_ns - times.start_ns);
  }
});

test("a fresh name is the first number that nothing has", () => {
  const names = ["Marker 1", "Marker 3", "Region 1"].map((name) => made({ name }));
  assert.equal(freshName(names, "marker"), "Marker 2");
  assert.equal(freshName(names, "region"), "Region 2");
  assert.equal(freshName([], "marker"), "Marker 1");
});

test("the list is by time, a region before what begins with it", () => {
  const list = [
    made({ name: "c", start_ns: 10 }),
    made({ name: "b", start_ns: 10, end_ns: 20 }),
    made({ name: "a", start_ns: 10, end_ns: 90 }),
    made({ name: "z", start_ns: 5 }),
  ];
  assert.deepEqual(
    byTime(list).map(({ name }) => name),
    ["z", "a", "b", "c"],
  );
});

test("two edits clash only where both made something different of the same field", () => {
  const base = { name: "a", note: "", colour: "blue" };
  const theirs = { name: "b", note: "", colour: "red" };
  assert.deepEqual(clashesOf(base, theirs, { name: "c" }), ["name"]);
  assert.deepEqual(clashesOf(base, theirs, { name: "b", note: "mine" }), []);
  assert.deepEqual(clashesOf(base, base, { name: "c", note: "mine" }), []);
});

test("differences are from start to start, with their sign; a marker alone has no range", () => {
  const [one, other] = [made({ start_ns: 25_130 }), made({ start_ns: 70_000, end_ns: 80_000 })];
  assert.equal(difference(one, other), 44_870);
  assert.equal(difference(other, one), -44_870);
  assert.deepEqual(measuredRange(one, other), { start: 25_130, end: 70_000 });
  assert.deepEqual(measuredRange(other, one), { start: 25_130, end: 70_000 });
  assert.deepEqual(measuredRange(other, null), { start: 70_000, end: 80_000 });
  assert.equal(measuredRange(one, null), null);
  assert.equal(measuredRange(one, made({ start_ns: 25_130 })), null);
});

test("a hue that is not known is the first one's", () => {
  assert.deepEqual(["blue", "grey", "teal"].map(hueOf), [0, 8, 0]);
});
