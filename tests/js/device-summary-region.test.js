/** The region of a device summary: in the address, in the query, typed, and by name. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { finding, summary, THIN } from "./make-device-summary.js";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();
const { kernelRange, metricsAddress, rangeText, readRegion, typedRange, writeRegion } =
  await import("../../static/js/viewers/summary/device/region.js");
const { namedRanges } = await import("../../static/js/viewers/summary/device/region-bar.js");
const { keepSeen, lastSeen } = await import("../../static/js/viewers/summary/device/seen.js");

const WHOLE = { range: null, core: null, part: 0 };

test("an address says which range, core and trace", () => {
  const region = { range: { start: 20_000, end: 24_600 }, core: 1, part: 2 };
  assert.equal(writeRegion(region), "?t=20000-24600&core=1&part=2");
  assert.deepEqual(readRegion(writeRegion(region)), region);
});

test("the whole profile needs no query", () => {
  assert.equal(writeRegion(WHOLE), "");
  assert.deepEqual(readRegion(""), WHOLE);
  assert.equal(metricsAddress("p", WHOLE), "/api/v1/profiles/p/metrics/");
});

test("what cannot be read in an address is left out", () => {
  for (const odd of ["?t=9-3", "?t=a-b", "?t=1", "?core=x&part=-1", "?core=12345678"]) {
    assert.deepEqual(readRegion(odd), WHOLE, odd);
  }
});

test("core 0 is a core, not all of them", () => {
  assert.equal(readRegion("?core=0").core, 0);
  assert.equal(metricsAddress("p", { ...WHOLE, core: 0 }), "/api/v1/profiles/p/metrics/?core=0");
});

test("the API is asked for whole nanoseconds", () => {
  const address = metricsAddress("p", { range: { start: 1.4, end: 9.6 }, core: null, part: 1 });
  assert.equal(address, "/api/v1/profiles/p/metrics/?start_ns=1&end_ns=10&part=1");
});

test("a typed range is cut to the profile; all of it is the whole", () => {
  const profile = { first: 0, last: 100_000 };
  assert.deepEqual(typedRange("20us-24.6us", profile), { range: { start: 20_000, end: 24_600 } });
  assert.deepEqual(typedRange("90us-3ms", profile), { range: { start: 90_000, end: 100_000 } });
  assert.deepEqual(typedRange("0-100us", profile), { range: null });
  assert.deepEqual(typedRange(" ", profile), { range: null });
  assert.deepEqual(typedRange("Whole profile", profile), { range: null });
});

test("what is no range or lies outside is refused", () => {
  const profile = { first: 0, last: 100_000 };
  for (const odd of ["soon", "20us", "24us-20us", "200us-300us"]) {
    assert.equal(typedRange(odd, profile), null, odd);
  }
});

test("the text of a range can be typed again", () => {
  assert.equal(rangeText(0, 102_669), `0 – 102.7${THIN}µs`);
  const again = typedRange(rangeText(20_000, 24_600), { first: 0, last: 100_000 });
  assert.deepEqual(again, { range: { start: 20_000, end: 24_600 } });
  assert.equal(rangeText(-500, 10), `−500${THIN}ns – 10${THIN}ns`);
});

test("start-up and drain can be left out where findings tell of them", () => {
  const startUp = finding({ rule: "start_up", ranges: [[0, 13_000]] });
  const drain = finding({ rule: "drain", ranges: [[90_000, 100_000]] });
  assert.deepEqual(kernelRange(summary({ findings: [startUp, drain] })), {
    start: 13_000,
    end: 90_000,
  });
  assert.deepEqual(kernelRange(summary({ findings: [startUp] })), { start: 13_000, end: 100_000 });
  assert.equal(kernelRange(summary()), null);
});

test("named ranges are those there are", () => {
  const names = (/** @type {ReturnType<typeof namedRanges>} */ all) => all.map(({ name }) => name);
  assert.deepEqual(names(namedRanges(null, null)), ["Whole profile"]);
  const startUp = finding({ rule: "start_up", ranges: [[0, 13_000]] });
  const all = namedRanges(summary({ findings: [startUp] }), { start: 5, end: 9 });
  assert.deepEqual(names(all), [
    "Whole profile",
    "Without start-up and drain",
    "From the timeline",
  ]);
  assert.deepEqual(all[2]?.range, { start: 5, end: 9 });
});

/** @returns {Storage} */
function storage() {
  /** @type {Map<string, string>} */
  const kept = new Map();
  return /** @type {any} */ ({
    getItem: (/** @type {string} */ name) => kept.get(name) ?? null,
    setItem: (/** @type {string} */ name, /** @type {string} */ text) => kept.set(name, text),
    removeItem: (/** @type {string} */ name) => kept.delete(name),
  });
}

test("what the timeline showed is kept, the marked range before the view", () => {
  const place = storage();
  const view = { marked: null, range: { start: -50, end: 700.4 }, duration: 1000 };
  keepSeen("p", view, place);
  assert.deepEqual(lastSeen("p", place), { start: 0, end: 700 });
  keepSeen("p", { ...view, marked: { start: 20, end: 30 } }, place);
  assert.deepEqual(lastSeen("p", place), { start: 20, end: 30 });
  assert.equal(lastSeen("other", place), null);
});

test("a view of everything is no region", () => {
  const place = storage();
  keepSeen("p", { marked: null, range: { start: 20, end: 30 }, duration: 1000 }, place);
  keepSeen("p", { marked: null, range: { start: -9, end: 1009 }, duration: 1000 }, place);
  assert.equal(lastSeen("p", place), null);
});

test("without storage, or with something else in it, nothing was seen", () => {
  const broken = /** @type {any} */ ({
    getItem: () => "{",
    setItem: () => {
      throw new Error("full");
    },
  });
  keepSeen("p", { marked: { start: 1, end: 2 }, range: { start: 0, end: 9 }, duration: 9 }, broken);
  assert.equal(lastSeen("p", broken), null);
});
