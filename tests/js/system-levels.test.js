import assert from "node:assert/strict";
import { test } from "node:test";

import { arrangementOf, layoutSystem } from "../../static/js/timeline/system-rows.js";
import { makeDocument } from "./make-tile.js";

Object.assign(globalThis, {
  window: { location: { origin: "http://here", pathname: "/p/", search: "" }, fetch: () => {} },
});
const { anchored, levelsInView } = await import("../../static/js/viewers/system/levels.js");

const OF = { instance: "i", process: 1, source: "neuron_rt" };
const DEEP = { kind: "span", deepest: 4, lanes: 4 };
const document_ = /** @type {any} */ ({
  ...makeDocument([
    { ...DEEP, key: "a", group: "g/a", attrs: { ...OF, thread: 1 } },
    { ...DEEP, key: "b", group: "g/b", attrs: { ...OF, thread: 2 } },
    { ...DEEP, key: "c", group: "g/c", attrs: { ...OF, thread: 3 } },
  ]),
  kind: "system",
  series: [],
});
const laid = (/** @type {Map<string, number>} */ levels) =>
  layoutSystem(document_, arrangementOf({ levels }));
const heights = (/** @type {Map<string, number>} */ levels) =>
  laid(levels).rows.flatMap(({ kind, height }) => (kind === "track" ? [height] : []));

test("a row is as high as its levels in view, and as all of them where that is not known", () => {
  assert.deepEqual(heights(new Map([["b", 1]])), [6 + 4 * 19, 6 + 19, 6 + 4 * 19]);
  assert.deepEqual(heights(new Map([["b", 99]])), [82, 82, 82]);
});

test("at rest a row loses the levels that nothing is in, down to one", () => {
  const { rows } = laid(new Map());
  const seen = new Map([
    ["a", 2],
    ["b", 0],
  ]);
  const found = levelsInView(rows, seen, new Map(), true);
  assert.deepEqual(found, new Map(Object.entries({ a: 2, b: 1 })));
  assert.equal(levelsInView(laid(found ?? new Map()).rows, seen, found ?? new Map(), true), null);
});

test("while the view moves a row only becomes deeper", () => {
  const before = new Map([["a", 2]]);
  const { rows } = laid(before);
  const less = new Map([
    ["a", 1],
    ["b", 1],
  ]);
  assert.equal(levelsInView(rows, less, before, false), null);
  const more = new Map([["a", 3]]);
  assert.deepEqual(levelsInView(rows, more, before, false), more);
});

test("a row never has more levels than its track", () => {
  const { rows } = laid(new Map([["a", 1]]));
  assert.deepEqual(levelsInView(rows, new Map([["a", 200]]), new Map(), true)?.get("a"), 4);
});

test("what one looks at stays where it is when rows above it change", () => {
  const before = laid(new Map()).rows;
  const after = laid(new Map([["a", 1]])).rows;
  const lost = 3 * 19;
  const screen = { scrollY: 21 + 82 + 10, height: 400 };
  assert.equal(anchored(before, after, { ...screen, selected: null }), screen.scrollY - lost);
  assert.equal(anchored(before, after, { ...screen, selected: "c" }), screen.scrollY - lost);
  assert.equal(anchored(before, after, { scrollY: 0, height: 400, selected: null }), 0);
  assert.equal(anchored(before, [], { ...screen, selected: null }), screen.scrollY);
});
