import assert from "node:assert/strict";
import { test } from "node:test";
import { startWords, trackKeyOf } from "../../static/js/viewers/dependencies.js";
import { gapText, gapWords } from "../../static/js/viewers/edge-line.js";
import { makeDocument } from "./make-tile.js";

const THIN = "\u202f";
const PLACE = {
  ...{ row: 3, opcode: "MATMUL", track: "TensorMatrix", core: 0 },
  ...{ start_ns: 100, end_ns: 200 },
};
const START = {
  reason: /** @type {const} */ ("semaphore"),
  by: PLACE,
  queue: null,
  released_ns: 200,
  ready_ns: 210,
  engine_free_ns: 50,
  waited_ns: 6410,
};

test("a wait for a semaphore says how long the engine was idle and who ended it", () => {
  assert.equal(
    startWords(START),
    `Its engine was idle for 6.41${THIN}µs until a semaphore, raised by MATMUL on TensorMatrix.`,
  );
});

test("a wait for a transfer names the queue and who started it", () => {
  const words = startWords({ ...START, reason: "transfer", queue: "qSyncDynamicHW" });
  assert.match(words, /a transfer of qSyncDynamicHW, started by MATMUL on TensorMatrix\.$/);
});

test("what did not wait is said not to have waited", () => {
  const order = { ...START, reason: /** @type {const} */ ("engine order") };
  assert.equal(startWords({ ...order, waited_ns: 3 }), "As soon as its engine was free.");
  assert.match(startWords({ ...order, waited_ns: 5000 }), /free for .* no wait for a semaphore/);
  assert.match(startWords({ ...START, waited_ns: 10 }), /^Right after a semaphore/);
  const first = { ...START, reason: /** @type {const} */ ("first"), by: null };
  assert.equal(startWords(first), "Nothing on record came before it.");
});

test("a release by nobody on record says so", () => {
  assert.match(startWords({ ...START, by: null }), /raised by nobody on record/);
});

test("gaps read as distance or overlap", () => {
  assert.equal(gapWords(-40), `40${THIN}ns overlap`);
  assert.equal(gapWords(0), "no gap");
  assert.equal(gapWords(1500), `1.50${THIN}µs between`);
  assert.equal(gapText(1500), `1.50${THIN}µs`);
  assert.equal(gapText(-40), `40${THIN}ns overlap`);
});

test("an instruction's row on the timeline is found by core and track of its part", () => {
  const document = makeDocument([
    { key: "p0/c0/tensormatrix", name: "TensorMatrix" },
    { key: "p1/c0/tensormatrix", name: "TensorMatrix", part: 1 },
  ]);
  assert.equal(trackKeyOf(document, 1, PLACE), "p1/c0/tensormatrix");
  assert.equal(trackKeyOf(document, 0, { ...PLACE, core: 7 }), null);
});
