/** A line of the panel for an event that another one depends on: the way, the kind, the distance. */

import { button, make } from "../kit/dom.js";
import { count, duration, exact } from "../kit/units.js";
import { dashOf } from "../render/arrows.js";

/** @typedef {import("../timeline/dependency-ends.js").Place} Place */
/** @typedef {import("../timeline/dependency-ends.js").Kind} Kind */

const SVG = "http://www.w3.org/2000/svg";
const SHOWN_AT_ONCE = 8;
/** The kinds whose lines look different, as the legend names them. */
const LEGEND = /** @type {[Kind, string][]} */ ([
  ["flow", "flow"],
  ["anti", "anti"],
  ["output", "output, order"],
  ["semaphore", "hand-over"],
]);

/**
 * @param {number} gap ns
 * @returns {string}
 */
export function gapWords(gap) {
  if (gap < 0) return `${duration(-gap, 3)} overlap`;
  return gap === 0 ? "no gap" : `${duration(gap, 3)} between`;
}

/**
 * The same under a heading that says that it is a gap.
 * @param {number} gap ns
 * @returns {string}
 */
export function gapText(gap) {
  return gap > 0 ? duration(gap, 3) : gapWords(gap);
}

/**
 * The line of a kind, as an arrow.
 * @param {Kind} kind
 * @param {"in" | "out" | "plain"} way
 * @returns {SVGElement}
 */
export function kindSign(kind, way) {
  const sign = document.createElementNS(SVG, "svg");
  sign.setAttribute("class", `edge-sign edge-sign--${way}`);
  sign.setAttribute("viewBox", "0 0 24 10");
  sign.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", way === "plain" ? "M0 5H24" : "M0 5H18");
  line.setAttribute("stroke-dasharray", dashOf(kind).join(" ") || "none");
  sign.append(line);
  if (way !== "plain") {
    const head = document.createElementNS(SVG, "path");
    head.setAttribute("class", "edge-sign__head");
    head.setAttribute("d", "M17 1.5L24 5L17 8.5z");
    sign.append(head);
  }
  return sign;
}

/**
 * A button that leads to an event.
 * @param {object} line
 * @param {Place} line.place
 * @param {string} line.about what stands at the right
 * @param {string} [line.title] what more there is to say of it
 * @param {boolean} [line.isTimed] whether its start stands in the line
 * @param {Kind} [line.kind]
 * @param {"in" | "out"} [line.way]
 * @param {(place: Place) => void} line.go
 * @returns {HTMLElement}
 */
export function edgeLine({ place, about, title = "", isTimed = true, kind, way = "in", go }) {
  const name = make("code", {}, place.opcode);
  const words = isTimed ? `${place.track} · ${exact(place.start_ns)}` : place.track;
  const where = make("span", { class: "quiet edges__where" }, words);
  const link = make("button", { type: "button", class: "edges__go", title: title || undefined });
  if (kind) link.append(kindSign(kind, way), make("span", { class: "sr-only" }, kind));
  link.append(name, where);
  if (about) link.append(make("span", { class: "quiet edges__about" }, about));
  link.addEventListener("click", () => go(place));
  return make("li", {}, link);
}

/**
 * A section with a list of which the first ones are shown; null where there is nothing.
 * @param {string} title
 * @param {HTMLElement[]} rows
 * @param {number} total
 * @param {string} [note] what stands at the right of the lines
 * @returns {HTMLElement | null}
 */
export function listSection(title, rows, total, note = "") {
  if (total === 0) return null;
  const heading = make("h3", {}, `${title} `, make("span", { class: "quiet" }, count(total)));
  if (note) heading.append(make("span", { class: "quiet edges__note" }, note));
  const attributes = { class: "panel__section", "data-edges": "" };
  return make("section", attributes, heading, ...shortList(rows, total));
}

/**
 * @param {HTMLElement[]} rows
 * @param {number} total
 * @param {number} [most] shown at once
 * @returns {HTMLElement[]}
 */
export function shortList(rows, total, most = SHOWN_AT_ONCE) {
  const list = make("ul", { class: "edges" }, ...rows.slice(0, most));
  const more = rows.slice(most);
  if (more.length === 0) return [list];
  const text = total > rows.length ? `Show ${count(rows.length)} of ${count(total)}` : "Show all";
  const all = button({
    text,
    class: "button--quiet",
    act: () => {
      list.append(...more);
      all.remove();
    },
  });
  return [list, all];
}

/** @returns {HTMLElement} which line is which kind */
export function kindLegend() {
  const parts = LEGEND.map(([kind, words]) =>
    make("span", { class: "edge-legend__part" }, kindSign(kind, "plain"), words),
  );
  return make("p", { class: "edge-legend quiet" }, ...parts);
}
