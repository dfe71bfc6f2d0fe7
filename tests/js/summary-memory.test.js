/** The chart of device memory: what is drawn, where, and what it says. */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  bandsOf,
  ceiling,
  hbmCard,
  outline,
  peakWords,
  placeAt,
} from "../../static/js/viewers/summary/hbm.js";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();

/** @typedef {import("../../static/js/viewers/summary/hbm.js").Usage} Usage */

const GIB = 2 ** 30;

/** @param {string} kind @param {...number} bytes */
const kind = (kind, ...bytes) => ({ kind, bytes, max_bytes: Math.max(...bytes) });

/** @param {Partial<Usage>} more @returns {Usage} */
const usage = (more) => ({
  memories: [{ instance_id: "i-1", device_idx: 0, hbm_idx: 0 }],
  capacity_bytes: null,
  time_ns: [0, 10],
  total_bytes: [0, 0],
  peak: { time_ns: 10, bytes: GIB },
  kinds: [],
  ...more,
});

test("a few kinds are drawn each, the unknown one on top in grey", () => {
  const bands = bandsOf(usage({ kinds: [kind("unknown", 9, 9), kind("weights", 1, 2)] }));
  assert.deepEqual(
    bands.map(({ kind, hue }) => [kind, hue]),
    [
      ["weights", "blue"],
      ["unknown", "grey"],
    ],
  );
});

test("of many kinds the smaller ones are one band that adds them up", () => {
  const kinds = Array.from({ length: 11 }, (_, at) => kind(`k${at}`, 100 - at, at));
  const bands = bandsOf(usage({ kinds }));
  assert.equal(bands.length, 8);
  assert.equal(new Set(bands.map(({ hue }) => hue)).size, 8);
  const rest = bands.at(-1);
  assert.equal(rest?.kind, "other kinds");
  assert.deepEqual(rest?.bytes, [93 + 92 + 91 + 90, 7 + 8 + 9 + 10]);
  const drawn = bands.reduce((sum, { bytes }) => sum + (bytes[0] ?? 0), 0);
  assert.equal(
    drawn,
    kinds.reduce((sum, { bytes }) => sum + (bytes[0] ?? 0), 0),
  );
});

test("the scale ends at a round number above the largest total", () => {
  for (const bytes of [0, 1, 5, 1023, 1024, 1025, 3.1 * GIB, 1000 * GIB, 2000 * GIB]) {
    assert.ok(ceiling(bytes) >= bytes, String(bytes));
    assert.ok(ceiling(bytes) <= Math.max(4, 2 * bytes), String(bytes));
  }
  assert.equal(ceiling(3.1 * GIB), 4 * GIB);
});

test("a value holds until the next one", () => {
  const times = [0, 10, 10, 30];
  assert.deepEqual(
    [-1, 0, 9, 10, 29, 30, 99].map((at) => placeAt(times, at)),
    [-1, 0, 0, 2, 2, 3, 3],
  );
  assert.equal(placeAt([], 5), -1);
});

test("the outline of a band steps forth along its top and back along its floor", () => {
  assert.equal(outline([0, 10], [100, 90], [80, 70]), "M0 100H0V80H10V70H1000V90H10V100H0Z");
  assert.equal(outline([], [], []), "");
});

test("the peak is told with its place and its share of what there is", () => {
  const found = usage({ capacity_bytes: 4 * GIB });
  const words = peakWords(found, { first: 0, chosen: "" }).replaceAll("\u202f", " ");
  assert.equal(words, "At most 1 GiB in 1 memory at 10 ns, 25 % of 4 GiB.");
  const one = peakWords(usage({}), { first: 4, chosen: "0" }).replaceAll("\u202f", " ");
  assert.equal(one, "At most 1 GiB at 6 ns.");
});

test("without an allocation the card says so", () => {
  const around = { profile: "p", first: 0, last: 9, choose: () => {}, chosen: "" };
  const made = hbmCard(usage({ peak: null, time_ns: [], total_bytes: [] }), around);
  assert.match(String(made.textContent), /no allocation of device memory/);
});
