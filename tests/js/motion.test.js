import assert from "node:assert/strict";
import { test } from "node:test";

/** @type {(() => void)[]} */
let frames = [];
let isStill = false;
Object.assign(globalThis, {
  requestAnimationFrame: (/** @type {() => void} */ act) => frames.push(act),
  cancelAnimationFrame: (/** @type {number} */ id) => {
    if (id > 0) frames[id - 1] = () => {};
  },
  matchMedia: () => ({ matches: isStill }),
});
const { Glide } = await import("../../static/js/viewers/glide.js");
const { reveal } = await import("../../static/js/viewers/reveal.js");

/** Runs frames until none is left, the clock moving on with each. */
function runFrames(/** @type {import("node:test").TestContext} */ context, stepMs = 20) {
  let now = 0;
  context.mock.method(performance, "now", () => now);
  return () => {
    for (let at = 0; at < frames.length; at++) {
      now += stepMs;
      frames[at]();
    }
  };
}

const FROM = { start: 0, end: 1000 };
const TO = { start: 400, end: 500 };

test("a glide moves on with every frame, never back, and ends exactly there", (context) => {
  frames = [];
  const run = runFrames(context);
  const glide = new Glide();
  /** @type {[number, number, boolean][]} */
  const seen = [];
  glide.start(FROM, TO, ({ start, end }, isThere) => seen.push([start, end, isThere]));
  assert.ok(glide.id > 0);
  run();
  assert.equal(glide.id, 0);
  assert.deepEqual(seen.at(-1), [400, 500, true]);
  assert.equal(seen.filter(([, , isThere]) => isThere).length, 1);
  for (let at = 1; at < seen.length; at++) {
    assert.ok(seen[at][0] >= seen[at - 1][0]);
    assert.ok(seen[at][1] <= seen[at - 1][1]);
  }
  assert.ok(seen.length >= 6 && seen.length <= 9, `${seen.length} frames`);
});

test("where motion is not wanted the view is there at once", (context) => {
  frames = [];
  runFrames(context);
  isStill = true;
  const glide = new Glide();
  /** @type {boolean[]} */
  const seen = [];
  glide.start(FROM, TO, (_, isThere) => seen.push(isThere));
  isStill = false;
  assert.deepEqual(seen, [true]);
  assert.equal(glide.id, 0);
  assert.equal(frames.length, 0);
});

test("a glide that is stopped shows nothing more; a new one takes its place", (context) => {
  frames = [];
  const run = runFrames(context);
  const glide = new Glide();
  let [old, fresh] = [0, 0];
  glide.start(FROM, TO, () => old++);
  glide.start(FROM, TO, () => fresh++);
  assert.equal(old, 1);
  run();
  assert.equal(old, 1);
  assert.ok(fresh > 5);
  glide.start(FROM, TO, () => old++);
  glide.stop();
  assert.equal(glide.id, 0);
  run();
  assert.equal(old, 2);
});

/** @param {any} more */
function viewerOf(more) {
  /** @type {any[]} */
  const glides = [];
  return /** @type {any} */ ({
    ...{ range: { start: 1000, end: 2000 }, scrollY: 100, glides },
    scroll: { scrollTop: 100 },
    plot: { height: 200 },
    frame: { rows: [{ kind: "track", track: { id: 3 }, y: 150, height: 20 }] },
    glideTo: (/** @type {any} */ range) => glides.push(range),
    ...more,
  });
}

const hitAt = (/** @type {number} */ start, duration = 10) =>
  /** @type {any} */ ({ start, duration, track: { id: 3 } });

test("an event in view moves nothing", () => {
  const viewer = viewerOf({});
  reveal(viewer, hitAt(1500));
  assert.deepEqual(viewer.glides, []);
  assert.equal(viewer.scroll.scrollTop, 100);
});

test("an event out of view comes to the middle at the same zoom", () => {
  const viewer = viewerOf({});
  reveal(viewer, hitAt(5000, 100));
  assert.deepEqual(viewer.glides, [{ start: 4550, end: 5550 }]);
});

test("an event longer than the view need only touch it", () => {
  const viewer = viewerOf({});
  reveal(viewer, hitAt(0, 1500));
  assert.deepEqual(viewer.glides, []);
  reveal(viewer, hitAt(3000, 5000));
  assert.deepEqual(viewer.glides, [{ start: 3000, end: 4000 }]);
});

test("a row above or below the window is scrolled to its edge", () => {
  const viewer = viewerOf({});
  viewer.frame.rows[0].y = 40;
  reveal(viewer, hitAt(1500));
  assert.equal(viewer.scroll.scrollTop, 40);
  viewer.frame.rows[0].y = 900;
  reveal(viewer, hitAt(1500));
  assert.equal(viewer.scroll.scrollTop, 720);
});

test("an event whose row is not shown is still found in time", () => {
  const viewer = viewerOf({ frame: { rows: [] } });
  reveal(viewer, hitAt(9000));
  assert.equal(viewer.glides.length, 1);
  assert.equal(viewer.scroll.scrollTop, 100);
});
