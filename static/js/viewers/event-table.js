/** The events in view as a table: the same as the rows show, for reading and for screen readers. */

import { make, one } from "../kit/dom.js";
import { count, exact } from "../kit/units.js";
import { itemsInView } from "../timeline/hit-test.js";
import { firstEvents } from "../timeline/walk.js";

/** @typedef {import("../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */

const MOST = 500;

/**
 * Opens the table of the first events in view, in order of start.
 * @param {TimelineViewer} viewer
 */
export async function showEventTable(viewer) {
  const { frame, range, host } = viewer;
  if (!frame) return;
  const { document, store } = viewer;
  const { level } = frame;
  const known = frame.rows.flatMap(({ group, track }) =>
    track ? itemsInView({ document, store, group, track, level, range }) : [],
  );
  const total = known.reduce((sum, hit) => sum + Math.max(1, hit.count), 0);
  const place = one("[data-events-table]", host);
  const dialog = /** @type {HTMLDialogElement} */ (one("[data-events]", host));
  place.replaceChildren(make("p", { class: "quiet" }, "Loading …"));
  dialog.showModal();
  const hits = await firstEvents({ document, get: (key) => store.get(key) }, known, range, MOST);
  const counted = make("p", { class: "quiet" }, tableNote(hits.length, total));
  const choose = (/** @type {Hit} */ hit) => {
    dialog.close();
    viewer.select(hit);
    viewer.stage.focus();
  };
  place.replaceChildren(counted, table(hits, choose));
}

/**
 * @param {number} shown
 * @param {number} total
 * @returns {string}
 */
export function tableNote(shown, total) {
  if (total === 0) return "No events in this range.";
  return shown < total
    ? `The first ${count(shown)} of ${count(total)} events in view. Zoom in to see the others.`
    : `All ${count(total)} events in view.`;
}

/**
 * @param {Hit[]} hits
 * @param {(hit: Hit) => void} choose
 * @returns {HTMLElement}
 */
function table(hits, choose) {
  const head = make("tr", {});
  for (const [name, className] of [
    ["Event"],
    ["Row"],
    ["Core"],
    ["Start", "number"],
    ["Duration", "number"],
  ]) {
    head.append(make("th", { scope: "col", class: className }, name));
  }
  const body = make("tbody", {});
  for (const hit of hits) {
    const event = make(
      "button",
      { class: "button button--link tl__event", type: "button" },
      hit.label || hit.track.name,
    );
    event.addEventListener("click", () => choose(hit));
    body.append(
      make(
        "tr",
        {},
        make("td", {}, event),
        make("td", {}, hit.track.name),
        make("td", {}, String(hit.track.core)),
        make("td", { class: "number" }, exact(hit.start)),
        make("td", { class: "number" }, exact(hit.duration)),
      ),
    );
  }
  return make("table", {}, make("thead", {}, head), body);
}
