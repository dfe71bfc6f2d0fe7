/** Pointer, wheel, keys and buttons of the timeline. */

import { make, one } from "../kit/dom.js";
import { Scale } from "../kit/scale.js";
import { count, duration, exact, parseRange, share } from "../kit/units.js";
import { slicesInView } from "../timeline/hit-test.js";
import { actionOf, fillKeyList } from "../timeline/keys.js";
import { className } from "./details.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../timeline/keys.js").Action} Action */

const CLICK_PX = 4;
const HOVER_MS = 80;
const WHEEL = 0.0016;

/** @param {TimelineViewer} viewer */
export function listen(viewer) {
  listenToWheel(viewer);
  listenToStage(viewer);
  listenToRuler(viewer);
  listenToOverview(viewer);
  listenToTools(viewer);
  document.addEventListener("keydown", (event) => {
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    act(viewer, action);
  });
  viewer.scroll.addEventListener("scroll", () => viewer.redraw());
}

/** @param {TimelineViewer} viewer */
function listenToWheel(viewer) {
  const onWheel = (/** @type {WheelEvent} */ event) => {
    const rect = viewer.stage.getBoundingClientRect();
    const scale = viewer.scale();
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      viewer.zoom(Math.exp(event.deltaY * WHEEL), scale.ns(event.clientX - rect.left));
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      const by = (event.deltaX || event.deltaY) * scale.nsPerPx;
      viewer.moveTo({ start: viewer.range.start + by, end: viewer.range.end + by });
    }
  };
  for (const place of [viewer.scroll, viewer.rulerCanvas, viewer.overviewCanvas]) {
    place.addEventListener("wheel", onWheel, { passive: false });
  }
}

/** @param {TimelineViewer} viewer */
function listenToStage(viewer) {
  const { stage } = viewer;
  /** @type {{x: number, y: number, start: number, end: number, top: number, isDrag: boolean} | null} */
  let press = null;
  let hoverTimer = 0;
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    const { start, end } = viewer.range;
    const top = viewer.scroll.scrollTop;
    press = { x: event.clientX, y: event.clientY, start, end, top, isDrag: false };
  });
  stage.addEventListener("pointermove", (event) => {
    const rect = stage.getBoundingClientRect();
    const x = event.clientX - rect.left;
    if (press) {
      const dx = event.clientX - press.x;
      if (!press.isDrag && Math.hypot(dx, event.clientY - press.y) < CLICK_PX) return;
      press.isDrag = true;
      hideHover(viewer);
      const by = dx * viewer.scale().nsPerPx;
      viewer.moveTo({ start: press.start - by, end: press.end - by });
      viewer.scroll.scrollTop = press.top - (event.clientY - press.y);
      return;
    }
    viewer.cursor = viewer.scale().ns(x);
    viewer.redraw();
    window.clearTimeout(hoverTimer);
    hoverTimer = window.setTimeout(() => showHover(viewer, event, rect), HOVER_MS);
  });
  stage.addEventListener("pointerup", (event) => {
    const rect = stage.getBoundingClientRect();
    if (press && !press.isDrag) {
      viewer.choose(viewer.hitAt(event.clientX - rect.left, event.clientY - rect.top));
    }
    press = null;
  });
  stage.addEventListener("dblclick", () => viewer.zoomToSelection());
  stage.addEventListener("pointerleave", () => {
    window.clearTimeout(hoverTimer);
    viewer.cursor = null;
    viewer.hover = null;
    hideHover(viewer);
    viewer.redraw();
  });
}

/** @param {TimelineViewer} viewer */
function hideHover(viewer) {
  one("[data-hover]", viewer.host).hidden = true;
}

/**
 * @param {TimelineViewer} viewer
 * @param {PointerEvent} event
 * @param {DOMRect} rect
 */
