import assert from "node:assert/strict";
import test from "node:test";

import { isReady, nameLength, nameOf, pairUp, stem } from "../../static/js/upload/pairing.js";
import { sniff, whyIgnored } from "../../static/js/upload/sniff.js";

const A = "a1".repeat(16);
const B = "b2".repeat(16);

/**
 * @param {string} name
 * @param {Partial<import("../../static/js/upload/sniff.js").Sniffed>} sniffed
 * @returns {import("../../static/js/upload/pairing.js").Item}
 */
function item(name, sniffed) {
  const facts = { role: null, neffId: "", executions: [], stored: "", ...sniffed };
  return { file: new File(["x"], name, { lastModified: 1 }), sniffed: facts };
}

const neff = (/** @type {string} */ name, neffId = "") => item(name, { role: "neff", neffId });
const ntff = (/** @type {string} */ name, id = "") =>
  item(name, { role: "ntff", executions: id ? [id] : [] });

/** @param {ReturnType<typeof pairUp>} pairs */
const told = (pairs) =>
  pairs.map(({ neff, ntffs, match }) => [
    match,
    neff?.file.name ?? "",
    ...ntffs.map((one) => one.file.name),
  ]);

test("files find each other by the id inside, whatever their names and order", () => {
  const pairs = pairUp([
    ntff("b.ntff", B),
    neff("x.neff", A),
    ntff("a.ntff", A),
    neff("y.neff", B),
  ]);
  assert.deepEqual(told(pairs), [
    ["same", "x.neff", "a.ntff"],
    ["same", "y.neff", "b.ntff"],
  ]);
});

test("a NEFF that serves many traces is listed once, with all of them", () => {
  const traces = [0, 1, 2].map((rank) => ntff(`rank${rank}.ntff`, A));
  assert.deepEqual(told(pairUp([...traces, neff("m.neff", A)])), [
    ["same", "m.neff", "rank0.ntff", "rank1.ntff", "rank2.ntff"],
  ]);
});

test("without ids a number in both names is a hint, and the card says so", () => {
  const pairs = pairUp([
    neff("neff_171450338541704.neff"),
    neff("other_999999999.neff"),
    ntff("171450338541704_vnc_0.ntff"),
  ]);
  assert.deepEqual(told(pairs), [
    ["number", "neff_171450338541704.neff", "171450338541704_vnc_0.ntff"],
    ["no-ntff", "other_999999999.neff"],
  ]);
});

test("ids that differ are never joined by a number in the names", () => {
  const pairs = pairUp([neff("run_1234567.neff", A), ntff("run_1234567.ntff", B)]);
  assert.deepEqual(told(pairs), [
    ["no-neff", "", "run_1234567.ntff"],
    ["no-ntff", "run_1234567.neff"],
  ]);
});

test("one NEFF and one trace without ids are taken together, and said to be unchecked", () => {
  assert.deepEqual(told(pairUp([neff("m.neff"), ntff("t.ntff")])), [
    ["unknown", "m.neff", "t.ntff"],
  ]);
});

test("a trace without an id finds no NEFF among several", () => {
  const pairs = pairUp([neff("m.neff", A), neff("n.neff", B), ntff("t.ntff")]);
  assert.deepEqual(
    pairs.map((pair) => pair.match),
    ["no-neff", "no-ntff", "no-ntff"],
  );
});

test("a card is only as sure as its weakest trace", () => {
  const pairs = pairUp([neff("m.neff", A), ntff("a.ntff", A), ntff("t.ntff")]);
  assert.deepEqual(told(pairs), [["unknown", "m.neff", "a.ntff", "t.ntff"]]);
});

test("two files named as each other are found swapped", () => {
  const pairs = pairUp([neff("model.ntff", A), ntff("model.neff", A)]);
  assert.deepEqual(told(pairs), [["swapped", "model.ntff", "model.neff"]]);
});

test("what is sure may go; the rest waits for a word", () => {
  const nobody = new Set();
  for (const [pairs, ready] of /** @type {[any[], boolean][]} */ ([
    [pairUp([neff("m.neff", A), ntff("t.ntff", A)]), true],
    [pairUp([neff("m.neff"), ntff("t.ntff")]), true],
    [pairUp([ntff("t.ntff", A)]), false],
    [pairUp([neff("m.neff", A)]), false],
    [pairUp([neff("m.ntff", A), ntff("m.neff", A)]), false],
  ])) {
    assert.equal(isReady(pairs[0], nobody), ready);
    assert.equal(isReady(pairs[0], new Set([pairs[0].key])), true);
  }
});

test("names follow the files, each standing in for the other", () => {
  const [both] = pairUp([neff("fused.neff", A), ntff("fused_exec_2.ntff", A)]);
  assert.equal(
    nameOf("attention {neff} · {ntff}", /** @type {any} */ (both)),
    "attention fused · fused_exec_2",
  );
  const [alone] = pairUp([ntff("t.ntff", A)]);
  assert.equal(nameOf("{neff}", /** @type {any} */ (alone)), "t");
  assert.equal(stem("C:\\runs\\a.NEFF"), "a");
  assert.equal(stem("dir/b.ntff.ntff"), "b.ntff");
});

test("names are counted as the server counts them", () => {
  assert.equal(nameLength("é😀"), 2);
  assert.equal(nameLength("a".repeat(150)), 150);
});

test("only some kilobytes of a large trace are read", async () => {
  const head = new Uint8Array(128);
  const size = 40 * 1024 * 1024;
  const field = [0x7a, 0x12, 0x0a, 0x10, ...new Array(16).fill(0xa1)];
  const length = 6 + size + field.length;
  head[0] = 6;
  new DataView(head.buffer).setBigUint64(1, BigInt(length), true);
  const large = new Uint8Array(6 + size);
  large.set([0x22, 0x80, 0x80, 0x80, 0x14]);
  large.set([0x08], 5 + size);
  const file = new Blob([head, large.subarray(0, 5 + size), new Uint8Array(field)]);
  let read = 0;
  const slice = file.slice.bind(file);
  const counted = /** @type {any} */ ({
    size: file.size,
    slice: (/** @type {number} */ from, /** @type {number} */ to) => {
      const part = slice(from, to);
      const inner = part.slice.bind(part);
      const bytes = part.arrayBuffer.bind(part);
      part.arrayBuffer = () => {
        read += part.size;
        return bytes();
      };
      part.slice = (a, b) => {
        const piece = inner(a, b);
        read += piece.size;
        return piece;
      };
      return part;
    },
  });
  assert.deepEqual((await sniff(counted)).executions, [A]);
  assert.ok(read < 300_000, `${read} bytes were read`);
});

test("what is left out is left out for a reason", () => {
  assert.equal(whyIgnored(new File([], "a.neff")), "empty");
  assert.match(whyIgnored(new File(["x"], "ntrace.pb")), /system capture/);
  assert.match(whyIgnored(new File(["x"], "nohup.out")), /first bytes/);
});
