import assert from "node:assert/strict";
import { test } from "node:test";
import * as units from "../../static/js/kit/units.js";

const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");

test("durations carry four digits, labels three", () => {
  assert.equal(plain(units.duration(102_669)), "102.7 µs");
  assert.equal(plain(units.duration(66_210)), "66.21 µs");
  assert.equal(plain(units.duration(1_003_215)), "1.003 ms");
  assert.equal(plain(units.duration(44_410, 3)), "44.4 µs");
  assert.equal(plain(units.duration(999)), "999 ns");
  assert.equal(plain(units.duration(1000)), "1.000 µs");
  assert.equal(plain(units.duration(0)), "0 ns");
});

test("instants are exact to the nanosecond", () => {
  assert.equal(plain(units.exact(76_168)), "76.168 µs");
  assert.equal(plain(units.exact(518)), "518 ns");
  assert.equal(plain(units.exact(1_003_215)), "1.003215 ms");
});

test("files are decimal, memory is binary", () => {
  assert.equal(plain(units.fileSize(394_600_000)), "394.6 MB");
  assert.equal(plain(units.fileSize(18_400_000_000)), "18.4 GB");
  assert.equal(plain(units.fileSize(512)), "512 B");
  assert.equal(plain(units.memorySize(524_288)), "512 KiB");
  assert.equal(plain(units.memorySize(17_930_000)), "17.1 MiB");
});

test("shares are whole, and a little is never nothing", () => {
  assert.equal(plain(units.share(0.35)), "35 %");
  assert.equal(plain(units.share(0.002)), "<1 %");
  assert.equal(plain(units.share(0)), "0 %");
});

test("counts have thin spaces", () => {
  assert.equal(plain(units.count(25_510)), "25 510");
  assert.equal(units.count(999), "999");
});

test("time left is told in words people use", () => {
  assert.equal(plain(units.left(6)), "6 s left");
  assert.equal(plain(units.left(287)), "4 min 47 s left");
  assert.equal(units.left(Number.POSITIVE_INFINITY), "");
});

test("ranges are understood as people type them", () => {
  assert.deepEqual(units.parseRange("20us-24.6us"), [20_000, 24_600]);
  assert.deepEqual(units.parseRange("20.000 µs – 24.600 µs"), [20_000, 24_600]);
  assert.deepEqual(units.parseRange("1-2ms"), [1_000_000, 2_000_000]);
  assert.deepEqual(units.parseRange("0 - 518"), [0, 518]);
  for (const wrong of ["", "20us", "5us-3us", "a-b", "1us-2us-3us"]) {
    assert.equal(units.parseRange(wrong), null, wrong);
  }
});
