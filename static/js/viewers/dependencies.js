/** What an instruction waited for and what waited for it, in the Event panel. */

import { button, make, one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { count, duration, exact } from "../kit/units.js";
import { showEvent } from "./details.js";
import { goTo } from "./selection.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../timeline/hit-test.js").Hit} Hit */
/** @typedef {{row: number, opcode: string, track: string, core: number, start_ns: number, end_ns: number}} Place */
/** @typedef {Place & {kind: string, gap_ns: number}} Edge */
/** @typedef {{reason: "first" | "engine order" | "semaphore" | "transfer", by: Place | null, queue: string | null, released_ns: number | null, ready_ns: number, engine_free_ns: number | null, waited_ns: number | null}} Start */
/** @typedef {{row: number, has_edges: boolean, start: Start, waits_for: Edge[], waits_for_total: number, waited_for_by: Edge[], waited_for_by_total: number, released: Place[], released_total: number}} Dependencies */

const SHOWN_AT_ONCE = 8;
/** Below this the engine went on as it could. */
const AT_ONCE_NS = 100;

/**
 * Why an instruction started when it did, in a sentence.
 * @param {Start} start
 * @returns {string}
 */
export function startWords({ reason, by, queue, waited_ns: waited }) {
  if (reason === "first") return "Nothing on record came before it.";
  const who = by ? `${by.opcode} on ${by.track}` : "nobody on record";
  const idle = waited === null ? "" : duration(waited, 3);
  if (reason === "engine order") {
    if (waited !== null && waited > AT_ONCE_NS) {
      return `Its engine had been free for ${idle}; no wait for a semaphore is on record.`;
    }
    return "As soon as its engine was free.";
  }
  const what =
    reason === "transfer"
      ? `a transfer${queue ? ` of ${queue}` : ""}, started by ${who}`
      : `a semaphore, raised by ${who}`;
  if (waited === null || waited <= AT_ONCE_NS) return `Right after ${what}.`;
  return `Its engine was idle for ${idle} until ${what}.`;
}

/**
 * The key of the track that shows an instruction.
 * @param {import("../timeline/rows.js").TimelineDocument} document
 * @param {number} part
 * @param {Place} place
 * @returns {string | null}
 */
export function trackKeyOf({ tracks }, part, { core, track }) {
  const found = tracks.find(
    (one) => one.kind === "engine" && one.part === part && one.core === core && one.name === track,
  );
  return found?.key ?? null;
}

/**
 * Fills the panel with an event, then with what it waited for and what waited for it.
 * @param {TimelineViewer} viewer
 * @param {Hit} hit
 * @param {AbortSignal} signal
 */
export async function showEventInFull(viewer, hit, signal) {
  const place = one("[data-event]", viewer.host);
  await showEvent(place, viewer.source, hit, signal);
  const base = viewer.values?.base;
  if (signal.aborted || !base || hit.track.table !== "Instruction") return;
  const url = `${base}dependencies/?row=${hit.row}&part=${hit.track.part}`;
  try {
    /** @type {Dependencies} */
    const found = await request(url, { signal });
    if (signal.aborted) return;
    const go = (/** @type {Place} */ to) => {
      const key = trackKeyOf(viewer.document, hit.track.part, to);
      void goTo(viewer, key, to.row, to.start_ns);
    };
    const sections = content(found, go);
    const before = place.querySelector(".panel__section");
    if (before) before.before(...sections);
    else place.append(...sections);
  } catch (error) {
    if (signal.aborted) return;
    const text = error instanceof Error ? error.message : String(error);
    place.append(make("p", { class: "field-error panel__section" }, text));
  }
}

/**
 * @param {Dependencies} found
 * @param {(place: Place) => void} go
 * @returns {HTMLElement[]}
 */
function content(found, go) {
  const { start } = found;
  const why = make("section", { class: "panel__section" }, make("h3", {}, "Why it started then"));
  why.append(make("p", {}, startWords(start)));
  if (start.by) why.append(make("ul", { class: "edges" }, item(start.by, "", go)));
  const waits = edgeSection("Waits for", found.waits_for, found.waits_for_total, go);
  const later = edgeSection("Waited for by", found.waited_for_by, found.waited_for_by_total, go);
  const released = placeSection("Let go on", found.released, found.released_total, go);
  const lists = [waits, later, released].filter((one) => one !== null);
  if (!found.has_edges) {
    const words =
      "This profile names no dependencies of the compiler: its NEFF is missing or has none.";
    why.append(make("p", { class: "quiet" }, words));
  }
  return [why, .../** @type {HTMLElement[]} */ (lists)];
}

/**
 * @param {string} title
 * @param {Edge[]} edges
 * @param {number} total
 * @param {(place: Place) => void} go
 * @returns {HTMLElement | null}
 */
function edgeSection(title, edges, total, go) {
  const rows = edges.map((edge) => item(edge, `${kindWords(edge.kind)} · ${gapWords(edge)}`, go));
  return listSection(title, rows, total);
}

/**
 * @param {string} title
 * @param {Place[]} places
 * @param {number} total
 * @param {(place: Place) => void} go
 * @returns {HTMLElement | null}
 */
function placeSection(title, places, total, go) {
  return listSection(
    title,
    places.map((one) => item(one, "by its semaphore", go)),
    total,
  );
}

/**
 * @param {string} title
 * @param {HTMLElement[]} rows
 * @param {number} total
 * @returns {HTMLElement | null}
 */
function listSection(title, rows, total) {
  if (total === 0) return null;
  const heading = make("h3", {}, `${title} `, make("span", { class: "quiet" }, count(total)));
  const list = make("ul", { class: "edges" }, ...rows.slice(0, SHOWN_AT_ONCE));
  const section = make("section", { class: "panel__section" }, heading, list);
  const more = rows.slice(SHOWN_AT_ONCE);
  if (more.length > 0) {
    const act = () => {
      list.append(...more);
      all.remove();
    };
    const text = total > rows.length ? `Show ${count(rows.length)} of ${count(total)}` : "Show all";
    const all = button({ text, act, class: "button--quiet" });
    section.append(all);
  }
  return section;
}

/** @param {string} kind such as `ANTI_DEPENDENCE` */
function kindWords(kind) {
  return kind.toLowerCase().replace("_dependence", "");
}

/** @param {Edge} edge */
export function gapWords({ gap_ns: gap }) {
  if (gap < 0) return `${duration(-gap, 3)} overlap`;
  return gap === 0 ? "no gap" : `${duration(gap, 3)} between`;
}

/**
 * @param {Place} place
 * @param {string} about
 * @param {(place: Place) => void} go
 * @returns {HTMLElement}
 */
function item(place, about, go) {
  const name = make("code", {}, place.opcode);
  const where = make("span", { class: "quiet" }, `${place.track} · ${exact(place.start_ns)}`);
  const words = about ? [make("span", { class: "quiet" }, about)] : [];
  const link = make("button", { type: "button", class: "edges__go" }, name, where, ...words);
  link.addEventListener("click", () => go(place));
  return make("li", {}, link);
}
