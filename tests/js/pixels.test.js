import assert from "node:assert/strict";
import { test } from "node:test";
import { Pixels } from "../../static/js/render/pixels.js";
import { seeded, whole } from "./seeded.js";

const INK = 7;
const GROUND = 1;
const WIDTH = 23;
const HEIGHT = 17;

/**
 * The pixels a drawing changed, as "x,y".
 * @param {(pixels: Pixels) => void} draw
 * @returns {Set<string>}
 */
function inked(draw) {
  const pixels = new Pixels(WIDTH, HEIGHT);
  pixels.clear(GROUND);
  draw(pixels);
  const found = new Set();
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const value = pixels.data[y * WIDTH + x];
      assert.ok(value === INK || value === GROUND);
      if (value === INK) found.add(`${x},${y}`);
    }
  }
  return found;
}

/**
 * The pixels of the buffer for which a condition holds, each asked by itself.
 * @param {(x: number, y: number) => boolean} holds
 * @returns {Set<string>}
 */
function where(holds) {
  const found = new Set();
  for (let y = 0; y < HEIGHT; y++)
    for (let x = 0; x < WIDTH; x++) if (holds(x, y)) found.add(`${x},${y}`);
  return found;
}

/** @param {() => number} chance @returns {[number, number, number, number]} */
function box(chance) {
  const x0 = whole(chance, -12, WIDTH + 6);
  const y0 = whole(chance, -12, HEIGHT + 6);
  return [x0, y0, x0 + whole(chance, 0, 30), y0 + whole(chance, 0, 24)];
}

test("a rectangle inks its pixels and no other, wherever the edges of the buffer cut it", () => {
  const chance = seeded(1);
  for (let round = 0; round < 400; round++) {
    const [x0, y0, x1, y1] = box(chance);
    assert.deepEqual(
      inked((pixels) => pixels.rect(x0, y0, x1, y1, INK)),
      where((x, y) => x >= x0 && x < x1 && y >= y0 && y < y1),
      `${[x0, y0, x1, y1]}`,
    );
  }
});

test("a rectangle whose end lies before its begin inks nothing", () => {
  assert.equal(inked((pixels) => pixels.rect(9, 2, 4, 8, INK)).size, 0);
  assert.equal(inked((pixels) => pixels.rect(4, 8, 9, 2, INK)).size, 0);
});

test("a bar leaves out its four corners once it is large enough to have some", () => {
  const chance = seeded(2);
  for (let round = 0; round < 300; round++) {
    const [x0, y0, x1, y1] = box(chance);
    const isRound = x1 - x0 >= 5 && y1 - y0 >= 5;
    const isCorner = (/** @type {number} */ x, /** @type {number} */ y) =>
      (x === x0 || x === x1 - 1) && (y === y0 || y === y1 - 1);
    assert.deepEqual(
      inked((pixels) => pixels.bar(x0, y0, x1, y1, INK)),
      where((x, y) => x >= x0 && x < x1 && y >= y0 && y < y1 && !(isRound && isCorner(x, y))),
      `${[x0, y0, x1, y1]}`,
    );
  }
});

test("an outline is the edge of its rectangle, one pixel wide", () => {
  const chance = seeded(3);
  for (let round = 0; round < 200; round++) {
    const [x0, y0, x1, y1] = box(chance);
    if (x1 === x0 || y1 === y0) continue;
    const isEdge = (/** @type {number} */ x, /** @type {number} */ y) =>
      x === x0 || x === x1 - 1 || y === y0 || y === y1 - 1;
    assert.deepEqual(
      inked((pixels) => pixels.outline(x0, y0, x1, y1, INK)),
      where((x, y) => x >= x0 && x < x1 && y >= y0 && y < y1 && isEdge(x, y)),
    );
  }
});

test("a hatch inks every so many pixels, a pixel further left on the next line", () => {
  const chance = seeded(4);
  for (let round = 0; round < 200; round++) {
    const [x0, y0, x1, y1] = box(chance);
    const every = whole(chance, 2, 9);
    const shift = whole(chance, -20, 20);
    assert.deepEqual(
      inked((pixels) => pixels.hatch(x0, y0, x1, y1, INK, every, shift)),
      where((x, y) => x >= x0 && x < x1 && y >= y0 && y < y1 && (x + y - shift) % every === 0),
      `${[x0, y0, x1, y1, every, shift]}`,
    );
  }
});

test("two hatches beside each other meet without a break", () => {
  const halves = inked((pixels) => {
    pixels.hatch(0, 0, 11, HEIGHT, INK, 6);
    pixels.hatch(11, 0, WIDTH, HEIGHT, INK, 6);
  });
  assert.deepEqual(
    halves,
    inked((pixels) => pixels.hatch(0, 0, WIDTH, HEIGHT, INK, 6)),
  );
});

test("dots stand at the same places wherever their line begins, and on no line outside", () => {
  const chance = seeded(5);
  for (let round = 0; round < 200; round++) {
    const [x0, y, x1] = box(chance);
    const every = whole(chance, 1, 6);
    assert.deepEqual(
      inked((pixels) => pixels.dots(x0, x1, y, INK, every)),
      where((x, line) => line === y && x >= x0 && x < x1 && x % every === 0),
    );
  }
});

test("a buffer has at least one pixel, however small its place is", () => {
  const pixels = new Pixels(0, -3);
  assert.deepEqual([pixels.width, pixels.height, pixels.data.length], [1, 1, 1]);
  pixels.rect(-5, -5, 5, 5, INK);
  assert.equal(pixels.data[0], INK);
});
