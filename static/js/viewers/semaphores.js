/** The dialog that chooses which semaphores have a row. */

import { make, one } from "../kit/dom.js";
import { count } from "../kit/units.js";
import { semaphoresOf } from "../timeline/value-rows.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../timeline/rows.js").Series} Series */

const MOST_LISTED = 300;

/** @param {TimelineViewer} viewer */
export function listenToSemaphores(viewer) {
  const { host } = viewer;
  const open = /** @type {HTMLButtonElement} */ (one("[data-act-semaphores]", host));
  const dialog = /** @type {HTMLDialogElement} */ (one("[data-semaphores]", host));
  const filter = /** @type {HTMLInputElement} */ (one("[data-semaphore-filter]", host));
  open.hidden = semaphoresOf(viewer.document).length === 0;
  open.addEventListener("click", () => {
    fill(viewer, filter.value);
    dialog.showModal();
  });
  filter.addEventListener("input", () => fill(viewer, filter.value));
  one("[data-semaphore-none]", host).addEventListener("click", () => {
    choose(viewer, []);
    fill(viewer, filter.value);
  });
}

/**
 * Semaphores whose name, number or core holds all words.
 * @param {Series[]} semaphores
 * @param {string} text
 * @returns {Series[]}
 */
export function matching(semaphores, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return semaphores.filter(({ title, subtitle }) => {
    const about = `${title} ${subtitle}`.toLowerCase();
    return words.every((word) => about.includes(word));
  });
}

/**
 * @param {TimelineViewer} viewer
 * @param {Iterable<string>} ids of the semaphores to show
 */
function choose(viewer, ids) {
  viewer.semaphores = new Set(ids);
  viewer.redraw();
  viewer.writeAddressSoon();
}

/**
 * @param {TimelineViewer} viewer
 * @param {string} text
 */
function fill(viewer, text) {
  const found = matching(semaphoresOf(viewer.document), text);
  const shown = found.slice(0, MOST_LISTED);
  const rest = found.length - shown.length;
  const words = `${count(found.length)} semaphores${rest > 0 ? `; the first ${count(MOST_LISTED)} are listed` : ""}`;
  one("[data-semaphore-count]", viewer.host).textContent = words;
  one("[data-semaphore-list]", viewer.host).replaceChildren(
    ...shown.map((series) => choice(viewer, series)),
  );
}

/**
 * @param {TimelineViewer} viewer
 * @param {Series} series
 * @returns {HTMLElement}
 */
function choice(viewer, series) {
  const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox" }));
  box.checked = viewer.semaphores.has(series.id);
  box.addEventListener("change", () => {
    const chosen = new Set(viewer.semaphores);
    if (box.checked) chosen.add(series.id);
    else chosen.delete(series.id);
    choose(viewer, chosen);
  });
  const about = ` ${series.subtitle} · ${count(series.count)} updates`;
  const label = make("label", {}, box, ` ${series.title}`, make("span", { class: "quiet" }, about));
  return make("li", {}, label);
}
