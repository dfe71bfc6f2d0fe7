/** Pointer and wheel on the rows, the ruler and the overview. */

import { one } from "../kit/dom.js";
import { Scale } from "../kit/scale.js";
import { bareTile, cardContent, clockAt, placeCard } from "./hover-card.js";
import { listenToKeys, listenToTools } from "./timeline-actions.js";
import { pointAt } from "./tools/points.js";
import { valueCard } from "./value-panel.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../timeline/hit-test.js").Hit} Hit */

const CLICK_PX = 4;
const EDGE_PX = 7;
const HOVER_MS = 80;
const WHEEL = 0.0016;
const LINE_PX = 16;

/** @param {TimelineViewer} viewer */
export function listen(viewer) {
  listenToWheel(viewer);
  listenToStage(viewer);
  listenToRuler(viewer);
  listenToOverview(viewer);
  listenToTools(viewer);
  listenToKeys(viewer);
  viewer.scroll.addEventListener("scroll", () => {
    hideHover(viewer);
    viewer.redraw();
  });
}

/** @param {TimelineViewer} viewer */
function listenToWheel(viewer) {
  const onWheel = (/** @type {WheelEvent} */ event) => {
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    const scale = viewer.scale();
    if (event.ctrlKey || event.metaKey) {
      const rect = viewer.stage.getBoundingClientRect();
      event.preventDefault();
      hideHover(viewer);
      viewer.zoom(Math.exp(dy * WHEEL), scale.ns(event.clientX - rect.left));
    } else if (event.shiftKey || Math.abs(dx) > Math.abs(dy)) {
      event.preventDefault();
      hideHover(viewer);
      const by = (dx || dy) * scale.nsPerPx;
      viewer.moveTo({ start: viewer.range.start + by, end: viewer.range.end + by });
    }
  };
  for (const place of [viewer.scroll, viewer.rulerCanvas]) {
    place.addEventListener("wheel", onWheel, { passive: false });
  }
  viewer.overviewCanvas.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const scale = new Scale(viewer.whole(), viewer.overviewCanvas.clientWidth);
      viewer.zoom(Math.exp(event.deltaY * WHEEL), scale.ns(event.offsetX));
    },
    { passive: false },
  );
}

/** @param {TimelineViewer} viewer */
function listenToStage(viewer) {
  const { stage } = viewer;
  /** @type {{x: number, y: number, start: number, end: number, top: number, isDrag: boolean} | null} */
  let press = null;
  let hoverTimer = 0;
  listenForTools(viewer, stage, "rows");
  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    stage.setPointerCapture(event.pointerId);
    const { start, end } = viewer.range;
    const top = viewer.scroll.scrollTop;
    press = { x: event.clientX, y: event.clientY, start, end, top, isDrag: false };
  });
  stage.addEventListener("pointermove", (event) => {
    const rect = stage.getBoundingClientRect();
    window.clearTimeout(hoverTimer);
    if (press) {
      const dx = event.clientX - press.x;
      if (!press.isDrag && Math.hypot(dx, event.clientY - press.y) < CLICK_PX) return;
      press.isDrag = true;
      stage.classList.add("tl__stage--drag");
      hideHover(viewer);
      const by = dx * viewer.scale().nsPerPx;
      viewer.cursor = null;
      viewer.moveTo({ start: press.start - by, end: press.end - by });
      viewer.scroll.scrollTop = press.top - (event.clientY - press.y);
      return;
    }
    viewer.cursor = viewer.scale().ns(event.clientX - rect.left);
    viewer.redraw();
    if (event.shiftKey && viewer.hover) return;
    hoverTimer = window.setTimeout(() => showHover(viewer, event, rect), HOVER_MS);
  });
  const release = () => {
    press = null;
    stage.classList.remove("tl__stage--drag");
  };
  stage.addEventListener("pointerup", (event) => {
    const wasClick = press !== null && !press.isDrag;
    release();
    if (wasClick) click(viewer, event);
  });
  stage.addEventListener("pointercancel", release);
  stage.addEventListener("dblclick", (event) => {
    const rect = stage.getBoundingClientRect();
    const hit = viewer.hitAt(event.clientX - rect.left, event.clientY - rect.top);
    if (hit && hit.row === viewer.selected?.row) viewer.zoomToSelection({ isEvent: true });
  });
  stage.addEventListener("pointerleave", () => {
    window.clearTimeout(hoverTimer);
    viewer.cursor = null;
    hideHover(viewer);
    viewer.redraw();
  });
}

