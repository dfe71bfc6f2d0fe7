/** The chosen marker: every field to be written, kept while somebody else changes the others. */

import { button, make } from "../../../kit/dom.js";
import { exact, parseTime } from "../../../kit/units.js";
import { COLOURS, hueOf, LONGEST_NAME, LONGEST_NOTE } from "../../../timeline/annotations.js";

/** @typedef {import("../markers.js").Markers} Markers */
/** @typedef {import("../../../data/annotation-board.js").Annotation} Annotation */
/** @typedef {HTMLInputElement | HTMLTextAreaElement} Control */
/** @typedef {"name" | "start_ns" | "end_ns" | "note"} TextField */

/** @type {Record<TextField, {title: string, hint?: string}>} */
const FIELDS = {
  name: { title: "Name" },
  start_ns: { title: "Start" },
  end_ns: { title: "End", hint: "empty: a marker" },
  note: { title: "Note" },
};

/**
 * A field of a marker as it is written.
 * @param {Annotation} annotation
 * @param {TextField} field
 * @returns {string}
 */
export function fieldText(annotation, field) {
  const value = annotation[field];
  return typeof value === "number" ? exact(value) : (value ?? "");
}

/**
 * What was written, as a value of the field.
 * @param {TextField} field
 * @param {string} text
 * @returns {{value: string | number | null} | {problem: string}}
 */
export function fieldValue(field, text) {
  const written = text.trim();
  if (field === "note") return { value: text };
  if (field === "name") return written ? { value: written } : { problem: "A name is needed." };
  if (field === "end_ns" && !written) return { value: null };
  const ns = parseTime(written);
  return ns === null ? { problem: "Write a time such as 35.13us" } : { value: ns };
}

export class MarkerForm {
  /** @param {Markers} markers */
  constructor(markers) {
    this.markers = markers;
    /** The one that is shown, as it was when each field was last filled. @type {Annotation | null} */
    this.seen = null;
    this.problem = make("p", { class: "field-error", role: "alert" });
    /** @type {Map<TextField, Control>} */
    this.controls = new Map();
    const form = make("form", { class: "marks__form" });
    form.addEventListener("submit", (event) => event.preventDefault());
    for (const field of /** @type {TextField[]} */ (Object.keys(FIELDS))) {
      form.append(this.field(field));
    }
    this.colours = this.colourField();
    form.append(this.colours, this.problem);
    this.place = make("p", { class: "quiet" });
    const tools = make("div", { class: "marks__tools" });
    tools.append(
      button({ text: "Go to", act: () => this.go() }),
      button({ text: "Mark the range", act: () => this.markRange() }),
      button({ text: "Delete", class: "button--danger", act: () => this.remove() }),
    );
    this.element = make("section", { class: "panel__section", "aria-label": "Chosen marker" });
    this.element.append(form, this.place, tools);
    this.element.hidden = true;
  }

  /** @param {TextField} field */
  field(field) {
    const { title, hint } = FIELDS[field];
    const isNote = field === "note";
    const control = /** @type {Control} */ (
      make(isNote ? "textarea" : "input", {
        class: "field",
        autocomplete: "off",
        spellcheck: "false",
        placeholder: hint,
        maxlength: String(isNote ? LONGEST_NOTE : LONGEST_NAME),
        "data-field": field,
      })
    );
    control.addEventListener("change", () => void this.save(field));
    control.addEventListener("keydown", (event) => this.key(/** @type {KeyboardEvent} */ (event)));
    this.controls.set(field, control);
    return make("label", { class: "marks__field" }, make("span", {}, title), control);
  }

  colourField() {
    const group = make("fieldset", { class: "marks__colours" }, make("legend", {}, "Colour"));
    for (const colour of COLOURS) {
      const radio = make("input", { type: "radio", name: "marker-colour", value: colour });
      radio.addEventListener("change", () => void this.change({ colour }));
      const sign = make("span", { class: `swatch swatch--${hueOf(colour)}` });
      const word = make("span", { class: "sr-only" }, colour);
      group.append(make("label", { title: colour }, radio, sign, word));
    }
    return group;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const control = /** @type {Control} */ (event.target);
    if (event.key === "Escape" && this.seen) {
      event.stopPropagation();
      const field = /** @type {TextField} */ (control.dataset.field);
      control.value = fieldText(this.seen, field);
      this.markers.viewer.stage.focus();
    } else if (event.key === "Enter" && control instanceof HTMLInputElement) {
      event.preventDefault();
      this.markers.viewer.stage.focus();
    }
  }

  /**
   * Shows one. A field that somebody is writing in stays as it is, with what it was begun from.
   * @param {Annotation | null} annotation
   */
  show(annotation) {
    this.element.hidden = annotation === null;
    const isOther = annotation?.id !== this.seen?.id;
    if (isOther || !annotation) this.problem.textContent = "";
    if (!annotation) {
      this.seen = null;
      return;
    }
    const before = isOther ? null : this.seen;
    this.seen = { ...annotation };
    for (const [field, control] of this.controls) {
      const text = fieldText(annotation, field);
      const isWritten = before && control.value !== fieldText(before, field);
      if (isWritten && control === document.activeElement)
        Object.assign(this.seen, { [field]: before[field] });
      else if (control.value !== text) control.value = text;
    }
    for (const radio of this.colours.querySelectorAll("input"))
      radio.checked = radio.value === annotation.colour;
    this.place.textContent = this.placeText(annotation);
  }

  /** @param {Annotation} annotation */
  placeText({ row }) {
    const track = this.markers.viewer.document.tracks.find(({ key }) => key === row);
    return track ? `Put on ${track.name}` : "";
  }

  focusName() {
    const control = this.controls.get("name");
    control?.focus();
    control?.select();
  }

  /** @param {TextField} field */
  async save(field) {
    const control = this.controls.get(field);
    if (!this.seen || !control) return;
    const read = fieldValue(field, control.value);
    this.problem.textContent = "problem" in read ? read.problem : "";
    control.setAttribute("aria-invalid", String("problem" in read));
    if ("problem" in read || read.value === this.seen[field]) return;
    await this.change({ [field]: read.value });
  }

  /** @param {Partial<Annotation>} changes */
  async change(changes) {
    if (!this.seen) return;
    const seen = this.seen;
    const done = await this.markers.edits.change(seen, changes);
    // What was refused is put back; what met somebody else's edit stands in the question.
    if (!done && this.seen?.id === seen.id) {
      const current = this.markers.board.find(seen.id);
      this.seen = null;
      this.show(current);
      this.problem.textContent = "";
    }
  }

  go() {
    if (!this.seen) return;
    const { start_ns: start, end_ns: end } = this.seen;
    this.markers.goTo({ start, end: end ?? start });
  }

  markRange() {
    const range = this.seen && this.markers.measuredRange();
    if (range) this.markers.viewer.mark(range);
    else this.problem.textContent = "A marker alone has no range: choose one to compare it with.";
  }

  remove() {
    if (this.seen) void this.markers.edits.remove(this.seen);
  }
}
