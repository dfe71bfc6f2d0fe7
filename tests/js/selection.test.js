import assert from "node:assert/strict";
import { test } from "node:test";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();

const { content } = await import("../../static/js/viewers/tools/selection/content.js");
const { aboutText, engineHue, movedName, rowsText, tableText } = await import(
  "../../static/js/viewers/tools/selection/words.js"
);

/**
 * @param {any} node an element of the tiny document, or text
 * @returns {string}
 */
const textOf = (node) => (typeof node === "string" ? node : node.children.map(textOf).join(""));

const THIN = "\u202f";
const PART = {
  ...{ part: 0, rows: 2, instructions: 1877, packets: 1, running_before: 3, packet_bytes: 4096 },
  engines: [
    {
      ...{
        key: "p0/c0/vector",
        core: 0,
        name: "Vector",
        count: 1871,
        sum_ns: 6750,
        active_ns: 6700,
      },
      ...{ active: 0.067, waits: 6, wait_ns: 900, longest_wait_ns: 300 },
    },
    {
      ...{ key: "p0/c0/sync", core: 0, name: "Sync", count: 0, sum_ns: 0, active_ns: 0 },
      ...{ active: 0, waits: 0, wait_ns: 0, longest_wait_ns: null },
    },
  ],
  queues: [
    {
      ...{ key: "p0/dma0/1-q", kind: "dma_queue", core: 0, name: "qLoad", packets: 1, bytes: 4096 },
      ...{ sum_ns: 100, bytes_per_s: 4e10, active_ns: 100, active: 0.001 },
    },
  ],
  opcodes: [
    {
      ...{ opcode: "COPY", engines: ["Vector"], is_waiting: false, count: 1865, sum_ns: 6750 },
      longest_ns: 271,
    },
    {
      ...{ opcode: "OP_0xa8", engines: ["Vector"], is_waiting: false, count: 6, sum_ns: 900 },
      longest_ns: null,
    },
  ],
  opcodes_total: 2,
  sizes: [{ least_bytes: 4096, most_bytes: 4096, packets: 1, bytes: 4096 }],
  moved: [
    { id: "sbuf_read_bytes", bytes: 2048 },
    { id: "hbm_read_bytes", bytes: null },
  ],
  routes: [{ from: null, to: "SB", transfers: 1, bytes: 4096 }],
};
const ANSWER = { start_ns: 0, end_ns: 100_000, duration_ns: 100_000, parts: [PART] };

test("a selection is told in a line: rows, instructions, packets, what began before", () => {
  const expected = `2${THIN}rows · 1${THIN}877${THIN}instructions · 1${THIN}packet · 3 began before`;
  assert.equal(aboutText(PART, true), expected);
  const bare = { ...PART, instructions: 0, packets: 0, running_before: 0 };
  assert.equal(aboutText(bare, false), "all rows");
});

test("engines that did nothing are left out, opcodes without a name are said to be unknown", () => {
  const words = content(ANSWER, true).map(textOf).join("\n");
  assert.match(words, /Vector/);
  assert.doesNotMatch(words, /Sync/);
  assert.match(words, /OP_0xa8unknown/);
  assert.match(words, new RegExp(`6.70${THIN}µs`));
  assert.match(words, new RegExp(`7${THIN}%`));
});

test("waits, packets by size, transfers and bytes of instructions have a place of their own", () => {
  const words = content(ANSWER, true).map(textOf).join("\n");
  for (const title of ["Waits for semaphores", "DMA", "Packets by size", "Bytes of instructions"]) {
    assert.match(words, new RegExp(title));
  }
  assert.match(words, /unnamed → SB/);
  assert.match(words, new RegExp(`SBUF read2${THIN}KiB`));
  // What no instruction tells is not shown as nothing.
  assert.doesNotMatch(words, /HBM read/);
});

test("several parts are told apart, none is said", () => {
  const two = { ...ANSWER, parts: [PART, { ...PART, part: 1 }] };
  assert.match(
    content(two, false).map(textOf).join("\n"),
    /Part 1 · all rows[\s\S]*Part 2 · all rows/,
  );
  const none = content({ ...ANSWER, parts: [] }, true)
    .map(textOf)
    .join("");
  assert.equal(none, "No rows are chosen.");
});

test("the copied table holds raw numbers, and no cell breaks its line", () => {
  const odd = { ...PART, queues: [{ ...PART.queues[0], name: "q\tLoad\n2" }] };
  const lines = tableText({ ...ANSWER, parts: [odd] }).split("\n");
  assert.equal(lines[0], "range_ns\t0\t100000\t100000");
  assert.ok(lines.includes("Vector\t0\t1871\t6700\t6750\t0.067\t6\t900"));
  assert.ok(lines.includes("OP_0xa8\tVector\t6\t900\t"));
  assert.ok(lines.includes("q Load 2\t0\t1\t4096\t100\t0.001"));
  assert.ok(lines.includes("sbuf_read_bytes\t2048"));
  assert.ok(lines.includes("\tSB\t1\t4096"));
  assert.ok(!lines.some((line) => line.startsWith("hbm_read_bytes")));
});

test("engines have the hues of engine mode, columns their names", () => {
  assert.deepEqual(["TensorMatrix", "Sync", "CC 3"].map(engineHue), ["blue", "grey", "red"]);
  assert.equal(movedName("psum_write_bytes"), "PSUM written");
  assert.equal(movedName("new_bytes"), "new_bytes");
});

test("a file's rows are counted, and said to be complete only where the server says so", () => {
  const headers = (/** @type {Record<string, string>} */ all) => ({
    get: (/** @type {string} */ name) => all[name] ?? null,
  });
  const whole = headers({ "X-Row-Count": "1234", "X-Complete": "true" });
  assert.equal(rowsText(200, whole), `1${THIN}234${THIN}rows, complete`);
  assert.equal(rowsText(200, headers({ "X-Row-Count": "1" })), `1${THIN}row`);
  assert.equal(rowsText(413, whole), "too many rows for a file");
  assert.equal(rowsText(500, whole), "");
  assert.equal(rowsText(200, headers({})), "");
});
