/** Events of a range, counted: count, sum, median and p99 by name and core, in the panel. */

import { make, one } from "../../kit/dom.js";
import { request } from "../../kit/http.js";
import { count, duration, exact } from "../../kit/units.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../kit/scale.js").Range} Range */
/** @typedef {{name: string, nc_idx: number | null, pcore_idx: number | null, count: number, sum_ns: number, median_ns: number, p99_ns: number}} Statistic */

const MOST = 200;
const WAIT_MS = 200;
let timer = 0;

/**
 * Shows the statistics of a range once the range rests.
 * @param {SystemTimeline} viewer
 * @param {Range} range
 */
export function showStatistics(viewer, range) {
  window.clearTimeout(timer);
  timer = window.setTimeout(() => void ask(viewer, range), WAIT_MS);
}

/**
 * @param {SystemTimeline} viewer
 * @param {Range} range
 */
async function ask(viewer, range) {
  const place = one("[data-event]", viewer.host);
  const [start, end] = [Math.round(range.start), Math.round(range.end)];
  const isStill = () => viewer.marked === range && !viewer.selected;
  if (!isStill()) return;
  viewer.host.classList.remove("tl--bare");
  try {
    const url = `${viewer.system.base}range-statistics/?start_ns=${start}&end_ns=${end}`;
    const found = await request(url);
    if (isStill()) place.replaceChildren(...content(found, range));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    if (isStill()) place.replaceChildren(make("p", { class: "field-error panel__loading" }, text));
  }
}

/**
 * @param {{events: number, groups: number, by_name_and_core: Statistic[]}} found
 * @param {Range} range
 * @returns {HTMLElement[]}
 */
function content({ events, groups, by_name_and_core: rows }, { start, end }) {
  const times = `${exact(Math.round(start))} – ${exact(Math.round(end))}`;
  const title = make("h2", {}, "Range statistics");
  const about = `${count(events)} events touch these ${duration(end - start, 3)}`;
  const words = make("p", { class: "quiet" }, `${about} · ${times}`);
  const head = make("div", { class: "panel__head" }, title, words);
  if (rows.length === 0) return [head];
  const names = ["Event", "Core", "Count", "Sum", "Median", "p99"];
  const heads = names.map((name, at) =>
    make("th", { scope: "col", class: at > 0 ? "number" : undefined }, name),
  );
  const body = rows.slice(0, MOST).map((row) => {
    const core = row.pcore_idx ?? row.nc_idx;
    const cells = [
      core === null ? "–" : String(core),
      count(row.count),
      duration(row.sum_ns, 3),
      duration(row.median_ns, 3),
      duration(row.p99_ns, 3),
    ];
    const name = make("td", {}, make("code", { title: row.name }, row.name));
    return make("tr", {}, name, ...cells.map((text) => make("td", { class: "number" }, text)));
  });
  const table = make("table", { class: "statistics" });
  table.append(make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body));
  const shown = Math.min(rows.length, MOST);
  const more =
    groups > shown
      ? [make("p", { class: "quiet" }, `The first ${shown} of ${count(groups)}.`)]
      : [];
  return [head, make("section", { class: "panel__section" }, table, ...more)];
}
