import assert from "node:assert/strict";
import { test } from "node:test";
import { operandList, place, words } from "../../static/js/viewers/operands.js";

/** @param {string} text */
const list = (text) => operandList(text).map(({ name, value }) => `${name}|${value}`);

test("a semaphore and its name are one word", () => {
  assert.deepEqual(words(" S[5] (Tensor)>=16 S[4] (Scalar)++@complete  x=1 "), [
    "S[5] (Tensor)>=16",
    "S[4] (Scalar)++@complete",
    "x=1",
  ]);
  assert.deepEqual(words("   "), []);
});

test("waits and signals are said in words", () => {
  assert.deepEqual(list("S[5] (Tensor)>=16 S[4] (Scalar)++@complete $S[2]==2 S[9]+=16@start"), [
    "Waits for|S[5] (Tensor) ≥ 16",
    "Signals|S[4] (Scalar) +1 on complete",
    "Waits for|$S[2] = 2",
    "Signals|S[9] +16 on start",
  ]);
});

test("an access pattern says type, memory, address, shape and bytes", () => {
  assert.deepEqual(list("src=fp32@0x2003800[1,1,1,1][512,1,1,1]"), [
    "Source|fp32 PSUM 0x200_3800",
    "|[512] step [1], 2\u202fKiB",
  ]);
  assert.deepEqual(list("dst=bfloat16@0x7000[1,0,-32][32,1,4]"), [
    "Destination|bfloat16 SBUF 0x7000",
    "|[32, 1, 4] step [1, 0, -32], 256\u202fB",
  ]);
});

test("what has no known type keeps its shape and claims no bytes", () => {
  assert.deepEqual(list("dst=0x2002000[1,0,0][1,1,1]"), [
    "Destination|PSUM 0x200_2000",
    "|[1] step [1]",
  ]);
});

test("an address lies in a memory only where the layout says so", () => {
  assert.equal(place("0x7000"), "SBUF 0x7000");
  assert.equal(place("0x2000000"), "PSUM 0x200_0000");
  assert.equal(place("0x2004000"), "0x200_4000");
  assert.equal(place("0x8005c035e000"), "0x8005_c035_e000");
});

test("pairs, bare words and empty values", () => {
  assert.deepEqual(list("acc_flags=1 128*128 x= SILU decoded: op=MULTIPLY imm=0xa060,0"), [
    "acc_flags|1",
    "|128\u202f×\u202f128",
    "|SILU",
    "Operation|MULTIPLY",
    "Immediate|0xa060,0",
  ]);
});

test("hostile text stays text", () => {
  assert.deepEqual(list("<b>x</b> a=<img>"), ["|<b>x</b>", "a|<img>"]);
});
