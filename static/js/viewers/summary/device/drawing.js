/** Bars, locator strips, legends and SVG: what the cards are drawn with. Widths go through the CSSOM. */

import { make } from "../../../kit/dom.js";

const SVG = "http://www.w3.org/2000/svg";

/**
 * An element of a drawing.
 * @param {string} name
 * @param {Record<string, string | number>} [attributes]
 * @param {...(Node | string)} children
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.append(...children);
  return /** @type {SVGElement} */ (element);
}

/**
 * Part of a bar: its share of the whole, its colour, whether it is hatched.
 * @typedef {{share: number, hue: string, isHatched?: boolean}} Piece
 */

/**
 * @param {Piece} piece
 * @returns {string} classes of a coloured surface
 */
function inked({ hue, isHatched = false }) {
  return `hue hue--${hue}${isHatched ? " hue--hatched" : ""}`;
}

/**
 * One bar of parts side by side; a legend says the same in words.
 * @param {Piece[]} pieces
 * @param {string} [size] "thin" for the bars of tables
 * @returns {HTMLElement}
 */
export function stackedBar(pieces, size = "") {
  const bar = make("div", { class: `stack${size && ` stack--${size}`}`, "aria-hidden": "true" });
  for (const piece of pieces) {
    if (piece.share <= 0) continue;
    const part = make("span", { class: inked(piece) });
    part.style.width = `${Math.min(piece.share, 1) * 100}%`;
    bar.append(part);
  }
  return bar;
}

/**
 * A square of a legend.
 * @param {string} hue
 * @param {boolean} [isHatched]
 * @returns {HTMLElement}
 */
export function swatch(hue, isHatched = false) {
  return make("span", {
    class: `swatch ${inked({ share: 1, hue, isHatched })}`,
    "aria-hidden": "true",
  });
}

/**
 * Where on the range something happens, as a strip of marks.
 * @param {[number, number][]} ranges ns
 * @param {{start_ns: number, duration_ns: number}} whole
 * @param {string} hue
 * @param {string} label what a screen reader says
 * @returns {HTMLElement}
 */
export function locator(ranges, { start_ns: start, duration_ns: length }, hue, label) {
  const strip = make("div", { class: "locator", role: "img", "aria-label": label });
  for (const [from, to] of ranges) {
    const mark = make("span", { class: `locator__mark hue hue--${hue}` });
    mark.style.left = `${(Math.max(from - start, 0) / length) * 100}%`;
    mark.style.width = `${(Math.max(to - from, 0) / length) * 100}%`;
    strip.append(mark);
  }
  return strip;
}

/**
 * A gauge: how far it is filled, and a tick for a limit.
 * @param {number | null} share
 * @param {number | null} tick
 * @param {string} hue
 * @returns {HTMLElement}
 */
export function gauge(share, tick, hue) {
  const trough = make("div", { class: "gauge", "aria-hidden": "true" });
  if (share !== null) {
    const fill = make("span", { class: `gauge__fill hue hue--${hue}` });
    fill.style.width = `${Math.min(Math.max(share, 0), 1) * 100}%`;
    trough.append(fill);
  }
  if (tick !== null) {
    const line = make("span", { class: "gauge__tick" });
    line.style.left = `${Math.min(Math.max(tick, 0), 1) * 100}%`;
    trough.append(line);
  }
  return trough;
}
