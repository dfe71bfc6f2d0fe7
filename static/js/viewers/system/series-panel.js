/** What a series holds at an instant: its value, and of memory the kinds with their shares. */

import { make, one } from "../../kit/dom.js";
import { request } from "../../kit/http.js";
import { exact, share } from "../../kit/units.js";
import { valueText } from "./series-rows.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../timeline/rows.js").Series} Series */
/** @typedef {{kind: string, bytes: number, share: number}} Kind */

const TOTALS = ["total_bytes", "util_percent", "used_bytes", "bandwidth_bytes_per_sec"];

/**
 * @param {SystemTimeline} viewer
 * @param {Series} series
 * @param {number} ns
 */
export async function showSeriesAt(viewer, series, ns) {
  const place = one("[data-event]", viewer.host);
  viewer.host.classList.remove("tl--bare");
  const title = make("h2", {}, series.title);
  const words = make("p", { class: "quiet" }, `${series.subtitle} · at ${exact(ns)}`);
  const head = make("div", { class: "panel__head" }, title, words);
  place.replaceChildren(head);
  try {
    const url = `${viewer.system.base}series/${encodeURIComponent(series.id)}/at/?ns=${ns}`;
    /** @type {{row: Record<string, unknown> | null, kinds: Kind[]}} */
    const { row, kinds } = await request(url);
    place.replaceChildren(head, content(series, row, kinds));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    place.replaceChildren(head, make("p", { class: "field-error panel__loading" }, text));
  }
}

/**
 * @param {Series} series
 * @param {Record<string, unknown> | null} row
 * @param {Kind[]} kinds
 * @returns {HTMLElement}
 */
function content(series, row, kinds) {
  if (!row) {
    const words = "There is no sample before this instant.";
    return make("p", { class: "quiet panel__loading" }, words);
  }
  const name = TOTALS.find((one) => typeof row[one] === "number");
  const value = name ? valueText(Number(row[name]), series.unit) : "";
  const of = series.capacity ? ` of ${valueText(series.capacity, series.unit)}` : "";
  const total = make("p", {}, make("strong", {}, value), of);
  const section = make("section", { class: "panel__section" }, total);
  if (kinds.length === 0) return section;
  const list = make("ul", { class: "where" });
  for (const { kind, bytes, share: part } of kinds) {
    const amount = make("span", { class: "where__ns" }, valueText(bytes, "bytes"));
    const percent = make("span", { class: "quiet where__share" }, share(part));
    const swatch = make("span", { class: "swatch swatch--5" });
    swatch.style.opacity = String(Math.max(0.25, part));
    list.append(make("li", {}, swatch, make("span", {}, kind), amount, percent));
  }
  section.append(make("h3", {}, "By kind"), list);
  return section;
}