/**
 * @param {TimelineViewer} viewer
 * @param {PointerEvent} event
 */
function click(viewer, event) {
  const rect = viewer.stage.getBoundingClientRect();
  const [x, y] = [event.clientX - rect.left, event.clientY - rect.top];
  const isOn = (/** @type {import("./plot.js").Box} */ box) =>
    x >= box.x0 && x < box.x1 && y >= box.y0 && y < box.y1;
  if (viewer.frame?.failures.some(isOn)) viewer.store.retry();
  else viewer.clickAt(x, y);
}

/** @param {TimelineViewer} viewer */
function hideHover(viewer) {
  viewer.hover = null;
  one("[data-hover]", viewer.host).hidden = true;
}

/**
 * @param {TimelineViewer} viewer
 * @param {PointerEvent} event
 * @param {DOMRect} rect
 */
function showHover(viewer, event, rect) {
  const [x, y] = [event.clientX - rect.left, event.clientY - rect.top];
  const hit = viewer.hitAt(x, y);
  viewer.hover = hit;
  viewer.toolbox.hovered(hit);
  viewer.drawMarks();
  const card = one("[data-hover]", viewer.host);
  const value = hit ? null : valueCard(viewer, x, y);
  if (value) {
    card.hidden = false;
    card.replaceChildren(...value);
    placeCard(card, { x: event.clientX, y: event.clientY }, null);
    return;
  }
  card.hidden = hit === null;
  if (!hit) return;
  card.replaceChildren(...cardContent(hit, clockAt(viewer, hit)));
  const box = viewer.selected ? viewer.box(viewer.selected, viewer.scale()) : null;
  const avoid = box && {
    x0: box.x0 + rect.left,
    x1: box.x1 + rect.left,
    y0: box.y0 + rect.top,
    y1: box.y1 + rect.top,
  };
  placeCard(card, { x: event.clientX, y: event.clientY }, avoid);
  // Once what the cell's longest slice is has come, the card says it too.
  const key = viewer.frame && bareTile(viewer, hit, viewer.frame.level);
  if (key)
    void viewer.store
      .complete(key)
      .then(() => viewer.hover === hit && showHover(viewer, event, rect));
}

/**
 * Gives a press to the tools first. Where one takes it, nothing else hears of it until it is let go;
 * Esc or a lost pointer puts back what was.
 * @param {TimelineViewer} viewer
 * @param {HTMLElement} place
 * @param {import("./tools/toolbox.js").Surface} surface
 */
function listenForTools(viewer, place, surface) {
  /** @type {import("./tools/toolbox.js").Drag | null} */
  let drag = null;
  let [x, y, isMoved] = [0, 0, false];
  const take = (/** @type {PointerEvent} */ event) => {
    event.stopImmediatePropagation();
    return placed(viewer, event, surface);
  };
  const finish = (/** @type {boolean} */ isCancelled) => {
    if (isCancelled) drag?.cancel?.();
    drag = null;
    document.removeEventListener("keydown", onEscape, true);
  };
  const onEscape = (/** @type {KeyboardEvent} */ event) => {
    if (event.key !== "Escape") return;
    event.stopImmediatePropagation();
    finish(true);
  };
  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    drag = viewer.toolbox.press(placed(viewer, event, surface), surface);
    if (!drag) return;
    event.stopImmediatePropagation();
    [x, y, isMoved] = [event.clientX, event.clientY, false];
    place.setPointerCapture(event.pointerId);
    hideHover(viewer);
    document.addEventListener("keydown", onEscape, true);
  });
  place.addEventListener("pointermove", (event) => {
    if (!drag) return;
    isMoved ||= Math.hypot(event.clientX - x, event.clientY - y) >= CLICK_PX;
    if (isMoved) drag.move(take(event));
    else event.stopImmediatePropagation();
  });
  place.addEventListener("pointerup", (event) => {
    if (!drag) return;
    const point = take(event);
    if (isMoved) drag.end(point);
    else if (viewer.toolbox.mode?.click && surface === "rows") viewer.toolbox.mode.click(point);
    else if (surface === "rows") click(viewer, event);
    finish(!isMoved);
  });
  place.addEventListener("pointercancel", () => finish(true));
}

