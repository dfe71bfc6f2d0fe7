/** From the measured time down to each ideal: ladders of bounds, every gap named. */

import { make } from "../../../kit/dom.js";
import { card, empty } from "../parts.js";
import { stackedBar } from "./drawing.js";
import { figure, term } from "./meaning.js";
import { inUnit } from "./numbers.js";

/** @typedef {import("./shapes.js").Bounds} Bounds */
/** @typedef {import("./shapes.js").Rung} Rung */

/** @type {Record<string, string>} */
const HUES = { memory: "violet", compute: "blue", pipeline: "green" };

/**
 * @param {Rung} rung
 * @returns {string} id of the metric that explains it
 */
function metricOf({ id }) {
  return id === "measured" ? "total_time" : `bounds.${id}`;
}

/**
 * @param {Rung} rung
 * @param {number} measured ns
 * @param {string} hue
 * @returns {HTMLElement[]}
 */
function line(rung, measured, hue) {
  const { title, ns, gap, gap_ns: lost, missing } = rung;
  const made = [];
  if (gap && lost !== null) {
    made.push(make("li", { class: "ladder__gap" }, `${gap}: ${inUnit(lost, "ns")}`));
  }
  const share = ns === null || !measured ? 0 : ns / measured;
  made.push(
    make(
      "li",
      { class: "ladder__rung", title: missing ? `Needs ${missing}` : undefined },
      term(metricOf(rung), title),
      stackedBar([{ share, hue: rung.id === "measured" ? "grey" : hue }]),
      figure(metricOf(rung), inUnit(ns, "ns")),
    ),
  );
  return made;
}

/**
 * @param {Bounds} bounds
 * @returns {HTMLElement}
 */
export function boundsCard({ measured_ns: measured, ladders }) {
  const note = "What lies between the measured time and each ideal. Gaps do not predict savings.";
  if (!ladders.length) return card("Bounds", note, empty("No bound can be given for this region."));
  const made = ladders.map(({ id, title, rungs }) => {
    const lines = rungs.flatMap((rung) => line(rung, measured, HUES[id] ?? "grey"));
    return make("div", { class: "ladder" }, make("h3", {}, title), make("ul", {}, ...lines));
  });
  return card("Bounds", note, make("div", { class: "ladders" }, ...made));
}
