import assert from "node:assert/strict";
import { test } from "node:test";
import * as units from "../../static/js/kit/units.js";
import { seeded, whole } from "./seeded.js";

const { THIN } = units;
const TIMES = new Map([
  ["ns", 1],
  ["µs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
]);
const SIZES = new Map([
  ["B", 1],
  ["kB", 1e3],
  ["MB", 1e6],
  ["GB", 1e9],
  ["TB", 1e12],
  ["KiB", 2 ** 10],
  ["MiB", 2 ** 20],
  ["GiB", 2 ** 30],
  ["TiB", 2 ** 40],
]);

/**
 * The number a text stands for.
 * @param {string} text
 * @param {Map<string, number>} sizes
 * @returns {number}
 */
function toldBy(text, sizes) {
  const [number, unit] = text.split(THIN);
  const size = sizes.get(unit ?? "");
  assert.ok(size, `${text} has a unit that is known`);
  assert.match(number, /^-?\d+(\.\d+)?$/, `${text} is written without an exponent`);
  return Number(number) * size;
}

test("a duration is as near to the number as its digits allow", () => {
  const chance = seeded(51);
  for (let round = 0; round < 3000; round++) {
    const ns = Math.floor(10 ** (chance() * 10.7));
    if (ns >= 60e9) continue;
    for (const digits of [3, 4]) {
      const told = toldBy(units.duration(ns, digits), TIMES);
      assert.ok(Math.abs(told - ns) <= ns * 0.5 * 10 ** (1 - digits) + 1e-6, `${ns}`);
    }
  }
});

test("a longer duration never reads as a shorter one", () => {
  const chance = seeded(52);
  for (let round = 0; round < 1000; round++) {
    const one = Math.floor(10 ** (chance() * 10));
    const other = one + whole(chance, 0, Math.ceil(one / 100));
    assert.ok(
      toldBy(units.duration(one), TIMES) <= toldBy(units.duration(other), TIMES) + 1e-6,
      `${one} and ${other}`,
    );
  }
});

test("no duration is told as a thousand of a unit where the next unit would do", () => {
  for (const size of [1e3, 1e6, 1e9]) {
    for (let below = 0; below < 60; below++) {
      const text = units.duration(Math.round(size - (below * size) / 1e5));
      assert.ok(!/^1000/.test(text), text);
    }
  }
});

test("an exact instant can be read back to the nanosecond", () => {
  const chance = seeded(53);
  for (let round = 0; round < 2000; round++) {
    const ns = Math.floor(10 ** (chance() * 14));
    const text = units.exact(ns);
    assert.equal(Math.round(toldBy(text, TIMES)), ns);
    assert.equal(units.parseTime(text), ns, `${text} can be typed into a field`);
  }
});

test("a range of exact instants is understood as it was written", () => {
  const chance = seeded(54);
  for (let round = 0; round < 1000; round++) {
    const start = Math.floor(10 ** (chance() * 11));
    const end = start + 1 + Math.floor(10 ** (chance() * 11));
    const text = `${units.exact(start)} – ${units.exact(end)}`;
    assert.deepEqual(units.parseRange(text), [start, end], text);
  }
});

test("sizes are near the bytes they stand for, in files and in memory", () => {
  const chance = seeded(55);
  for (let round = 0; round < 2000; round++) {
    const bytes = Math.floor(10 ** (chance() * 14));
    const file = toldBy(units.fileSize(bytes), SIZES);
    assert.ok(Math.abs(file - bytes) <= bytes * 0.0051 + 0.5, `${bytes}`);
    const memory = toldBy(units.memorySize(bytes), SIZES);
    assert.ok(Math.abs(memory - bytes) <= bytes * 0.0051 + 0.5, `${bytes}`);
  }
});

test("a part of a size is told in the unit of the whole", () => {
  assert.equal(units.sizeOf(7_500_000_000, 18_400_000_000), `7.5 of 18.4${THIN}GB`);
  assert.equal(units.sizeOf(0, 18_400_000_000), `0 of 18.4${THIN}GB`);
  const chance = seeded(56);
  for (let round = 0; round < 500; round++) {
    const total = Math.ceil(10 ** (chance() * 13));
    const text = units.sizeOf(total, total);
    const [part, whole_] = text.split(" of ");
    assert.equal(part, whole_?.split(THIN)[0], text);
  }
});

test("a count keeps its digits, three between two thin spaces", () => {
  const chance = seeded(57);
  for (let round = 0; round < 500; round++) {
    const value = Math.floor(10 ** (chance() * 15));
    const text = units.count(value);
    assert.equal(text.replaceAll(THIN, ""), String(value));
    const [first, ...rest] = text.split(THIN);
    assert.ok((first ?? "").length >= 1 && (first ?? "").length <= 3);
    for (const group of rest) assert.equal(group.length, 3);
  }
});

test("rates take the largest unit that leaves a whole part", () => {
  const plain = (/** @type {string} */ text) => text.replaceAll(THIN, " ");
  assert.equal(plain(units.bytesPerSecond(435e9)), "435 GB/s");
  assert.equal(plain(units.bytesPerSecond(999)), "999 B/s");
  assert.equal(plain(units.flopsPerSecond(78.6e12)), "78.6 TFLOP/s");
  assert.equal(plain(units.flopsPerSecond(1000)), "1 kFLOP/s");
  assert.equal(plain(units.bytesPerSecond(0)), "0 B/s");
});

test("time left is never told as less than it is, nor as sixty seconds", () => {
  const chance = seeded(58);
  for (let round = 0; round < 500; round++) {
    const seconds = chance() * 10 ** (chance() * 4);
    const text = units.left(seconds);
    const minutes = Number(/(\d+)\u202fmin/.exec(text)?.[1] ?? 0);
    const rest = Number(/(\d+)\u202fs left/.exec(text)?.[1] ?? Number.NaN);
    const told = minutes * 60 + rest;
    assert.ok(told >= seconds && told < seconds + 1.0001, `${seconds}: ${text}`);
    assert.ok(minutes === 0 || rest < 60, text);
  }
});

test("an id is shortened only where that saves something", () => {
  assert.equal(units.shortId("0123456789abc"), "0123456789abc");
  assert.equal(units.shortId("0123456789abcdef"), "01234567…cdef");
});
