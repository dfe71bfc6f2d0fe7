import assert from "node:assert/strict";
import { test } from "node:test";

const { noticesTitle, noticesWorstFirst, onlyInform } = await import(
  "../../static/js/viewers/notices.js"
);

const SPREAD = { code: "system.clock_spread", message: "agree within 1 ns", count: 2 };
const LOST = { code: "system.no_sync_point", message: "no host time", count: 1 };

test("how well clocks agree informs, a process without sync points warns", () => {
  assert.equal(onlyInform([SPREAD]), true);
  assert.equal(onlyInform([SPREAD, LOST]), false);
});

test("what something is wrong with is told before what only informs", () => {
  assert.deepEqual(noticesWorstFirst([SPREAD, LOST]), [LOST, SPREAD]);
});

test("notices are counted in words", () => {
  assert.equal(noticesTitle([LOST]), "1 data notice");
  assert.equal(noticesTitle([LOST, SPREAD]), "2 data notices");
});
