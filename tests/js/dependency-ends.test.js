import assert from "node:assert/strict";
import { test } from "node:test";
import {
  chosen,
  edgewards,
  endsOf,
  kindOf,
  nearest,
  nextAim,
} from "../../static/js/timeline/dependency-ends.js";

/** @typedef {import("../../static/js/timeline/dependency-ends.js").Dependencies} Dependencies */
/** @typedef {import("../../static/js/timeline/dependency-ends.js").End} End */

const EVENT = { start: 1000, duration: 100 };
const place = (/** @type {number} */ row, start = row * 10) => ({
  ...{ row, opcode: "COPY", track: "Vector", core: 0, start_ns: start, end_ns: start + 50 },
});
const edge = (/** @type {number} */ row, kind = "FLOW_DEPENDENCE", gap = row) => ({
  ...place(row),
  ...{ kind, gap_ns: gap },
});
/** @returns {Dependencies} */
const found = (/** @type {Partial<Dependencies>} */ more = {}) => ({
  ...{ row: 1, has_edges: true, waits_for: [], waits_for_total: 0 },
  ...{ waited_for_by: [], waited_for_by_total: 0, released: [], released_total: 0 },
  start: {
    ...{ reason: "first", by: null, queue: null, released_ns: null },
    ...{ ready_ns: 1000, engine_free_ns: null, waited_ns: null },
  },
  ...more,
});
const start = (
  /** @type {"semaphore" | "transfer" | "engine order"} */ reason,
  /** @type {number} */ row,
) => ({ ...found().start, reason, by: place(row) });
const end = (/** @type {number} */ row, isIncoming = true, gap = row) =>
  /** @type {End} */ ({ place: place(row), isIncoming, kind: "flow", gap, isHandOver: false });

test("the compiler's kinds have short names, any other is unknown", () => {
  assert.equal(kindOf("FLOW_DEPENDENCE"), "flow");
  assert.equal(kindOf("ANTI_DEPENDENCE"), "anti");
  assert.equal(kindOf("OUTPUT_DEPENDENCE"), "output");
  assert.equal(kindOf("ORDERED"), "order");
  assert.equal(kindOf(""), "unknown");
});

test("edges lead in and out with their kind and gap", () => {
  const ends = endsOf(
    found({ waits_for: [edge(3, "ANTI_DEPENDENCE", -7)], waited_for_by: [edge(5)] }),
    EVENT,
  );
  assert.deepEqual(
    ends.map(({ place: { row }, isIncoming, kind, gap }) => [row, isIncoming, kind, gap]),
    [
      [3, true, "anti", -7],
      [5, false, "flow", 5],
    ],
  );
});

test("a hand-over is an edge of its own only where the compiler names none between the two", () => {
  const alone = endsOf(found({ start: start("transfer", 4) }), EVENT);
  assert.deepEqual(
    alone.map(({ kind, gap, isHandOver }) => [kind, gap, isHandOver]),
    [["transfer", 1000 - 90, true]],
  );
  const known = endsOf(found({ start: start("semaphore", 3), waits_for: [edge(3)] }), EVENT);
  assert.deepEqual(
    known.map(({ kind, isHandOver }) => [kind, isHandOver]),
    [["flow", true]],
  );
});

test("who was let go on is outgoing, its gap counted from the end of the event", () => {
  const ends = endsOf(found({ released: [place(9, 1150)] }), EVENT);
  assert.deepEqual([ends[0].isIncoming, ends[0].kind, ends[0].gap], [false, "semaphore", 50]);
});

test("the order of an engine's own instructions is no dependency", () => {
  assert.deepEqual(endsOf(found({ start: start("engine order", 3) }), EVENT), []);
});

test("at most so many are drawn, the nearest first, each event once a way", () => {
  const many = Array.from({ length: 40 }, (_, row) => end(row, true, 400 - row * 10));
  const { near, rest } = nearest([...many, { ...many[0], kind: "anti" }, end(2, false, 5)]);
  assert.equal(near.length, 24);
  assert.equal(rest.length, 17);
  assert.equal(near[0].isIncoming, false);
  const gaps = near.map(({ gap }) => Math.abs(gap));
  assert.deepEqual(
    gaps,
    [...gaps].sort((a, b) => a - b),
  );
});

test("what is not drawn is counted by the edge beyond which it lies", () => {
  const chips = edgewards([end(1, true, 50), end(2, true, 20), end(3, false)], ({ isIncoming }) =>
    isIncoming ? "left" : "right",
  );
  assert.deepEqual(
    chips.map(({ text, ends }) => [text, ends[0].place.row]),
    [
      ["← 2 earlier", 2],
      ["1 later →", 3],
    ],
  );
});

test("a walk goes to who let the event go on, else to the nearest", () => {
  const ends = [end(1, true, 5), { ...end(2, true, 90), isHandOver: true }, end(3, false)];
  assert.equal(chosen(ends, true, null)?.place.row, 2);
  assert.equal(chosen(ends, false, null)?.place.row, 3);
  assert.equal(chosen([], true, null), null);
});

test("aiming goes around among several, and the walk follows the aim", () => {
  const ends = [end(1, true, 5), end(2, true, 7), end(3, true, 9)];
  const first = nextAim(ends, true, null);
  assert.equal(first?.place.row, 2);
  const second = nextAim(ends, true, first);
  assert.equal(second?.place.row, 3);
  assert.equal(nextAim(ends, true, second)?.place.row, 1);
  assert.equal(chosen(ends, true, second)?.place.row, 3);
  assert.equal(nextAim(ends, false, second), null);
});
