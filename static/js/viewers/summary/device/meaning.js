/** What a number means: its unit, formula and source, at the pointer and at the focus. */

import { make } from "../../../kit/dom.js";

/** @typedef {import("./shapes.js").Meaning} Meaning */

const SHOW_AFTER_MS = 80;
const HIDE_AFTER_MS = 220;
const GAP = 8;

/** @type {Record<string, string>} */
const UNITS = {
  ns: "time, measured in ns",
  share: "share of a whole",
  ratio: "multiple",
  count: "count",
  bytes: "bytes",
  bytes_per_s: "bytes per second",
  flop: "floating-point operations",
  flop_per_s: "floating-point operations per second",
  flop_per_byte: "floating-point operations per byte",
};

/**
 * @param {string} unit as metrics name it
 * @returns {string}
 */
export function unitWords(unit) {
  return UNITS[unit] ?? unit;
}

/**
 * The name of a number, which tells at the focus what it means and opens the card when pressed.
 * @param {string} id of the metric
 * @param {string} text
 * @param {string | null} [show] address of the timeline for this number
 * @returns {HTMLElement}
 */
export function term(id, text, show = null) {
  const attributes = { class: "term", type: "button", "data-metric": id };
  return make("button", { ...attributes, "data-show": show ?? undefined }, text);
}

/**
 * A number that tells at the pointer what it means.
 * @param {string} id of the metric
 * @param {Node | string} text
 * @param {string | null} [show] address of the timeline for this number
 * @returns {HTMLElement}
 */
export function figure(id, text, show = null) {
  return make("span", { class: "number", "data-metric": id, "data-show": show ?? undefined }, text);
}

/**
 * The name of a row as the way to the event that shows its numbers; the plain name without one.
 * @param {Node | string} name
 * @param {string | null} show address of the timeline
 * @returns {Node | string}
 */
export function linked(name, show) {
  if (!show) return name;
  return make("a", { class: "shows", href: show, title: "Show the longest on the timeline" }, name);
}

/**
 * What the card says of a metric.
 * @param {Meaning} meaning
 * @param {string} show address of the timeline
 * @returns {HTMLElement[]}
 */
export function meaningWords({ title, unit, formula, source }, show) {
  const facts = make("dl", { class: "meaning-card__facts" });
  for (const [name, text] of [
    ["Formula", formula],
    ["Unit", unitWords(unit)],
    ["Source", source],
  ]) {
    facts.append(make("dt", {}, name ?? ""), make("dd", {}, text ?? ""));
  }
  const link = make("a", { href: show }, "Show on the timeline");
  return [make("strong", {}, title), facts, link];
}

/** One card for all numbers of a page: it follows the pointer and the focus. */
export class MeaningCard {
  /**
   * @param {HTMLElement} root where the numbers are
   * @param {HTMLElement} card
   */
  constructor(root, card) {
    this.root = root;
    this.card = card;
    /** @type {Map<string, Meaning>} */
    this.meanings = new Map();
    /** Where the timeline shows a number that has no place of its own. */
    this.everywhere = "";
    /** @type {HTMLElement | null} */
    this.shown = null;
    this.timer = 0;
    const at = (/** @type {Event} */ event) => this.numberAt(event.target);
    root.addEventListener("pointerover", (event) => {
      const number = at(event);
      if (number) this.later(() => this.show(number), SHOW_AFTER_MS);
    });
    root.addEventListener("pointerout", (event) => {
      if (at(event) || this.isInside(event.target)) this.later(() => this.hide(), HIDE_AFTER_MS);
    });
    card.addEventListener("pointerover", () => window.clearTimeout(this.timer));
    root.addEventListener("focusin", (event) => {
      const number = at(event);
      if (number) this.show(number);
      else if (!this.isInside(event.target)) this.hide();
    });
    root.addEventListener("click", (event) => {
      const number = at(event);
      if (number?.matches(".term")) this.enter(number);
    });
    root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.shown) this.leave();
    });
    window.addEventListener("scroll", () => this.hide(), { passive: true });
  }

  /**
   * @param {EventTarget | null} target
   * @returns {HTMLElement | null}
   */
  numberAt(target) {
    const found = target instanceof Element ? target.closest("[data-metric]") : null;
    return found instanceof HTMLElement ? found : null;
  }

  /** @param {EventTarget | null} target */
  isInside(target) {
    return target instanceof Node && this.card.contains(target);
  }

  /** @param {() => void} act @param {number} after ms */
  later(act, after) {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(act, after);
  }

  /** @param {HTMLElement} number */
  show(number) {
    window.clearTimeout(this.timer);
    const meaning = this.meanings.get(number.dataset.metric ?? "");
    if (!meaning) return;
    this.forget();
    this.shown = number;
    number.setAttribute("aria-describedby", this.card.id);
    this.card.replaceChildren(...meaningWords(meaning, number.dataset.show ?? this.everywhere));
    this.card.hidden = false;
    this.place(number.getBoundingClientRect());
  }

  /** @param {DOMRect} beside */
  place(beside) {
    const { offsetWidth: width, offsetHeight: height } = this.card;
    const right = document.documentElement.clientWidth - width - GAP;
    const below = beside.bottom + GAP;
    const isRoom = below + height <= window.innerHeight;
    this.card.style.left = `${Math.max(GAP, Math.min(beside.left, right))}px`;
    this.card.style.top = `${isRoom ? below : Math.max(GAP, beside.top - height - GAP)}px`;
  }

  /** Moves the focus into the card, where the link is. @param {HTMLElement} number */
  enter(number) {
    this.show(number);
    const link = this.card.querySelector("a");
    if (this.shown === number) link?.focus();
  }

  /** Closes the card and goes back to its number. */
  leave() {
    const number = this.shown;
    const isInside = this.card.contains(document.activeElement);
    this.hide();
    if (isInside) number?.focus();
    this.hide();
  }

  forget() {
    this.shown?.removeAttribute("aria-describedby");
    this.shown = null;
  }

  hide() {
    window.clearTimeout(this.timer);
    this.forget();
    this.card.hidden = true;
  }
}
