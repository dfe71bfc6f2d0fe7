/** The bar above the numbers: which range, which core and which trace they are of. */

import { button, icon, make } from "../../../kit/dom.js";
import { several } from "../words.js";
import { timelineShowing } from "./places.js";
import { kernelRange, rangeText, typedRange } from "./region.js";

/** @typedef {import("./region.js").Region} Region */
/** @typedef {import("./shapes.js").Summary} Summary */
/** @typedef {{start: number, end: number}} Span */

const UNREADABLE = "Write a range within the profile, such as 20us-24.6us";

/**
 * The ranges a person may choose by name.
 * @param {Summary | null} whole the whole profile's summary, if it is known
 * @param {Span | null} seen what the timeline showed last
 * @returns {{name: string, range: Span | null}[]}
 */
export function namedRanges(whole, seen) {
  const kernel = whole ? kernelRange(whole) : null;
  return [
    { name: "Whole profile", range: null },
    ...(kernel ? [{ name: "Without start-up and drain", range: kernel }] : []),
    ...(seen ? [{ name: "From the timeline", range: seen }] : []),
  ];
}

/** @param {Span | null} one @param {Span | null} other */
function isSame(one, other) {
  return one?.start === other?.start && one?.end === other?.end;
}

export class RegionBar {
  /**
   * @param {HTMLElement} place
   * @param {{profile: string, parts: {part: number, name: string}[], seen: Span | null, choose: (region: Region) => void}} around
   */
  constructor(place, around) {
    this.place = place;
    this.around = around;
    /** @type {Region} */
    this.region = { range: null, core: null, part: 0 };
    /** @type {Summary | null} */
    this.whole = null;
    this.field = /** @type {HTMLInputElement} */ (
      make("input", {
        ...{ class: "field sum__range", "aria-label": "Range, such as 20us-24.6us" },
        ...{ "aria-describedby": "region-error", spellcheck: "false", autocomplete: "off" },
      })
    );
    this.error = make("span", { class: "field-error", id: "region-error", role: "alert" });
    this.names = make("span", { class: "sum__names" });
    this.choices = make("span", { class: "sum__choices" });
    this.end = make("span", { class: "sum__end" });
    const form = make("form", { class: "sum__form" }, this.field, this.error);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    const label = make("span", { class: "sum__label" }, "Region");
    const space = make("span", { class: "bar__space" });
    place.replaceChildren(label, form, this.names, this.choices, space, this.end);
  }

  /** Takes what was typed. */
  submit() {
    const { first_ns: first = 0, last_ns: last = Number.MAX_SAFE_INTEGER } = this.range ?? {};
    const found = typedRange(this.field.value, { first, last });
    this.say(found ? "" : UNREADABLE);
    if (found) this.around.choose({ ...this.region, range: found.range });
  }

  /** @param {string} text an error, or nothing */
  say(text) {
    this.error.textContent = text;
    this.field.setAttribute("aria-invalid", String(text !== ""));
  }

  /**
   * Shows the region that the numbers are of.
   * @param {Region} region
   * @param {Summary} summary
   */
  show(region, summary) {
    this.region = region;
    this.range = summary.range;
    if (region.range === null) this.whole = summary;
    const { start_ns: start, end_ns: end } = summary.range;
    this.field.value = rangeText(start, end);
    this.say("");
    this.names.replaceChildren(...this.nameButtons());
    this.keepFocus(() => this.choices.replaceChildren(...this.selects(summary)));
    const notices = summary.notices.length;
    const link = make("a", { class: "sum__notices", href: "#card-data-notices" }, icon("warn"));
    link.append(several(notices, "data notice"));
    const { profile } = this.around;
    const show = region.range
      ? timelineShowing(profile, [[start, end]])
      : `/profiles/${profile}/timeline/`;
    const timeline = make(
      "a",
      { class: "button", href: show },
      icon("trace"),
      "Show on the timeline",
    );
    this.end.replaceChildren(...(notices ? [link] : []), timeline);
  }

  /**
   * Draws choices anew without losing which one has the focus.
   * @param {() => void} draw
   */
  keepFocus(draw) {
    const name = document.activeElement?.getAttribute("aria-label");
    const isInside = this.choices.contains(document.activeElement);
    draw();
    if (!isInside || !name) return;
    for (const one of this.choices.querySelectorAll("select")) {
      if (one.getAttribute("aria-label") === name) one.focus();
    }
  }

  /** @returns {HTMLElement[]} */
  nameButtons() {
    return namedRanges(this.whole, this.around.seen).map(({ name, range }) => {
      const act = () => this.around.choose({ ...this.region, range });
      const made = button({ text: name, class: "button--quiet", act });
      made.setAttribute("aria-pressed", String(isSame(range, this.region.range)));
      if (range) made.title = rangeText(range.start, range.end);
      return made;
    });
  }

  /**
   * @param {Summary} summary
   * @returns {HTMLElement[]}
   */
  selects({ range }) {
    const made = [];
    if (range.cores.length > 1) {
      const cores = range.cores.map(({ core }) => ({ value: String(core), text: `Core ${core}` }));
      const all = { value: "", text: `All ${range.cores.length} cores` };
      const act = (/** @type {string} */ value) =>
        this.around.choose({ ...this.region, core: value === "" ? null : Number(value) });
      made.push(select("Core", [all, ...cores], String(this.region.core ?? ""), act));
    }
    if (this.around.parts.length > 1) {
      const parts = this.around.parts.map(({ part, name }) => ({
        value: String(part),
        text: name,
      }));
      const act = (/** @type {string} */ value) => {
        this.whole = null;
        this.around.choose({ range: null, core: null, part: Number(value) });
      };
      made.push(select("Trace", parts, String(this.region.part), act));
    }
    return made;
  }
}

/**
 * @param {string} label
 * @param {{value: string, text: string}[]} options
 * @param {string} chosen
 * @param {(value: string) => void} act
 * @returns {HTMLElement}
 */
export function select(label, options, chosen, act) {
  const made = make("select", { class: "card__select", "aria-label": label });
  for (const { value, text } of options) {
    const isChosen = value === chosen ? "" : undefined;
    made.append(make("option", { value, selected: isChosen }, text));
  }
  made.addEventListener("change", () => act(/** @type {HTMLSelectElement} */ (made).value));
  return made;
}
