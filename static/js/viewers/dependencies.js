/** What an instruction waited for and what waited for it, in the Event panel. */

import { make, one } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { duration, exact } from "../kit/units.js";
import { kindOf, trackOf } from "../timeline/dependency-ends.js";
import { showEvent } from "./details.js";
import { edgeLine, gapText, kindLegend, listSection } from "./edge-line.js";
import { goTo } from "./selection.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../timeline/dependency-ends.js").Place} Place */
/** @typedef {import("../timeline/dependency-ends.js").Edge} Edge */
/** @typedef {import("../timeline/dependency-ends.js").Start} Start */
/** @typedef {import("../timeline/dependency-ends.js").Dependencies} Dependencies */
/** @typedef {{hit: Hit, found: Dependencies | null, place: HTMLElement}} Shown */

/** The event by which the panel says that an event stands in it, with what was found of it. */
export const SHOWN = "eventshown";
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
export function trackKeyOf(document, part, place) {
  return trackOf(document, part, place)?.key ?? null;
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
  if (signal.aborted) return;
  const found = await addDependencies(viewer, hit, place, signal);
  if (signal.aborted) return;
  const detail = /** @type {Shown} */ ({ hit, found, place });
  viewer.host.dispatchEvent(new CustomEvent(SHOWN, { detail }));
}

/**
 * @param {TimelineViewer} viewer
 * @param {Hit} hit
 * @param {HTMLElement} place
 * @param {AbortSignal} signal
 * @returns {Promise<Dependencies | null>} null where there are none or they cannot be had
 */
async function addDependencies(viewer, hit, place, signal) {
  const base = viewer.values?.base;
  if (!base || hit.track.table !== "Instruction") return null;
  try {
    /** @type {Dependencies} */
    const found = await request(`${base}dependencies/?row=${hit.row}&part=${hit.track.part}`, {
      signal,
    });
    if (signal.aborted) return null;
    const go = (/** @type {Place} */ to) => {
      const key = trackKeyOf(viewer.document, hit.track.part, to);
      void goTo(viewer, key, to.row, to.start_ns);
    };
    const sections = content(found, go);
    const before = place.querySelector(".panel__section");
    if (before) before.before(...sections);
    else place.append(...sections);
    return found;
  } catch (error) {
    if (signal.aborted) return null;
    const text = error instanceof Error ? error.message : String(error);
    place.append(make("p", { class: "field-error panel__section" }, text));
    return null;
  }
}

/**
 * @param {Dependencies} found
 * @param {(place: Place) => void} go
 * @returns {HTMLElement[]}
 */
function content(found, go) {
  const { start } = found;
  const why = make("section", { class: "panel__section", "data-edges": "" });
  why.append(make("h3", {}, "Why it started then"));
  why.append(make("p", {}, startWords(start)));
  if (start.by) {
    const kind = start.reason === "engine order" ? "engine" : "semaphore";
    const line = edgeLine({ place: start.by, about: "", kind, go });
    why.append(make("ul", { class: "edges" }, line));
  }
  if (!found.has_edges) {
    const words =
      "This profile names no dependencies of the compiler: its NEFF is missing or has none.";
    why.append(make("p", { class: "quiet" }, words));
  }
  const released = found.released.map((place) =>
    edgeLine({ place, about: "by its semaphore", kind: "semaphore", way: "out", go }),
  );
  const lists = [
    edgeSection("Waits for", found.waits_for, found.waits_for_total, "in", go),
    edgeSection("Waited for by", found.waited_for_by, found.waited_for_by_total, "out", go),
    listSection("Let go on", released, found.released_total),
  ].filter((one) => one !== null);
  lists.at(-1)?.append(kindLegend());
  return [why, ...lists];
}

/**
 * @param {string} title
 * @param {Edge[]} edges
 * @param {number} total
 * @param {"in" | "out"} way
 * @param {(place: Place) => void} go
 * @returns {HTMLElement | null}
 */
function edgeSection(title, edges, total, way, go) {
  const inTime = [...edges].sort((a, b) => a.start_ns - b.start_ns);
  const rows = inTime.map((edge) => {
    const kind = kindOf(edge.kind);
    const title = `${kind}, from ${exact(edge.start_ns)}`;
    const about = gapText(edge.gap_ns);
    return edgeLine({ place: edge, about, title, isTimed: false, kind, way, go });
  });
  return listSection(title, rows, total, "gap");
}
