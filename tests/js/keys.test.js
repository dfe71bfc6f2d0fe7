import assert from "node:assert/strict";
import { test } from "node:test";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
const { actionOf, fillKeyList } = await import("../../static/js/timeline/keys.js");

/** @param {string} key @param {Record<string, unknown>} [more] */
const press = (key, more = {}) =>
  actionOf(
    /** @type {any} */ ({
      ...{ key, target: null, altKey: false, ctrlKey: false, metaKey: false, shiftKey: false },
      ...more,
    }),
  );

/** @param {string} kind what the pressed element lies in */
function within(kind) {
  const element = /** @type {any} */ (new TinyElement("span"));
  element.closest = (/** @type {string} */ selector) =>
    selector.split(", ").includes(kind) ? element : null;
  return element;
}

for (const [key, action] of [
  ["w", "zoom-in"],
  ["s", "zoom-out"],
  ["a", "left"],
  ["d", "right"],
  ["f", "fit"],
  ["z", "zoom-selection"],
  ["[", "previous"],
  ["]", "next"],
  ["?", "help"],
  ["Escape", "escape"],
  ["ArrowUp", "zoom-in"],
  ["ArrowDown", "zoom-out"],
]) {
  test(`${key} is ${action}`, () => assert.equal(press(key), action));
}

test("capitals mean further or back where they mean something, else the same as small ones", () => {
  assert.equal(press("A", { shiftKey: true }), "far-left");
  assert.equal(press("D", { shiftKey: true }), "far-right");
  assert.equal(press("N", { shiftKey: true }), "previous-hit");
  assert.equal(press("n"), "next-hit");
  assert.equal(press("W"), "zoom-in", "with the lock of capitals on");
  assert.equal(press("F"), "fit");
});

test("arrows pan, ten times as far with Shift, and walk through the views with Alt", () => {
  assert.equal(press("ArrowLeft"), "left");
  assert.equal(press("ArrowLeft", { shiftKey: true }), "far-left");
  assert.equal(press("ArrowRight", { shiftKey: true }), "far-right");
  assert.equal(press("ArrowLeft", { altKey: true }), "back");
  assert.equal(press("ArrowRight", { altKey: true }), "forward");
});

test("what the browser does with a key stays the browser's", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"]) {
    for (const key of ["w", "s", "f", "t", "n", "+", "-"]) {
      assert.equal(press(key, { [held]: true }), null, `${held} ${key}`);
    }
  }
});

test("letters count only where nobody types", () => {
  for (const kind of ["input", "select", "textarea", "dialog"]) {
    for (const key of ["w", "/", "Enter", "Escape"]) {
      assert.equal(press(key, { target: within(kind) }), null, `${key} in ${kind}`);
    }
  }
  assert.equal(press("w", { target: within("section") }), "zoom-in");
});

test("Enter on a button or a link is theirs", () => {
  for (const kind of ["a", "button", "summary"]) {
    assert.equal(press("Enter", { target: within(kind) }), null);
    assert.equal(press("w", { target: within(kind) }), "zoom-in");
  }
  assert.equal(press("Enter", { target: within("section") }), "panel");
});

test("keys that mean nothing do nothing", () => {
  for (const key of ["q", "Q", "F5", "Tab", "1", "ü", " "]) assert.equal(press(key), null, key);
});

test("the list says every key once, with what it does", () => {
  const list = /** @type {any} */ (new TinyElement("dl"));
  fillKeyList(list);
  const [terms, words] = [list.all("dt"), list.all("dd")];
  assert.equal(terms.length, words.length);
  const shown = terms.map((/** @type {TinyElement} */ one) => one.textContent);
  assert.equal(new Set(shown).size, shown.length);
  for (const key of ["W S, ↑ ↓", "F", "Z", "T", "?", "Esc", "/"])
    assert.ok(shown.includes(key), key);
  assert.ok(words.every((/** @type {TinyElement} */ one) => one.textContent.length >= 3));
});
