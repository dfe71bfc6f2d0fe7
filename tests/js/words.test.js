import assert from "node:assert/strict";
import { test } from "node:test";
import { merged } from "../../static/js/render/overlay.js";
import { className, placeName, shownValue, timesOf } from "../../static/js/viewers/details.js";
import { tableNote } from "../../static/js/viewers/event-table.js";
import {
  closedNote,
  countsText,
  headNote,
  scaleText,
} from "../../static/js/viewers/timeline-words.js";
import { makeDocument, makeTrack } from "./make-tile.js";

const plain = (/** @type {string} */ text) => text.replaceAll("\u202f", " ");

test("the status bar says what is exact and what is in cells", () => {
  assert.equal(
    countsText({ exact: 54, inCells: 0, cells: 0 }, "instructions"),
    "All 54 instructions exact",
  );
  const some = countsText({ exact: 188, inCells: 698, cells: 490 }, "instructions");
  assert.equal(some, "188 exact · 698 in 490 cells");
});

test("a pixel's time is said in few digits", () => {
  assert.equal(plain(scaleText(5.2279)), "1 px = 5.2 ns");
  assert.equal(plain(scaleText(0.0261)), "1 px = 0.026 ns");
  assert.equal(plain(scaleText(117.3)), "1 px = 117 ns");
  assert.equal(plain(scaleText(1143)), "1 px = 1.143 µs");
});

test("a head says what its group holds, and when a core stopped early", () => {
  const document = makeDocument([{ name: "Tensor", end_ns: 8192 }]);
  const [group] = document.groups;
  const row = /** @type {any} */ ({ kind: "head", group });
  assert.equal(headNote(document, row), "10 instructions");
  document.tracks[0].end_ns = 1562;
  assert.equal(plain(headNote(document, row)), "10 instructions · idle after 1.562 µs");
  document.tracks[0].end_ns = 0;
  assert.equal(headNote(document, row), "10 instructions");
  const part = /** @type {any} */ ({ kind: "part", group });
  assert.equal(plain(headNote(document, part)), "clocks independent · 8.192 µs");
});

test("a closed group with nothing in view says so", () => {
  const [group] = makeDocument([{ name: "Tensor" }]).groups;
  assert.equal(closedNote(group), "No instructions on core 0 in this range");
});

test("values are shown in their unit, and what is not there as a dash", () => {
  const column = (/** @type {string} */ name, /** @type {string | null} */ unit = null) => ({
    ...{ name, unit, type: "int64", description: "" },
  });
  assert.equal(shownValue(null, column("pc")), "–");
  assert.equal(shownValue("", column("layer")), "–");
  assert.equal(shownValue(0, column("pc")), "0");
  assert.equal(plain(shownValue(76_168, column("start_ts", "nanoseconds"))), "76.168 µs");
  assert.equal(plain(shownValue(4096, column("read_bytes", "bytes"))), "4 KiB (4 096)");
  assert.equal(plain(shownValue(512, column("psum_read_bytes"))), "512 B");
  assert.equal(
    plain(shownValue(26_177_542_144, column("throughput", "bytes_per_second"))),
    "26.2 GB/s",
  );
  assert.equal(shownValue(65_535, column("crc_in")), "–");
  assert.equal(shownValue("9007199254740993", column("id")), "9007199254740993");
});

test("classes have names, unknown opcodes too", () => {
  assert.deepEqual([0, 0x41, 8, 255].map(className), [
    "Matmul",
    "Weight load",
    "Control, sync",
    "Unknown opcode",
  ]);
});

test("a place says row and core once", () => {
  assert.equal(placeName(makeTrack()), "Tensor · core 0");
  assert.equal(
    placeName(makeTrack({ kind: "error", name: "Errors of core 1" })),
    "Errors of core 1",
  );
  assert.equal(
    placeName(makeTrack({ kind: "clock", name: "Core 1", core: 1 })),
    "Clock limit · core 1",
  );
});

test("times are read whatever the table calls them", () => {
  assert.deepEqual(timesOf({ start_ts: 5, duration_ns: 7 }), { start: 5, duration: 7 });
  assert.deepEqual(timesOf({ timestamp: 5, duration: 7 }), { start: 5, duration: 7 });
  assert.deepEqual(timesOf({ timestamp: 5 }), { start: 5, duration: 0 });
});

test("a table says how much of the view it holds", () => {
  assert.equal(tableNote(0, 0), "No events in this range.");
  assert.equal(tableNote(54, 54), "All 54 events in view.");
  assert.match(plain(tableNote(500, 3100)), /^The first 500 of 3 100 events/);
});

test("failed tiles of rows under each other are one box", () => {
  const box = { x0: 0, x1: 10 };
  const found = merged([
    { ...box, y0: 0, y1: 20 },
    { ...box, y0: 20, y1: 40 },
    { ...box, y0: 60, y1: 80 },
    { x0: 10, x1: 20, y0: 0, y1: 20 },
  ]);
  assert.deepEqual(
    found.map(({ y0, y1 }) => [y0, y1]),
    [
      [0, 40],
      [60, 80],
      [0, 20],
    ],
  );
});
