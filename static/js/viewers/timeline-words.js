/** The words around the rows: status bar, legend, and the panel while nothing is selected. */

import { make, one } from "../kit/dom.js";
import { count, duration, exact } from "../kit/units.js";
import { CLASSES } from "../render/palette.js";
import { shownGroups } from "../timeline/rows.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */

/** @param {TimelineViewer} viewer */
export function showStatus(viewer) {
  const { frame, host } = viewer;
  if (!frame) return;
  const text = (/** @type {string} */ name, /** @type {string} */ value) => {
    const place = one(`[data-${name}]`, host);
    if (place.textContent !== value) place.textContent = value;
  };
  const cells = `${count(frame.exact)} exact · ${count(frame.inCells)} in ${count(frame.cells)} cells`;
  text("counts", frame.cells === 0 ? `All ${count(frame.exact)} events exact` : cells);
  const nsPerPx = viewer.scale().nsPerPx;
  text("scale", `1 px = ${nsPerPx < 10 ? nsPerPx.toFixed(1) : Math.round(nsPerPx)} ns`);
  const states = [
    viewer.store.isLoading ? "loading" : "",
    frame.incomplete ? "incomplete: zoom in to see every event" : "",
    frame.failed ? "Tile not readable" : "",
  ];
  text("state", states.filter(Boolean).join(" · "));
  one("[data-retry]", host).hidden = !frame.failed;
  text("span", duration(viewer.duration));
  const field = /** @type {HTMLInputElement} */ (one("[data-range]", host));
  if (document.activeElement !== field) {
    const start = Math.max(0, Math.round(viewer.range.start));
    const end = Math.min(viewer.duration, Math.round(viewer.range.end));
    field.value = `${exact(start)} – ${exact(end)}`;
  }
  const button = (/** @type {string} */ act) =>
    /** @type {HTMLButtonElement} */ (one(`[data-act="${act}"]`, host));
  button("back").disabled = viewer.history.past.length === 0;
  button("forward").disabled = viewer.history.future.length === 0;
}

/** @param {TimelineViewer} viewer */
export function showLegend(viewer) {
  one("[data-legend]", viewer.host).replaceChildren(
    ...CLASSES.map((name, colour) => {
      const swatch = make("span", { class: `swatch swatch--${colour}` });
      return make("span", {}, swatch, name);
    }),
  );
}

/** @param {TimelineViewer} viewer */
export function showEmptyPanel(viewer) {
  const list = make("ul", {});
  list.append(
    make("li", {}, "Click an event to see its times, operands and names."),
    make("li", {}, "Ctrl and the wheel zoom; drag to pan; F fits all."),
    make("li", {}, "? lists every key."),
  );
  const rows = shownGroups(viewer.document, viewer.dma).reduce((sum, group) => sum + group.rows, 0);
  const about = `${count(rows)} events in ${duration(viewer.duration)}.`;
  const empty = make("div", { class: "panel__empty" }, make("p", {}, about), list);
  for (const notice of viewer.document.notices) {
    empty.append(make("p", { class: "note" }, notice.message));
  }
  one("[data-panel]", viewer.host).replaceChildren(empty);
}
