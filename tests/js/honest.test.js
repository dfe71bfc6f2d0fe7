/**
 * Nothing is drawn that is not known, and nothing known is left out: random views of random rows,
 * painted into a pixel buffer as the page does it. A failure names its seed.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { COLUMN_PX, levelFor, Scale } from "../../static/js/kit/scale.js";
import { Brush, paintRow } from "../../static/js/render/painter.js";
import { pixel } from "../../static/js/render/palette.js";
import { Pixels } from "../../static/js/render/pixels.js";
import { placedTiles, visitItems } from "../../static/js/timeline/items.js";
import { makeDocument, makePyramid, makeStore } from "./make-tile.js";
import { seeded, whole } from "./seeded.js";

const FIRST_SEED = 7000;
const VIEWS = 400;
const WIDTH = 240;
const HEIGHT = 30;
const TOP = 3;
const WELL = pixel(1, 1, 1);
const RAIL = pixel(2, 2, 2);
const hues = Uint32Array.from({ length: 9 }, (_, at) => pixel(20 * (at + 1), 9, 9));
const palette = /** @type {any} */ ({ hues, well: WELL, rail: RAIL, warn: 3, err: 4, grid: 5 });

/** @typedef {{start: number, duration: number, lane: number}} Slice */

/**
 * Slices of one engine, in order, none over another: some instants, some bursts, long pauses.
 * @param {() => number} chance
 * @param {number} duration
 * @returns {Slice[]}
 */
function randomSlices(chance, duration) {
  /** @type {Slice[]} */
  const slices = [];
  const busyness = whole(chance, 0, 3);
  let at = whole(chance, 0, 200);
  while (at < duration - 1) {
    const length = chance() < 0.1 ? 0 : whole(chance, 1, [4, 30, 200, 900][whole(chance, 0, 3)]);
    slices.push({ start: at, duration: Math.min(length, duration - at), lane: 0 });
    const gap = chance() < 0.05 ? whole(chance, 100, 2000) : whole(chance, 0, 4 * busyness);
    at += Math.max(length, 1) + gap;
  }
  return slices;
}

/**
 * @param {() => number} chance
 * @param {number} ratio
 */
function randomView(chance, ratio) {
  const document = makeDocument();
  const slices = randomSlices(chance, document.duration_ns);
  const length = 2 ** (5 + chance() * 8);
  const start = chance() * (document.duration_ns - length / 2) - length / 4;
  const range = { start, end: start + length };
  const scale = new Scale(range, WIDTH);
  const level = levelFor(document.levels, scale.nsPerPx);
  const store = makeStore(makePyramid(document, slices));
  const [group] = document.groups;
  const [track] = document.tracks;
  const placed = placedTiles(document, group, level, range, store);
  const pixels = new Pixels(WIDTH * ratio, HEIGHT * ratio);
  pixels.clear(WELL);
  const tally = { exact: 0, inCells: 0, cells: 0 };
  paintRow({
    ...{ pixels, palette, brush: new Brush(WIDTH, 100), tally, ratio, lanes: 1, scale, track },
    ...{ top: TOP, height: 18, isSmall: [] },
    items: (visit) => visitItems(placed, track.id, range, visit, document),
  });
  const bucketNs = level < 0 ? 0 : document.levels[level].bucket_ns;
  return { slices, scale, bucketNs, pixels, tally };
}

/**
 * What stands in a column of the picture.
 * @param {Pixels} pixels
 * @param {number} x
 */
function seenAt({ data, width, height }, x) {
  let ink = 0;
  let rail = 0;
  for (let y = 0; y < height; y++) {
    const value = data[y * width + x];
    if (value === RAIL) rail++;
    else if (value !== WELL) ink++;
  }
  return { ink, rail };
}

/**
 * Runs a check over random views; what fails says which seed made it.
 * @param {(view: ReturnType<typeof randomView>, ratio: number) => void} check
 */
function everyView(check) {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + VIEWS; seed++) {
    const ratio = 1 + (seed % 2);
    try {
      check(randomView(seeded(seed), ratio), ratio);
    } catch (error) {
      if (error instanceof Error) error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
  }
}

