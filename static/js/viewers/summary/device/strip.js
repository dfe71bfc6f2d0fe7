/** The strip of seven tiles: how fast, against what is possible. */

import { make } from "../../../kit/dom.js";
import { duration } from "../../../kit/units.js";
import { gauge } from "./drawing.js";
import { figure, term } from "./meaning.js";
import { apart, inUnit, NONE, percent } from "./numbers.js";

/** @typedef {import("./shapes.js").Tile} Tile */
/** @typedef {import("./shapes.js").Meaning} Meaning */

/** @type {Record<string, string>} */
const HUES = {
  mfu: "blue",
  hfu: "sky",
  intensity: "green",
  mbu: "violet",
  dma_active: "violet",
  throttled: "orange",
};

/**
 * @param {Tile} tile
 * @param {string} name of a note's metric
 * @param {string} unit
 * @returns {string | null}
 */
function noteOf(tile, name, unit = "ns") {
  const value = tile.notes.find(({ metric }) => metric === name)?.value ?? null;
  return value === null ? null : inUnit(value, unit);
}

/** @type {Record<string, (tile: Tile) => string>} */
const NOTES = {
  total_time: (tile) =>
    `compute ${noteOf(tile, "compute_ns") ?? NONE}, idle ${noteOf(tile, "idle_ns") ?? NONE}`,
  mfu: (tile) => {
    const cores = tile.cores === 1 ? "one core" : `${tile.cores} cores`;
    return tile.tick?.value == null ? cores : `${cores}; roof ${percent(tile.tick.value)}`;
  },
  hfu: () => "with transposes",
  intensity: ({ value, tick }) => {
    if (tick?.value == null || value === null) return "";
    const bound = value < tick.value ? "memory-bound" : "compute-bound";
    return `balance ${tick.value.toFixed(1)}: ${bound}`;
  },
  mbu: ({ tick }) =>
    tick?.value == null
      ? tick?.missing
        ? `minimum needs ${tick.missing}`
        : ""
      : `${percent(tick.value)} would do`,
  dma_active: (tile) => `${noteOf(tile, "dma_exposed_ns") ?? NONE} not under compute`,
  throttled: (tile) => {
    const works = noteOf(tile, "tensor_throttled_ns");
    return works === null ? "" : `Tensor works ${works} of it`;
  },
};

/**
 * The line under a tile's number; where the number is not available, what it would take.
 * @param {Tile} tile
 * @returns {string}
 */
export function tileNote(tile) {
  if (tile.value === null)
    return tile.missing ? `not available: needs ${tile.missing}` : "not available";
  return NOTES[tile.metric]?.(tile) ?? "";
}

/**
 * What the tick of a tile's bar says.
 * @param {Tile} tile
 * @param {Map<string, Meaning>} meanings
 * @returns {string}
 */
export function tickWords({ tick }, meanings) {
  if (!tick || tick.value === null) return "";
  const { title = tick.metric, unit = "share" } = meanings.get(tick.metric) ?? {};
  return `${title} ${inUnit(tick.value, unit)}`;
}

/**
 * @param {Tile[]} strip
 * @param {Map<string, Meaning>} meanings
 * @param {(metric: string) => string | null} show the timeline at the event that shows a tile
 * @returns {HTMLElement}
 */
export function metricStrip(strip, meanings, show) {
  const tiles = strip.map((tile) => {
    const { title = tile.metric, unit = "count" } = meanings.get(tile.metric) ?? {};
    const isTime = unit === "ns" && tile.value !== null;
    const [number, mark] = apart(isTime ? duration(tile.value ?? 0) : inUnit(tile.value, unit));
    const value = make(
      "dd",
      { class: "strip__value" },
      figure(tile.metric, number, show(tile.metric)),
    );
    if (mark) value.append(make("span", { class: "strip__unit" }, mark));
    const one = make("div", { class: "strip__one" });
    one.append(make("dt", {}, term(tile.metric, title, show(tile.metric))), value);
    const words = tickWords(tile, meanings);
    if (tile.metric !== "total_time") {
      const bar = gauge(tile.bar, tile.tick?.at ?? null, HUES[tile.metric] ?? "grey");
      if (words) bar.title = words;
      one.append(make("dd", { class: "strip__gauge" }, bar));
      if (words) one.append(make("dd", { class: "sr-only" }, `Mark: ${words}`));
    }
    const note = tileNote(tile);
    one.append(make("dd", { class: "strip__note", title: note }, note));
    return one;
  });
  return make("dl", { class: "strip", "aria-label": "Metrics" }, ...tiles);
}
