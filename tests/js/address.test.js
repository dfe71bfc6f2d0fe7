import assert from "node:assert/strict";
import { test } from "node:test";
import { readAddress, writeAddress } from "../../static/js/timeline/address.js";
import { ViewHistory } from "../../static/js/timeline/history.js";
import { actionOf } from "../../static/js/timeline/keys.js";

const NOWHERE = {
  ...{ range: null, marked: null, selected: null, closed: null },
  ...{ by: null, hidden: null, pinned: null, semaphores: null, finding: null, back: null },
  ...{ order: null, heights: null, isCpuShown: false },
  dma: /** @type {const} */ ("queue"),
};

test("an address gives back the view it was made from", () => {
  const address = {
    range: { start: -540, end: 54_819 },
    marked: { start: 100, end: 900 },
    selected: { key: "p1/dma0/2-qsyncdynamichw", row: 207 },
    dma: /** @type {const} */ ("engine"),
    closed: ["p0/c1", "p0/dma0"],
    by: "core",
    hidden: ["p0/hw/nc0/c5"],
    pinned: ["series/hbm-2", "p0/fw/t1"],
    heights: ["60:p0/hw/nc0/c4", "38:series/hbm-2"],
    semaphores: ["p0-s3", "p0-s12"],
    finding: "waiting.idle_gap",
    order: [0, 2, 1, 57],
    isCpuShown: true,
    back: "/profiles/0b1/timeline/?t=1-2&sel=p0/rt/t7:3",
  };
  assert.deepEqual(readAddress(writeAddress(address)), address);
});

test("an address can be read by people", () => {
  const selected = { key: "p0/c0/tensor", row: 7 };
  const text = writeAddress({ ...NOWHERE, range: { start: 1, end: 2 }, selected });
  assert.equal(text, "?t=1-2&sel=p0/c0/tensor:7");
});

test("nothing closed is not the same as nothing said", () => {
  assert.deepEqual(readAddress(writeAddress({ ...NOWHERE, closed: [] })).closed, []);
  assert.equal(readAddress("").closed, null);
});

test("an address that makes no sense is an address without a view", () => {
  const odd = [
    "",
    "?t=5-3",
    "?t=a-b&sel=x",
    "?sel=<b>:2&dma=other",
    "?mark=1-1e999",
    "?t=-",
    "?order=1,2&cpu=yes",
  ];
  for (const text of odd) assert.deepEqual(readAddress(text), NOWHERE, text);
});

test("going back returns to where the view was, small moves as one", () => {
  const history = new ViewHistory();
  history.leave({ start: 0, end: 100 }, 0);
  history.leave({ start: 1, end: 101 }, 100);
  history.leave({ start: 50, end: 60 }, 5000);
  assert.deepEqual(history.back({ start: 9, end: 10 }), { start: 50, end: 60 });
  assert.deepEqual(history.back({ start: 50, end: 60 }), { start: 0, end: 100 });
  assert.equal(history.back({ start: 0, end: 100 }), null);
  assert.deepEqual(history.forward({ start: 0, end: 100 }), { start: 50, end: 60 });
});

test("a step is remembered however soon it comes, and ends what could be gone forward to", () => {
  const history = new ViewHistory();
  history.leave({ start: 0, end: 100 }, 0, { isStep: true });
  history.leave({ start: 10, end: 20 }, 1, { isStep: true });
  assert.equal(history.past.length, 2);
  history.back({ start: 11, end: 12 });
  history.leave({ start: 10, end: 20 }, 2, { isStep: true });
  assert.equal(history.forward({ start: 0, end: 1 }), null);
});

test("history does not grow without end", () => {
  const history = new ViewHistory();
  for (let at = 0; at < 500; at++) history.leave({ start: at, end: at + 1 }, at, { isStep: true });
  assert.equal(history.past.length, 100);
});

class FakeElement {
  /** @param {string} kind */
  constructor(kind) {
    this.kind = kind;
  }

  /** @param {string} selector */
  closest(selector) {
    return selector.split(", ").includes(this.kind) ? this : null;
  }
}

/** @param {string} key @param {Record<string, unknown>} [more] */
function press(key, more = {}) {
  return actionOf(/** @type {any} */ ({ key, target: new FakeElement("div"), ...more }));
}

Object.assign(globalThis, { HTMLElement: FakeElement, HTMLButtonElement: class {} });

test("keys do what the list says", () => {
  const wanted = {
    ...{ w: "zoom-in", s: "zoom-out", a: "left", D: "far-right", f: "fit", z: "zoom-selection" },
    ...{ j: "row-down", k: "row-up", "[": "previous", "]": "next", t: "table", "?": "help" },
    ...{
      "/": "find",
      n: "next-hit",
      N: "previous-hit",
      Enter: "panel",
      Escape: "escape",
      "+": "zoom-in",
      "-": "zoom-out",
      q: null,
    },
  };
  for (const [key, action] of Object.entries(wanted)) assert.equal(press(key), action, key);
  assert.equal(press("ArrowLeft", { altKey: true }), "back");
  assert.equal(press("ArrowRight", { shiftKey: true }), "far-right");
});

test("letters do nothing while one types, nor with Ctrl", () => {
  for (const kind of ["input", "textarea", "select", "dialog"]) {
    assert.equal(press("f", { target: new FakeElement(kind) }), null, kind);
  }
  assert.equal(press("f", { ctrlKey: true }), null);
  assert.equal(press("w", { metaKey: true }), null);
});
