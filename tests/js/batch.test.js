import assert from "node:assert/strict";
import { test } from "node:test";
import { Bars, Columns, Coverage } from "../../static/js/render/batch.js";
import { seeded, whole } from "./seeded.js";

const sum = (/** @type {Iterable<number>} */ values) => [...values].reduce((a, b) => a + b, 0);

/** @param {() => number} chance @returns {{from: number, length: number}[]} */
function slices(chance) {
  return Array.from({ length: whole(chance, 1, 40) }, () => ({
    from: whole(chance, -300, 1300),
    length: whole(chance, 0, 400),
  }));
}

const ORIGIN = 100;
const PER_COLUMN = 10;
const WIDTH = 100;

/** Time of a slice within a column, ns. */
const shared = (
  /** @type {{from: number, length: number}} */ slice,
  /** @type {number} */ column,
) => {
  const left = ORIGIN + column * PER_COLUMN;
  const begin = Math.max(slice.from, left);
  return Math.max(0, Math.min(slice.from + slice.length, left + PER_COLUMN) - begin);
};

test("every column has the time of all slices in it, and counts those that begin there or reach into the view", () => {
  const chance = seeded(21);
  for (let round = 0; round < 100; round++) {
    const columns = new Columns(WIDTH);
    columns.clear();
    const all = slices(chance);
    for (const { from, length } of all)
      columns.spread(ORIGIN, PER_COLUMN, from, length, 1, 1, false);
    for (let column = 0; column < columns.length; column++) {
      const left = ORIGIN + column * PER_COLUMN;
      const begun = all.filter(({ from, length }) => {
        const seenFrom = from < ORIGIN && from + length > ORIGIN ? ORIGIN : from;
        return seenFrom >= left && seenFrom < left + PER_COLUMN;
      });
      assert.equal(columns.busy[column], sum(all.map((slice) => shared(slice, column))));
      assert.equal(columns.count[column], begun.length);
    }
  }
});

test("a column has the colour of the slice that takes most of it", () => {
  const chance = seeded(22);
  for (let round = 0; round < 100; round++) {
    const columns = new Columns(WIDTH);
    columns.clear();
    const all = slices(chance);
    all.forEach(({ from, length }, at) => {
      columns.spread(ORIGIN, PER_COLUMN, from, length, at, at, false);
    });
    for (let column = 0; column < columns.length; column++) {
      if (columns.busy[column] === 0) continue;
      const shares = all.map((slice) => shared(slice, column));
      assert.equal(columns.colour[column], shares.indexOf(Math.max(...shares)));
    }
  }
});

test("a column that one late tile has part in is late, until it is cleared", () => {
  const columns = new Columns(WIDTH);
  columns.clear();
  columns.add(3, 1, 5, 0, 0, 0, 5, true);
  columns.add(3, 1, 5, 0, 0, 5, 5, false);
  columns.add(4, 1, 5, 0, 0, 5, 5, false);
  assert.deepEqual([...columns.stale.slice(2, 6)], [0, 1, 0, 0]);
  columns.clear();
  assert.equal(sum(columns.stale) + sum(columns.count) + sum(columns.busy), 0);
});

test("what lies outside of the plot is taken in without a trace", () => {
  const columns = new Columns(WIDTH);
  columns.clear();
  columns.add(-1, 1, 5, 1, 1, 0, 5, true);
  columns.add(columns.length, 1, 5, 1, 1, 0, 5, true);
  columns.spread(ORIGIN, PER_COLUMN, -500, 100, 1, 1, true);
  columns.spread(ORIGIN, PER_COLUMN, 50_000, 100, 1, 1, true);
  assert.equal(sum(columns.count) + sum(columns.busy) + sum(columns.stale), 0);
});

test("the longest slice of a cell names the column; one that only passes through does not", () => {
  const columns = new Columns(WIDTH);
  columns.clear();
  columns.add(2, 4, 6, 1, 33, 120, 6, false);
  columns.add(2, 0, 2, 1, 44, 90, 500, false);
  assert.deepEqual([columns.label[2], columns.start[2], columns.duration[2]], [33, 120, 6]);
});

test("covered time in view is the slices' own where none overlap", () => {
  const chance = seeded(23);
  for (let round = 0; round < 100; round++) {
    const coverage = new Coverage(WIDTH);
    let at = ORIGIN;
    let covered = 0;
    const end = ORIGIN + coverage.covered.length * PER_COLUMN;
    while (at < end) {
      const length = whole(chance, 1, 60);
      coverage.add(ORIGIN, PER_COLUMN, at, length, 1);
      covered += Math.min(at + length, end) - at;
      at += length + whole(chance, 0, 60);
    }
    assert.ok(Math.abs(coverage.total(PER_COLUMN, 1) - covered) < 1e-6);
  }
});

test("covered time never exceeds what the view can hold, however much overlaps", () => {
  const chance = seeded(24);
  const coverage = new Coverage(WIDTH);
  for (const { from, length } of [...slices(chance), ...slices(chance), ...slices(chance)])
    coverage.add(ORIGIN, PER_COLUMN, from, length + 500, 1);
  const whole_view = coverage.covered.length * PER_COLUMN;
  assert.ok(coverage.total(PER_COLUMN, 1) <= whole_view);
  assert.ok(coverage.total(PER_COLUMN, 3) > coverage.total(PER_COLUMN, 1));
  assert.ok(coverage.total(PER_COLUMN, 3) <= 3 * whole_view);
  coverage.clear();
  assert.equal(coverage.total(PER_COLUMN, 3), 0);
});

test("half covered time counts half", () => {
  const coverage = new Coverage(WIDTH);
  coverage.add(ORIGIN, PER_COLUMN, ORIGIN + 5, 20, 0.5);
  assert.deepEqual([...coverage.covered.slice(0, 4)], [2.5, 5, 2.5, 0]);
});

test("bars are kept in their order beyond the room they began with", () => {
  const chance = seeded(25);
  const bars = new Bars();
  const wanted = Array.from({ length: 5000 }, (_, at) => ({
    x0: whole(chance, -1000, 1000),
    lane: at % 200,
    label: whole(chance, 0, 65535),
    ns: at * 1e9 + 1,
    isStale: chance() < 0.5,
  }));
  for (const { x0, lane, label, ns, isStale } of wanted)
    bars.add(x0, x0 + 9, lane, 3, label, ns, isStale);
  assert.equal(bars.length, wanted.length);
  wanted.forEach((one, at) => {
    assert.deepEqual(
      [bars.x0[at], bars.x1[at], bars.lane[at], bars.label[at], bars.ns[at], bars.stale[at]],
      [one.x0, one.x0 + 9, one.lane, one.label, one.ns, one.isStale ? 1 : 0],
    );
  });
  bars.clear();
  assert.equal(bars.length, 0);
});
