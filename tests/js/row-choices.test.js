import assert from "node:assert/strict";
import { test } from "node:test";
import { deviceEntries, standing } from "../../static/js/timeline/device-entries.js";
import {
  choicesOf,
  flipped,
  heightsText,
  inOrder,
  isStart,
  keyOfRow,
  LEAST_HEIGHT,
  MOST_HEIGHT,
  placedBefore,
  readHeights,
  resized,
  stepped,
  toggled,
} from "../../static/js/timeline/row-choices.js";
import { layoutRows } from "../../static/js/timeline/rows.js";
import { keepRows, readKeptRows } from "../../static/js/viewers/kept-rows.js";
import { matchingRows } from "../../static/js/viewers/row-dialog.js";
import { makeDocument } from "./make-tile.js";

/** @typedef {import("../../static/js/timeline/row-choices.js").RowChoices} RowChoices */

const TENSOR = "p0/c0/tensor";
const VECTOR = "p0/c0/vector";
const SCALAR = "p0/c0/scalar";
const QUEUE = "p0/dma0/q";
const SBUF = "series/sbuf";

function document() {
  const made = makeDocument([
    { key: TENSOR, name: "Tensor" },
    { key: VECTOR, name: "Vector" },
    { key: SCALAR, name: "Scalar" },
    { key: QUEUE, name: "qSync", kind: "dma_queue", group: "p0/dma0" },
  ]);
  const value = (/** @type {string} */ id, /** @type {string} */ title) => ({
    ...{ id, title, group: "values", subtitle: "", unit: "bytes", count: 3, interval_ns: null },
    ...{ max: 1, capacity: null, shape: "steps", part: 0, core: 0, row: id },
  });
  return { ...made, series: [value("sbuf", "SBUF"), value("mfu", "MFU")] };
}

/** @param {Partial<RowChoices>} changes @param {string[]} [closed] */
function laid(changes, closed = []) {
  const choices = choicesOf(changes);
  const state = { dma: /** @type {const} */ ("queue"), closed: new Set(closed), lanes: new Map() };
  return layoutRows(document(), { ...state, choices });
}

/** @param {Partial<RowChoices>} changes @param {string[]} [closed] */
const keys = (changes, closed) =>
  laid(changes, closed).rows.map((row) => keyOfRow(row) ?? `${row.kind} ${row.group.id}`);

test("without a choice the rows are those that there are", () => {
  assert.ok(isStart(choicesOf()));
  const start = keys({});
  assert.deepEqual(start, [
    ...["no-clock p0/c0", "head p0/c0", TENSOR, VECTOR, SCALAR, "head p0/dma0", QUEUE],
    ...["head p0/values0", SBUF, "series/mfu"],
  ]);
});

test("a hidden row is not laid out, nor the head of a group of which none is left", () => {
  const found = keys({ hidden: new Set([VECTOR, QUEUE, SBUF, "series/mfu"]) });
  assert.deepEqual(found, ["no-clock p0/c0", "head p0/c0", TENSOR, SCALAR]);
});

test("pinned rows stand on top under a head of their own and say what they belong to", () => {
  const { rows } = laid({ pinned: [QUEUE, SBUF, "gone"] });
  assert.deepEqual(
    rows.slice(0, 3).map((row) => [row.group.id, row.kind, row.name ?? ""]),
    [
      ["pinned", "head", ""],
      ["p0/dma0", "track", "qSync · Core 0"],
      ["p0/values0", "values", "SBUF · Core 0"],
    ],
  );
  assert.equal(rows.filter((row) => keyOfRow(row) === QUEUE).length, 1, "it stands there alone");
  assert.ok(rows[1].isPinned);
});

test("what is pinned can be closed as a group, and hidden", () => {
  assert.deepEqual(keys({ pinned: [VECTOR] }, ["pinned"]).slice(0, 2), [
    "head pinned",
    "no-clock p0/c0",
  ]);
  assert.ok(!keys({ pinned: [VECTOR], hidden: new Set([VECTOR]) }).includes("head pinned"));
});

test("rows stand in the chosen order within their group", () => {
  const found = keys({ order: [SCALAR, TENSOR, "series/mfu"] });
  assert.deepEqual(found.slice(2, 5), [SCALAR, TENSOR, VECTOR]);
  assert.deepEqual(found.slice(-2), ["series/mfu", SBUF]);
});

