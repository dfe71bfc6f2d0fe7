import assert from "node:assert/strict";
import { test } from "node:test";
import { useTinyDom } from "./tiny-dom.js";

useTinyDom();

const { Toolbox } = await import("../../static/js/viewers/tools/toolbox.js");
const { matching } = await import("../../static/js/viewers/tools/command-palette.js");

const point = /** @type {any} */ ({ x: 1, y: 2, ns: 3, row: null, hit: null });
const drag = () => ({ move: () => {}, end: () => {} });

test("a press goes to what lies under the pointer before it goes to the mode", () => {
  const box = new Toolbox();
  const [grabbed, begun] = [drag(), drag()];
  box.mode = { name: "range", key: "r", icon: "range", title: "Range", begin: () => begun };
  box.tools.push({ name: "handles", grab: ({ x }) => (x === 1 ? grabbed : null) });
  assert.equal(box.press(point, "rows"), grabbed);
  assert.equal(box.press({ ...point, x: 9 }, "rows"), begun);
});

test("a mode is for the rows only", () => {
  const box = new Toolbox();
  box.mode = { name: "range", key: "r", icon: "range", title: "Range", begin: drag };
  assert.equal(box.press(point, "ruler"), null);
  assert.equal(box.press(point, "overview"), null);
});

test("without a mode or anything to grab a press is nobody's", () => {
  const box = new Toolbox();
  box.tools.push({ name: "quiet" });
  assert.equal(box.press(point, "rows"), null);
});

test("Esc clears one thing at a time, in the order of the tools", () => {
  const box = new Toolbox();
  const left = ["box", "range"];
  for (const name of [...left]) {
    const cleared = () => {
      const at = left.indexOf(name);
      if (at >= 0) left.splice(at, 1);
      return at >= 0;
    };
    box.tools.push({ name, escape: cleared });
  }
  assert.equal(box.escape(), true);
  assert.deepEqual(left, ["range"]);
  assert.equal(box.escape(), true);
  assert.equal(box.escape(), false);
});

test("every tool adds its own part to the address", () => {
  const box = new Toolbox();
  box.tools.push({ name: "a", write: (query) => query.set("a", "1") });
  box.tools.push({ name: "b", write: (query) => query.set("b", "2") });
  const query = new URLSearchParams("t=1-2");
  box.write(query);
  assert.equal(query.toString(), "t=1-2&a=1&b=2");
});

test("commands may be made when they are asked for", () => {
  const box = new Toolbox();
  let count = 0;
  const run = () => {};
  box.tools.push({ name: "fixed", commands: [{ name: "one", run }] });
  box.tools.push({ name: "made", commands: () => [{ name: `made ${++count}`, run }] });
  assert.deepEqual(
    box.commands.map(({ name }) => name),
    ["one", "made 1"],
  );
  assert.equal(box.commands.at(-1)?.name, "made 2");
});

const KEYLESS = { target: null, ctrlKey: false, metaKey: false, altKey: false };
const key = (/** @type {any} */ facts) => ({ ...KEYLESS, ...facts });

test("a tool's key runs what it is bound to, and says so", () => {
  const box = new Toolbox();
  /** @type {string[]} */
  const ran = [];
  const bind = (/** @type {string} */ name, isCtrl = false) => ({
    ...{ key: name, isCtrl },
    run: () => ran.push(name),
  });
  box.tools.push({ name: "keys", keys: [bind("m"), bind("k", true), bind("N"), bind("n")] });
  assert.equal(box.pressKey(key({ key: "m" })), true);
  assert.equal(box.pressKey(key({ key: "M" })), true);
  assert.equal(box.pressKey(key({ key: "k" })), false);
  assert.equal(box.pressKey(key({ key: "k", ctrlKey: true })), true);
  assert.equal(box.pressKey(key({ key: "k", metaKey: true })), true);
  assert.equal(box.pressKey(key({ key: "N" })), true);
  assert.equal(box.pressKey(key({ key: "m", altKey: true })), false);
  assert.deepEqual(ran, ["m", "m", "k", "k", "N"]);
});

test("the palette finds by all words, whatever their order, the beginning first", () => {
  const commands = ["Zoom out", "Fit all", "Open Summary", "Go to Core 0 · 12 events", "Out of it"];
  const named = commands.map((name) => ({ name, run: () => {} }));
  const found = (/** @type {string} */ text) => matching(named, text).map(({ name }) => name);
  assert.deepEqual(found("out"), ["Out of it", "Zoom out"]);
  assert.deepEqual(found("core go"), ["Go to Core 0 · 12 events"]);
  assert.deepEqual(found("nothing such"), []);
  assert.equal(found("").length, commands.length);
});
