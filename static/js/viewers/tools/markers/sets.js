/** Saved sets of markers, files to take away and to bring in, and clearing all. */

import { button, make, one } from "../../../kit/dom.js";

/** @typedef {import("../markers.js").Markers} Markers */
/** @typedef {import("../../../data/annotation-board.js").SavedSet} SavedSet */

export class MarkerSets {
  /** @param {Markers} markers */
  constructor(markers) {
    this.markers = markers;
    this.name = /** @type {HTMLInputElement} */ (
      make("input", { class: "field", placeholder: "Name of the set", autocomplete: "off" })
    );
    this.name.setAttribute("aria-label", "Name of the set");
    this.name.maxLength = 80;
    const form = make("form", { class: "marks__save" }, this.name);
    form.append(make("button", { class: "button", type: "submit" }, "Save as set"));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.save();
    });
    this.list = make("ul", { class: "marks__sets", "aria-label": "Saved sets" });
    this.replace = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox" }));
    const replace = make("label", { class: "marks__check" }, this.replace);
    replace.append("Loading and importing replace what is here");
    this.summary = make("summary", {}, "Sets and files");
    const details = make("details", {}, this.summary, form, this.list, replace, this.files());
    this.element = make("section", { class: "panel__section" }, details);
    this.drawn = "";
  }

  files() {
    const { markers } = this;
    const csv = make("a", { class: "button", download: "" }, "Export CSV");
    const json = make("a", { class: "button", download: "" }, "Export JSON");
    csv.setAttribute("href", markers.board.fileAddress("csv"));
    json.setAttribute("href", markers.board.fileAddress("json"));
    const file = /** @type {HTMLInputElement} */ (
      make("input", { type: "file", class: "sr-only", accept: ".json,.csv", tabindex: "-1" })
    );
    file.setAttribute("aria-label", "File of markers, JSON or CSV");
    file.addEventListener("change", () => {
      const chosen = file.files?.[0];
      file.value = "";
      if (chosen) void markers.edits.bringIn(chosen, this.replace.checked);
    });
    this.clearAll = button({
      text: "Delete all",
      class: "button--danger",
      act: () => this.clear(),
    });
    const bring = button({ text: "Import file", act: () => file.click() });
    return make("div", { class: "marks__tools" }, csv, json, bring, file, this.clearAll);
  }

  async save() {
    const { edits, board } = this.markers;
    const name = this.name.value.trim();
    const there = board.sets.find((set) => set.name === name);
    if (!name) return;
    const done = await edits.attempt(() => (there ? board.saveOver(there) : board.saveSet(name)));
    if (!done) return;
    this.name.value = "";
    this.markers.say(`Set ${name} saved`);
  }

  clear() {
    const { board, edits, viewer } = this.markers;
    const dialog = /** @type {HTMLDialogElement} */ (
      make("dialog", { class: "dialog", "aria-labelledby": "clear-title" })
    );
    const title = `Delete all ${board.annotations.length} markers and regions?`;
    const form = make("form", { method: "dialog" }, make("h2", { id: "clear-title" }, title));
    form.append(make("p", { class: "dialog__text" }, "Saved sets stay."));
    const yes = button({
      text: "Delete all",
      class: "button--danger",
      act: () => dialog.close("yes"),
    });
    form.append(
      make("div", { class: "dialog__foot" }, make("button", { class: "button" }, "Keep them"), yes),
    );
    dialog.append(form);
    dialog.addEventListener("close", () => {
      const isWanted = dialog.returnValue === "yes";
      dialog.remove();
      if (isWanted) void edits.clear();
    });
    viewer.host.append(dialog);
    dialog.showModal();
    one("button", dialog).focus();
  }

  show() {
    const { board } = this.markers;
    const { sets } = board;
    this.summary.textContent =
      sets.length > 0 ? `Sets and files (${sets.length})` : "Sets and files";
    const drawn = JSON.stringify(sets);
    if (this.clearAll) this.clearAll.disabled = board.annotations.length === 0;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    this.list.replaceChildren(...sets.map((set) => this.item(set)));
  }

  /** @param {SavedSet} set */
  item(set) {
    const { board, edits } = this.markers;
    const act = (/** @type {string} */ text, /** @type {() => void} */ run) =>
      button({ text, class: "button--quiet", label: `${text} ${set.name}`, act: run });
    const csv = make("a", { class: "button button--quiet", download: "" }, "CSV");
    csv.setAttribute("aria-label", `Export ${set.name} as CSV`);
    csv.setAttribute("href", board.fileAddress("csv", set));
    return make(
      "li",
      {},
      make("bdi", { class: "marks__name" }, set.name),
      make("span", { class: "quiet" }, `${set.count}`),
      act("Load", () => void edits.bringIn(set, this.replace.checked)),
      csv,
      act("Delete", () => void edits.attempt(() => board.deleteSet(set))),
    );
  }
}
