/** The page of markers in the side panel: the list by time, the chosen one, sets and files. */

import { button, make } from "../../../kit/dom.js";
import { duration, exact } from "../../../kit/units.js";
import { byTime, hueOf } from "../../../timeline/annotations.js";
import { timesText } from "./drawing.js";
import { MarkerForm } from "./form.js";
import { Measure } from "./measure.js";
import { MarkerSets } from "./sets.js";

/** @typedef {import("../markers.js").Markers} Markers */
/** @typedef {import("../../../data/annotation-board.js").Annotation} Annotation */

const FILTER_FROM = 8;

/**
 * Markers whose name or note holds all the words.
 * @param {Annotation[]} annotations
 * @param {string} text
 * @returns {Annotation[]}
 */
export function filtered(annotations, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return annotations.filter(({ name, note }) => {
    const all = `${name}\n${note}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/**
 * @param {Annotation} annotation
 * @returns {string} when it begins, and how long a region is
 */
function shortTimes({ start_ns, end_ns }) {
  const start = exact(start_ns);
  return end_ns === null ? start : `${start} · ${duration(end_ns - start_ns)}`;
}

export class MarkerPanel {
  /** @param {Markers} markers */
  constructor(markers) {
    this.markers = markers;
    this.form = new MarkerForm(markers);
    this.measure = new Measure(markers);
    this.sets = new MarkerSets(markers);
    this.problem = make("p", { class: "field-error", role: "alert" });
    this.question = make("div", { class: "marks__question", role: "alert" });
    this.filter = /** @type {HTMLInputElement} */ (
      make("input", { class: "field", placeholder: "Filter", "aria-label": "Filter markers" })
    );
    this.filter.addEventListener("input", () => this.update());
    this.list = make("ul", { class: "marks", "aria-label": "Markers and regions" });
    this.empty = make("p", { class: "quiet marks__empty" });
    const tools = make("div", { class: "marks__tools" });
    const put = button({ text: "Add marker", act: () => void markers.putByKey() });
    this.region = button({ act: () => void markers.putRegion() });
    tools.append(put, this.region);
    const head = make("div", { class: "panel__section" }, tools, this.filter, this.problem);
    head.append(this.question, this.empty, this.list);
    this.element = make("div", { class: "marks__page" }, head);
    this.element.append(this.form.element, this.measure.element, this.sets.element);
    this.drawn = "";
  }

  /** @param {HTMLElement} body */
  show(body) {
    if (this.element.parentElement !== body) body.replaceChildren(this.element);
    this.markers.viewer.host.classList.add("tl--open"); // where the panel lies folded under the rows
    this.update();
  }

  /** Puts the focus where the chosen one's name is written. */
  focusName() {
    this.form.focusName();
  }

  update() {
    const { board, edits, viewer } = this.markers;
    const said = edits.problem || (board.problem && `Markers cannot be read. ${board.problem}`);
    if (this.problem.textContent !== said) this.problem.textContent = said;
    this.showQuestion();
    this.region.textContent = viewer.marked ? "Save range as region" : "Add region of the view";
    this.filter.hidden = board.annotations.length < FILTER_FROM;
    this.showList();
    const chosen = this.markers.chosen ? board.find(this.markers.chosen) : null;
    this.form.show(chosen);
    this.measure.show(chosen);
    this.sets.show();
  }

  showQuestion() {
    const { edits } = this.markers;
    const { question } = edits;
    this.question.hidden = question === null;
    if (!question) {
      this.question.replaceChildren();
      return;
    }
    if (this.question.querySelector("p")?.textContent === question.text) return;
    const answers = question.answers.map((answer) =>
      button({ text: answer.name, act: () => void edits.answer(answer) }),
    );
    const row = make("div", { class: "marks__tools" }, ...answers);
    this.question.replaceChildren(make("p", {}, question.text), row);
    this.question.scrollIntoView({ block: "nearest" });
  }

  showList() {
    const { board, chosen, other } = this.markers;
    const text = this.filter.hidden ? "" : this.filter.value;
    const shown = filtered(byTime(board.annotations), text);
    this.empty.textContent = this.emptyText(shown.length);
    this.empty.hidden = shown.length > 0;
    // Only what is different is made anew: this is called with every change of the board.
    const drawn = JSON.stringify([chosen, other, shown.map(({ id, version }) => [id, version])]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = document.activeElement?.closest("[data-ann]")?.getAttribute("data-ann");
    this.list.replaceChildren(...shown.map((one) => this.item(one)));
    if (focused) {
      const again = this.list.querySelector(`[data-ann="${focused}"] button`);
      if (again instanceof HTMLElement) again.focus();
    }
  }

  /** @param {number} count of those shown */
  emptyText(count) {
    const { board } = this.markers;
    if (!board.isLoaded) return board.problem ? "" : "Loading …";
    if (count === 0 && board.annotations.length > 0) return "Nothing goes by that name.";
    return "No markers yet. M, then a click, puts one; a drag makes a region. They snap to edges of events; Alt leaves them free.";
  }

  /** @param {Annotation} one */
  item(one) {
    const { markers } = this;
    const go = make("button", {
      class: "marks__go",
      type: "button",
      "aria-pressed": String(one.id === markers.chosen),
      "aria-label": `${one.kind} ${one.name}, ${timesText(one)}, ${one.colour}`,
    });
    const sign = `swatch swatch--${hueOf(one.colour)}${one.kind === "region" ? " marks__region" : ""}`;
    go.append(make("span", { class: sign, "aria-hidden": "true" }));
    go.append(make("bdi", { class: "marks__name" }, one.name));
    go.append(make("span", { class: "marks__time" }, shortTimes(one)));
    if (one.note) go.append(make("bdi", { class: "marks__note quiet" }, one.note));
    go.addEventListener("click", () => {
      const isChosen = markers.chosen === one.id;
      markers.choose(isChosen ? null : one.id);
      if (!isChosen) markers.goTo({ start: one.start_ns, end: one.start_ns });
    });
    const isOther = one.id === markers.other ? " marks__one--other" : "";
    return make("li", { class: `marks__one${isOther}`, "data-ann": one.id }, go);
  }
}
