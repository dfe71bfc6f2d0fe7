/** What a row of values says at an instant: beside the pointer, and in full in the panel. */

import { make, one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { exact } from "../kit/units.js";
import { rowAt } from "../timeline/rows.js";
import { piecesInView, valueWords } from "./value-rows.js";

/** @typedef {import("../timeline/rows.js").Series} Series */
/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./value-rows.js").ValueRows} ValueRows */

const TERMS = /** @type {Record<string, string>} */ ({
  SbufUsage: "Share of a partition's SBUF whose bytes are still to be read.",
  PsumUsage: "Banks of PSUM that hold a value still to be read.",
  DmaUsage: "Bytes per second of the packets under way, each spread evenly over its time.",
  HbmUsage:
    "Bytes per second to and from HBM, of transfers whose instruction is known and tells its bytes.",
  TensorThroughput:
    "FLOP/s of the multiplications under way against the peak of the array; MFU leaves transposes out.",
  PendingDma: "DMAs started and not yet ended.",
  SemaphoreUpdate: "Value after each update.",
});

/**
 * @param {TimelineViewer} viewer
 * @param {number} x
 * @param {number} y pixels of the stage
 * @returns {Node[] | null} null where no row of values lies
 */
export function valueCard(viewer, x, y) {
  const row = viewer.frame && rowAt(viewer.frame.rows, y + viewer.scrollY);
  if (!row?.values || !viewer.values) return null;
  const scale = viewer.scale();
  const at = Math.round(scale.ns(x));
  const [first] = row.values;
  const title = make("span", { class: "card-hover__title" }, first.title);
  const place = make("span", { class: "quiet" }, first.subtitle);
  const facts = make("dl", { class: "card-hover__facts" });
  for (const series of row.values) {
    const words = pieceWords(viewer.values, series, at);
    const name = row.values.length > 1 ? `Bank ${series.lane ?? 0}` : "Value";
    facts.append(make("dt", {}, name), make("dd", {}, words));
  }
  return [
    make("div", { class: "card-hover__head" }, title, place),
    make("div", { class: "card-hover__times" }, exact(at)),
    facts,
  ];
}

/**
 * @param {ValueRows} values
 * @param {Series} series
 * @param {number} at ns
 * @returns {string} the value there; of a piece that holds several, mean and most
 */
function pieceWords(values, series, at) {
  const answer = values.store.latest.get(series.id);
  const piece = answer && piecesInView(answer.samples, { start: at, end: at + 1 })[0];
  if (!piece) return answer ? valueWords(0, series.unit) : "…";
  const mean = valueWords(piece.mean, series.unit);
  const most = valueWords(piece.max, series.unit);
  return mean === most ? mean : `mean ${mean}, at most ${most}`;
}

/**
 * A click on a row of values shows what it holds at that instant.
 * @param {TimelineViewer} viewer
 * @param {number} x
 * @param {number} y pixels of the stage
 */
export function showValueUnder(viewer, x, y) {
  const row = viewer.frame && rowAt(viewer.frame.rows, y + viewer.scrollY);
  if (!row?.values || !viewer.values) return;
  void showValueAt(viewer.values, row.values, Math.round(viewer.scale().ns(x)));
}

/**
 * Shows a row's values at an instant in the panel.
 * @param {ValueRows} values
 * @param {Series[]} series
 * @param {number} ns
 */
export async function showValueAt(values, series, ns) {
  const { host } = values.viewer;
  const place = one("[data-event]", host);
  host.classList.remove("tl--bare");
  const [first] = series;
  const words = make("p", { class: "quiet" }, `${first.subtitle} · at ${exact(ns)}`);
  const head = make("div", { class: "panel__head" }, make("h2", {}, first.title), words);
  place.replaceChildren(head);
  try {
    const url = `${values.base}series/${encodeURIComponent(first.id)}/at/?ns=${ns}`;
    /** @type {{row: Record<string, unknown> | null}} */
    const { row } = await request(url);
    place.replaceChildren(head, rowContent(series, row));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    place.replaceChildren(head, make("p", { class: "field-error panel__loading" }, text));
  }
}

/**
 * @param {Series[]} series
 * @param {Record<string, unknown> | null} row
 * @returns {HTMLElement}
 */
function rowContent(series, row) {
  const about = make("p", { class: "quiet" }, TERMS[series[0].table ?? ""] ?? "");
  if (!row) {
    const words = make("p", { class: "quiet" }, "There is no value before this instant.");
    return make("section", { class: "panel__section" }, words, about);
  }
  const list = make("dl", { class: "panel__fields" });
  for (const [name, value] of Object.entries(row)) {
    if (value === null || name === "pcore_idx") continue;
    list.append(make("dt", {}, name), make("dd", {}, make("code", {}, String(value))));
  }
  return make("section", { class: "panel__section" }, about, list);
}