/**
 * @param {TimelineViewer} viewer
 * @param {PointerEvent} event
 * @param {import("./tools/toolbox.js").Surface} surface
 * @returns {import("./tools/toolbox.js").Point}
 */
function placed(viewer, event, surface) {
  const point = pointAt(viewer, event);
  if (surface !== "overview") return point;
  return { ...point, ns: new Scale(viewer.whole(), viewer.overviewCanvas.clientWidth).ns(point.x) };
}

/** @param {TimelineViewer} viewer */
function listenToRuler(viewer) {
  const canvas = viewer.rulerCanvas;
  listenForTools(viewer, canvas, "ruler");
  /** @type {number | null} */
  let from = null;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const scale = viewer.scale();
    from = scale.ns(event.offsetX);
    const { marked } = viewer;
    if (!marked) return;
    // A drag from one edge of the range moves that edge.
    const isNear = (/** @type {number} */ ns) => Math.abs(scale.x(ns) - event.offsetX) < EDGE_PX;
    if (isNear(marked.start)) from = marked.end;
    else if (isNear(marked.end)) from = marked.start;
  });
  canvas.addEventListener("pointermove", (event) => {
    const scale = viewer.scale();
    const at = scale.ns(event.offsetX);
    viewer.cursor = at;
    if (from !== null && Math.abs(at - from) / scale.nsPerPx > CLICK_PX) {
      const edge = Math.min(Math.max(at, 0), viewer.duration);
      viewer.mark({ start: Math.min(from, edge), end: Math.max(from, edge) });
    } else viewer.redraw();
  });
  const release = () => {
    from = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
  canvas.addEventListener("dblclick", () => viewer.zoomToSelection());
  canvas.addEventListener("pointerleave", () => {
    viewer.cursor = null;
    viewer.redraw();
  });
}

/** @param {TimelineViewer} viewer */
function listenToOverview(viewer) {
  const canvas = viewer.overviewCanvas;
  listenForTools(viewer, canvas, "overview");
  /** @type {{at: number, start: number, end: number, edge: "start" | "end" | null} | null} */
  let press = null;
  const scaleOf = () => new Scale(viewer.whole(), canvas.clientWidth);
  const edgeAt = (/** @type {number} */ x) => {
    const scale = scaleOf();
    const { start, end } = viewer.range;
    if (Math.abs(Math.max(0, scale.x(start)) - x) < EDGE_PX) return "start";
    return Math.abs(Math.min(scale.width, scale.x(end)) - x) < EDGE_PX ? "end" : null;
  };
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const at = scaleOf().ns(event.offsetX);
    const edge = edgeAt(event.offsetX);
    const { start, end } = viewer.range;
    if (!edge && (at < start || at > end)) {
      const half = (end - start) / 2;
      viewer.moveTo({ start: at - half, end: at + half });
    }
    press = { at, start: viewer.range.start, end: viewer.range.end, edge };
  });
  canvas.addEventListener("pointermove", (event) => {
    canvas.classList.toggle("tl__overview--edge", edgeAt(event.offsetX) !== null);
    if (!press) return;
    const by = scaleOf().ns(event.offsetX) - press.at;
    const start = press.edge === "end" ? press.start : press.start + by;
    const end = press.edge === "start" ? press.end : press.end + by;
    if (end > start) viewer.moveTo({ start, end });
  });
  const release = () => {
    press = null;
  };
  canvas.addEventListener("pointerup", release);
  canvas.addEventListener("pointercancel", release);
}