function showHover(viewer, event, rect) {
  const hit = viewer.hitAt(event.clientX - rect.left, event.clientY - rect.top);
  viewer.hover = hit;
  viewer.drawMarks();
  const card = one("[data-hover]", viewer.host);
  card.hidden = hit === null;
  if (!hit) return;
  const place = `${hit.track.name} · core ${hit.track.core}`;
  if (hit.count > 1) {
    const busy = hit.busy / (hit.cellLength * hit.track.capacity);
    card.replaceChildren(
      make("h4", {}, `${count(hit.count)} events`),
      make(
        "div",
        {},
        `busy ${share(Math.min(1, busy))}, longest ${hit.label} ${duration(hit.duration, 3)}`,
      ),
      make("div", { class: "quiet" }, `${place} · click zooms until they separate`),
    );
  } else {
    card.replaceChildren(
      make("h4", {}, hit.label || hit.track.name),
      make(
        "div",
        {},
        `${exact(hit.start)} – ${exact(hit.start + hit.duration)} · ${exact(hit.duration)}`,
      ),
      make("div", { class: "quiet" }, `${place} · ${className(hit.colour)}`),
    );
  }
  const { offsetWidth: w, offsetHeight: h } = card;
  const left =
    event.clientX + 12 + w > window.innerWidth ? event.clientX - 12 - w : event.clientX + 12;
  const top =
    event.clientY + 12 + h > window.innerHeight ? event.clientY - 12 - h : event.clientY + 12;
  card.style.left = `${Math.max(4, left)}px`;
  card.style.top = `${Math.max(4, top)}px`;
}

/** @param {TimelineViewer} viewer */
function listenToRuler(viewer) {
  const canvas = viewer.rulerCanvas;
  let from = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    from = viewer.scale().ns(event.offsetX);
    viewer.drag = { start: from, end: from };
  });
  canvas.addEventListener("pointermove", (event) => {
    const at = viewer.scale().ns(event.offsetX);
    viewer.cursor = at;
    if (viewer.drag) viewer.drag = { start: Math.min(from, at), end: Math.max(from, at) };
    viewer.redraw();
  });
  canvas.addEventListener("pointerup", () => {
    const chosen = viewer.drag;
    viewer.drag = null;
    if (chosen && (chosen.end - chosen.start) / viewer.scale().nsPerPx > CLICK_PX) {
      viewer.glideTo(chosen);
    } else viewer.redraw();
  });
}

/** @param {TimelineViewer} viewer */
function listenToOverview(viewer) {
  const canvas = viewer.overviewCanvas;
  /** @type {{at: number, start: number, end: number, edge: "start" | "end" | null} | null} */
  let press = null;
  const nsAt = (/** @type {PointerEvent} */ event) =>
    (event.offsetX / canvas.clientWidth) * viewer.duration;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    const at = nsAt(event);
    const scale = new Scale({ start: 0, end: viewer.duration }, canvas.clientWidth);
    const { start, end } = viewer.range;
    const near = (/** @type {number} */ ns) => Math.abs(scale.x(ns) - event.offsetX) < 6;
    if (!near(start) && !near(end) && (at < start || at > end)) {
      const half = (end - start) / 2;
      viewer.moveTo({ start: at - half, end: at + half });
    }
    const edge = near(viewer.range.start) ? "start" : near(viewer.range.end) ? "end" : null;
    press = { at, start: viewer.range.start, end: viewer.range.end, edge };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!press) return;
    const by = nsAt(event) - press.at;
    const start = press.edge === "end" ? press.start : press.start + by;
    const end = press.edge === "start" ? press.end : press.end + by;
    if (end > start) viewer.moveTo({ start, end });
  });
  canvas.addEventListener("pointerup", () => {
    press = null;
  });
}

