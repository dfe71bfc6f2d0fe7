import assert from "node:assert/strict";
import { test } from "node:test";
import { makeDocument } from "./make-tile.js";
import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();
const { Gutter } = await import("../../static/js/timeline/gutter.js");

const DOCUMENT = makeDocument([{ key: "p0/c0/tensor", name: "Tensor" }]);
const [GROUP] = DOCUMENT.groups;
const [TRACK] = DOCUMENT.tracks;
const ROW = { kind: "track", group: GROUP, track: TRACK, y: 0, height: 22, lanes: 1 };

/** @param {(what: string, key: string) => void} [act] */
function gutter(act) {
  const made = new Gutter(/** @type {any} */ (new TinyElement("div")), DOCUMENT, () => {});
  if (act) made.act = act;
  return made;
}

/** @param {InstanceType<typeof Gutter>} of @param {Record<string, unknown>} [more] */
const part = (of, more = {}) =>
  /** @type {any} */ (of.part(/** @type {any} */ ({ ...ROW, ...more })).element);

/** Fires a drag event with what is dragged. @param {TinyElement} element @param {string} kind */
function drag(element, kind, /** @type {Map<string, string>} */ data) {
  let isTaken = false;
  const dataTransfer = {
    types: [...data.keys()],
    getData: (/** @type {string} */ type) => data.get(type) ?? "",
    setData: (/** @type {string} */ type, /** @type {string} */ value) => data.set(type, value),
  };
  const preventDefault = () => {
    isTaken = true;
  };
  /** @type {any} */ for (const act of element.listeners.get(kind) ?? [])
    act({ dataTransfer, preventDefault });
  return isTaken;
}

test("where rows stay as they are nothing can be done to one", () => {
  const element = part(gutter());
  assert.equal(element.all("button").length, 0);
  assert.equal(element.draggable, undefined);
});

test("a row has buttons that pin and hide it by its key", () => {
  /** @type {string[]} */
  const done = [];
  const element = part(gutter((what, key) => done.push(`${what} ${key}`)));
  for (const button of element.all("button")) button.fire("click");
  assert.deepEqual(done, ["pin p0/c0/tensor", "hide p0/c0/tensor"]);
  assert.equal(element.getAttribute("data-row"), "p0/c0/tensor");
});

test("heads, closed groups and clocks that were not recorded cannot be chosen", () => {
  const of = gutter(() => {});
  for (const kind of ["closed", "no-clock"]) {
    assert.equal(part(of, { kind, track: null }).getAttribute("data-row"), null);
  }
  assert.equal(part(of, { kind: "head", track: null }).all(".row__tools").length, 0);
});

test("a row dragged onto another is moved before it, onto itself nowhere", () => {
  const of = gutter(() => {});
  /** @type {string[]} */
  const moved = [];
  of.move = (key, before) => moved.push(`${key} before ${before}`);
  const one = part(of);
  const other = part(of, { track: { ...TRACK, key: "p0/c0/vector" } });
  /** @type {Map<string, string>} */
  const data = new Map();
  drag(one, "dragstart", data);
  assert.ok(!drag(one, "drop", data));
  assert.ok(drag(other, "drop", data));
  assert.deepEqual(moved, ["p0/c0/tensor before p0/c0/vector"]);
  assert.ok(!drag(other, "drop", new Map([["text/plain", "a file"]])));
});

test("a pinned row is called what the layout says", () => {
  const element = part(
    gutter(() => {}),
    { name: "Tensor · Core 0", isPinned: true },
  );
  assert.equal(element.all(".row__name")[0].textContent, "Tensor · Core 0");
  const [pin] = element.all("button");
  assert.equal(pin.getAttribute("aria-label"), "Unpin Tensor · Core 0");
});