test("every slice in view leaves ink where it is", () => {
  everyView(({ slices, scale, bucketNs, pixels }, ratio) => {
    for (const { start, duration } of slices) {
      // A cell stands for its bucket: the ink of a short slice may lie anywhere in the two columns.
      const slack = duration > bucketNs ? 0 : bucketNs / scale.nsPerPx + COLUMN_PX;
      const from = Math.floor((scale.x(start) - slack) * ratio) - 1;
      const to = Math.ceil((scale.x(start + duration) + slack) * ratio) + 1;
      if (to < 1 || scale.x(start) < 0 || scale.x(start) >= WIDTH - 1) continue;
      let ink = 0;
      for (let x = Math.max(0, from); x < Math.min(pixels.width, to); x++)
        ink += seenAt(pixels, x).ink;
      assert.ok(ink > 0, `nothing at ${start} + ${duration} ns`);
    }
  });
});

test("where nothing happened there is no ink and no rail", () => {
  everyView(({ slices, scale, bucketNs, pixels }, ratio) => {
    const slack = bucketNs + (COLUMN_PX + 1) * scale.nsPerPx;
    let next = 0;
    for (let x = 0; x < pixels.width; x++) {
      const [from, to] = [scale.ns(x / ratio) - slack, scale.ns((x + 1) / ratio) + slack];
      while (next < slices.length && slices[next].start + slices[next].duration < from) next++;
      if (next < slices.length && slices[next].start <= to) continue;
      const { ink, rail } = seenAt(pixels, x);
      assert.deepEqual([ink, rail], [0, 0], `column ${x}`);
    }
  });
});

test("under what is aggregated runs a rail, and under nothing else", () => {
  let [aggregated, exact] = [0, 0];
  everyView(({ pixels, tally }) => {
    let rails = 0;
    for (let x = 0; x < pixels.width; x++) rails += seenAt(pixels, x).rail;
    if (tally.cells > 0) {
      aggregated++;
      assert.ok(rails > 0, `${tally.cells} cells and no rail`);
      assert.ok(rails <= pixels.width);
    } else {
      exact++;
      assert.equal(rails, 0, "a rail and no cell");
    }
  });
  assert.ok(aggregated > 40 && exact > 40, `${aggregated} aggregated, ${exact} exact`);
});

test("exact and aggregated together are the slices that begin in view, to those at its edges", () => {
  everyView(({ slices, scale, bucketNs, tally }) => {
    const slack = bucketNs + COLUMN_PX * scale.nsPerPx;
    const touching = (/** @type {number} */ by) =>
      slices.filter(
        ({ start, duration }) =>
          start <= scale.range.end + by && start + duration >= scale.range.start - by,
      ).length;
    const shown = tally.exact + tally.inCells;
    const inside = slices.filter(
      ({ start }) => start >= scale.range.start + slack && start <= scale.range.end - slack,
    ).length;
    assert.ok(shown <= touching(slack), `${shown} shown, ${touching(slack)} there`);
    assert.ok(shown >= inside, `${shown} shown, ${inside} there`);
  });
});

test("of the whole profile the two counts are its rows, at every zoom", () => {
  for (let seed = FIRST_SEED; seed < FIRST_SEED + 60; seed++) {
    const chance = seeded(seed);
    const document = makeDocument();
    const slices = randomSlices(chance, document.duration_ns);
    const store = makeStore(makePyramid(document, slices));
    const range = { start: -100, end: document.duration_ns + 100 };
    for (const width of [60, 300, 1100, 5000]) {
      const scale = new Scale(range, width);
      const level = levelFor(document.levels, scale.nsPerPx);
      const placed = placedTiles(document, document.groups[0], level, range, store);
      const tally = { exact: 0, inCells: 0, cells: 0 };
      paintRow({
        ...{
          pixels: new Pixels(width, HEIGHT),
          palette,
          brush: new Brush(width, 10),
          tally,
          scale,
        },
        ...{ ratio: 1, lanes: 1, track: document.tracks[0], top: TOP, height: 18, isSmall: [] },
        items: (visit) => visitItems(placed, 0, range, visit, document),
      });
      assert.equal(tally.exact + tally.inCells, slices.length, `seed ${seed}, ${width} px`);
    }
  }
});
