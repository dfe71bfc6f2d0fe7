/** The menu of traces for Perfetto: the whole profile or the visible range, saved or opened there. */

import { make, one, toast } from "../kit/dom.js";
import { openInPerfetto, traceAddress } from "../kit/perfetto.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../kit/scale.js").Range} Range */

/**
 * The view within the profile, or null where the view holds all of it.
 * @param {Range} range
 * @param {number} duration
 * @returns {Range | null}
 */
export function visiblePart({ start, end }, duration) {
  const from = Math.max(0, start);
  const to = Math.min(duration, end);
  return from <= 0 && to >= duration ? null : { start: from, end: to };
}

/**
 * @param {TimelineViewer} viewer
 * @param {string} profile
 */
export function listenToTraceMenu(viewer, profile) {
  const { host } = viewer;
  const menu = one("#trace-menu", host);
  const page = host.dataset.perfetto ?? "";
  const address = (/** @type {string} */ what) => {
    const range = what === "range" ? visiblePart(viewer.range, viewer.duration) : null;
    return traceAddress(profile, viewer.source.run, range);
  };
  menu.addEventListener("click", (event) => {
    const item = /** @type {HTMLElement} */ (event.target).closest("[data-trace]");
    if (!(item instanceof HTMLElement)) return;
    menu.hidePopover();
    const what = item.dataset.trace ?? "";
    if (what !== "open") {
      save(address(what));
      return;
    }
    const title = host.dataset.name ?? "profile";
    openInPerfetto(page, address("range"), title).catch((error) => toast(String(error), "warn"));
  });
}

/**
 * Lets the browser save what an address answers, as it comes.
 * @param {string} address
 */
function save(address) {
  const link = make("a", { href: address, download: "" });
  document.body.append(link);
  link.click();
  link.remove();
}