test("a chosen height holds whatever room there is, and the rows below move", () => {
  const { rows, height } = laid({ heights: new Map([[VECTOR, 90]]) });
  const at = rows.findIndex((row) => keyOfRow(row) === VECTOR);
  assert.equal(rows[at].height, 90);
  assert.equal(rows[at + 1].y, rows[at].y + 90);
  assert.equal(
    height,
    rows.reduce((sum, row) => sum + row.height, 0),
  );
  const state = { dma: /** @type {const} */ ("queue"), closed: new Set(), lanes: new Map() };
  const choices = choicesOf({ heights: new Map([[VECTOR, 90]]) });
  const roomy = layoutRows(document(), { ...state, choices, room: 2000 });
  assert.equal(roomy.rows[at].height, 90);
  assert.ok(roomy.rows[at + 1].height > rows[at + 1].height, "the others share the room");
});

test("every row can be chosen once, also those that are hidden or closed", () => {
  const shown = { dma: /** @type {const} */ ("queue"), semaphores: new Set() };
  const entries = deviceEntries(document(), shown);
  assert.deepEqual(
    entries.map(({ key }) => key),
    [TENSOR, VECTOR, SCALAR, QUEUE, SBUF, "series/mfu"],
  );
  assert.deepEqual([entries[0].name, entries[0].detail], ["Tensor", "Core 0 · nc 4"]);
  const choices = choicesOf({ pinned: [QUEUE], order: [VECTOR, TENSOR] });
  assert.deepEqual(
    standing(entries, choices).map(({ key }) => key),
    [QUEUE, VECTOR, TENSOR, SCALAR, SBUF, "series/mfu"],
  );
});

test("keys are put in, taken out, placed and moved", () => {
  assert.deepEqual(toggled(["a"], "b"), ["a", "b"]);
  assert.deepEqual(toggled(["a", "b"], "a"), ["b"]);
  assert.deepEqual([...flipped(new Set(["a"]), "a")], []);
  assert.deepEqual([...flipped(new Set(["a"]), "a", true)], ["a"]);
  assert.deepEqual(placedBefore(["a", "b", "c"], "c", "a"), ["c", "a", "b"]);
  assert.deepEqual(placedBefore(["a", "b"], "a", "gone"), ["a", "b"]);
  assert.deepEqual(stepped(["a", "b", "c"], "a", 1), ["b", "a", "c"]);
  assert.equal(stepped(["a", "b"], "b", 1), null);
  assert.equal(stepped(["a", "b"], "gone", 1), null);
});

test("an order names some, the others keep their places behind", () => {
  assert.deepEqual(
    inOrder(["a", "b", "c", "d"], (one) => one, ["d", "b"]),
    ["d", "b", "a", "c"],
  );
});

test("heights stay within reason and read back from an address", () => {
  const heights = resized(resized(resized(new Map(), "a", 4), "p0/c0/b", 9999), "c", 60.4);
  assert.deepEqual([...heights.values()], [LEAST_HEIGHT, MOST_HEIGHT, 60]);
  assert.deepEqual(readHeights(heightsText(heights).split(",")), heights);
  assert.deepEqual([...resized(heights, "a", null).keys()], ["p0/c0/b", "c"]);
  assert.deepEqual([...resized(heights, "a", Number.NaN).keys()], ["p0/c0/b", "c"]);
  assert.deepEqual(readHeights(["", "x:y", "12", "20:"]), new Map());
  assert.deepEqual(readHeights(null), new Map());
});

test("what is chosen is kept for each kind of profile by itself", () => {
  /** @type {Map<string, string>} */
  const kept = new Map();
  const storage = {
    getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  };
  const choices = choicesOf({
    ...{ hidden: new Set([VECTOR]), pinned: [QUEUE], order: [SCALAR] },
    heights: new Map([[TENSOR, 60]]),
  });
  keepRows("device", choices, {}, storage);
  assert.deepEqual(readKeptRows("device", storage), { choices, more: {} });
  assert.ok(isStart(readKeptRows("system", storage).choices));
});

test("rows are found by words of their name and of what they stand in", () => {
  const row = (/** @type {string} */ name, /** @type {string} */ above) => ({
    ...{ key: name, name, above, isShown: true, isPinned: false, height: null },
  });
  const rows = [row("Tensor", "Core 0"), row("Tensor ", "Core 1"), row("qSync", "DMA of core 1")];
  const found = (/** @type {string} */ text) => matchingRows(rows, text).map(({ key }) => key);
  assert.deepEqual(found("tensor 1"), ["Tensor "]);
  assert.deepEqual(found("CORE 1"), ["Tensor ", "qSync"]);
  assert.equal(found("").length, 3);
  assert.deepEqual(found("pool"), []);
});