/** @param {TimelineViewer} viewer */
function listenToTools(viewer) {
  const { host } = viewer;
  host.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-act]");
    const name = button instanceof HTMLElement ? button.dataset.act : undefined;
    const actions = /** @type {Record<string, () => void>} */ ({
      back: () => viewer.travel("back"),
      forward: () => viewer.travel("forward"),
      in: () => viewer.zoom(0.5),
      out: () => viewer.zoom(2),
      fit: () => viewer.fit(),
      table: () => act(viewer, "table"),
      help: () => act(viewer, "help"),
      retry: () => viewer.store.retry(),
    });
    if (name) actions[name]?.();
  });
  const field = /** @type {HTMLInputElement} */ (one("[data-range]", host));
  field.addEventListener("focus", () => field.select());
  one("[data-range-form]", host).addEventListener("submit", (event) => {
    event.preventDefault();
    const range = parseRange(field.value);
    field.setAttribute("aria-invalid", String(range === null));
    if (!range) return;
    field.blur();
    viewer.glideTo({ start: range[0], end: range[1] });
  });
  const dma = /** @type {HTMLSelectElement} */ (one("[data-dma]", host));
  dma.value = viewer.dma;
  dma.addEventListener("change", () => viewer.setDma(dma.value === "engine" ? "engine" : "queue"));
  fillKeyList(one(".keys", host));
}

/**
 * @param {TimelineViewer} viewer
 * @param {Action} action
 */
export function act(viewer, action) {
  const actions = /** @type {Record<Action, () => void>} */ ({
    "zoom-in": () => viewer.zoom(0.7),
    "zoom-out": () => viewer.zoom(1 / 0.7),
    left: () => viewer.pan(-0.1),
    right: () => viewer.pan(0.1),
    "far-left": () => viewer.pan(-1),
    "far-right": () => viewer.pan(1),
    fit: () => viewer.fit(),
    "zoom-selection": () => viewer.zoomToSelection(),
    back: () => viewer.travel("back"),
    forward: () => viewer.travel("forward"),
    "row-down": () => viewer.changeRow(1),
    "row-up": () => viewer.changeRow(-1),
    previous: () => viewer.walk(-1),
    next: () => viewer.walk(1),
    panel: () => focusPanel(viewer),
    escape: () => viewer.select(null),
    table: () => showTable(viewer),
    help: () => /** @type {HTMLDialogElement} */ (one("[data-keys]", viewer.host)).showModal(),
  });
  actions[action]();
}

/** @param {TimelineViewer} viewer */
function focusPanel(viewer) {
  const panel = one("[data-panel]", viewer.host);
  panel.tabIndex = -1;
  panel.focus();
}

/**
 * The events in view as a table: the first 500, and how many there are.
 * @param {TimelineViewer} viewer
 */
function showTable(viewer) {
  const { document: timeline, store, range, frame } = viewer;
  if (!frame) return;
  const hits = frame.rows.flatMap(({ group, track }) =>
    track && track.kind !== "clock"
      ? slicesInView({ document: timeline, store, group, track, level: frame.level, range })
      : [],
  );
  hits.sort((a, b) => a.start - b.start);
  const shown = hits.slice(0, 500);
  const head = make("tr", {});
  for (const name of ["Start", "Duration", "Row", "Core", "Event"])
    head.append(make("th", {}, name));
  const table = make("table", {}, make("thead", {}, head));
  const body = make("tbody", {});
  for (const hit of shown) {
    const row = make("tr", {});
    const cells = [exact(hit.start), exact(hit.duration), hit.track.name, String(hit.track.core)];
    for (const text of cells) row.append(make("td", {}, text));
    row.append(
      make("td", {}, hit.count > 1 ? `${hit.label} and ${hit.count - 1} more` : hit.label),
    );
    body.append(row);
  }
  table.append(body);
  const counted = `${shown.length} of ${hits.length}${frame.cells > 0 ? " (cells show their longest)" : ""}`;
  one("[data-events-table]", viewer.host).replaceChildren(make("p", {}, counted), table);
  /** @type {HTMLDialogElement} */ (one("[data-events]", viewer.host)).showModal();
}
