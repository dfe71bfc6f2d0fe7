/** The words around the rows: heads, status bar, legend, and the panel while nothing is selected. */

import { make, one } from "../kit/dom.js";
import { count, duration, exact } from "../kit/units.js";
import { CLASSES, SYSTEM_CLASSES } from "../render/palette.js";
import { groupEnd, shownGroups } from "../timeline/rows.js";
import { noticeList, showNoticeButton } from "./notices.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../timeline/rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("../timeline/rows.js").Group} Group */
/** @typedef {import("../render/painter.js").Tally} Tally */

const IDLE_FROM = 0.9;

/**
 * What a group holds, for the right end of its head.
 * @param {TimelineDocument} document
 * @param {import("../timeline/rows.js").Row} row
 * @returns {string}
 */
export function headNote(document, { kind, group }) {
  if (kind === "part") {
    const part = document.parts.find((one) => one.part === group.part);
    return part ? `clocks independent · ${duration(part.span_ns)}` : "";
  }
  if (group.kind === "head") return systemNote(group);
  if (["values", "semaphores", "pinned"].includes(group.kind)) return "";
  const words = `${count(group.rows)} ${group.kind === "core" ? "instructions" : "packets"}`;
  const span = document.parts.find(({ part }) => part === group.part)?.span_ns ?? 0;
  const end = groupEnd(document, group);
  const stopsEarly = group.kind === "core" && end > 0 && end < IDLE_FROM * span;
  return stopsEarly ? `${words} · idle after ${duration(end)}` : words;
}

/**
 * @param {Group} head of a system run
 * @returns {string}
 */
function systemNote({ rows, cores = [], depth = 0 }) {
  if (depth === 0 || cores.length === 0) return rows > 0 ? `${count(rows)} events` : "";
  if (cores.length === 1) return `core ${cores[0]}`;
  return `cores ${cores.slice(0, -1).join(", ")} and ${cores.at(-1)}`;
}

/**
 * @param {Group} group
 * @returns {string} said in a closed group's row when nothing of it is in view
 */
export function closedNote(group) {
  if (group.kind === "head") return "No events in this range";
  const what = group.kind === "core" ? "instructions on" : "packets of";
  return `No ${what} core ${group.core} in this range`;
}

/**
 * @param {Tally} tally
 * @param {string} what
 * @returns {string}
 */
export function countsText({ exact: drawn, inCells, cells }, what) {
  if (cells === 0) return `All ${count(drawn)} ${what} exact`;
  return `${count(drawn)} exact · ${count(inCells)} in ${count(cells)} cells`;
}

/**
 * @param {number} nsPerPx
 * @returns {string}
 */
export function scaleText(nsPerPx) {
  const text = nsPerPx < 10 ? `${Number(nsPerPx.toPrecision(2))}\u202fns` : duration(nsPerPx);
  return `1 px = ${text}`;
}

/**
 * @param {import("../data/connection.js").Connection} connection
 * @returns {string} empty while the server answers
 */
export function connectionText({ isLost, lostSince }) {
  if (!isLost || lostSince === null) return "";
  return `No connection since ${new Date(lostSince).toLocaleTimeString()}, trying again`;
}

/** @param {TimelineViewer} viewer */
export function showStatus(viewer) {
  const { frame, host, range } = viewer;
  if (!frame) return;
  const text = (/** @type {string} */ name, /** @type {string} */ value) => {
    const place = one(`[data-${name}]`, host);
    if (place.textContent !== value) place.textContent = value;
  };
  if (viewer.document.kind === "system") text("counts", countsText(frame.instructions, "events"));
  else {
    text("counts", countsText(frame.instructions, "instructions"));
    one("[data-counts]", host).title = `DMA: ${countsText(frame.packets, "packets")}`;
  }
  text("scale", scaleText(viewer.scale().nsPerPx));
  const lost = connectionText(viewer.store.connection);
  one("[data-state]", host).classList.toggle("tl__state--lost", lost !== "");
  const states = [
    lost,
    frame.isLoading && !lost ? "loading" : "",
    frame.isIncomplete ? "incomplete: zoom in to see every event" : "",
    frame.failures.length > 0 ? "Tile not readable" : "",
  ];
  text("state", states.filter(Boolean).join(" · "));
  one("[data-retry]", host).hidden =
    frame.failures.length === 0 && !viewer.values?.store.errors.size && !lost;
  text("span", duration(viewer.duration));
  const start = Math.max(0, Math.round(range.start));
  const end = Math.min(viewer.duration, Math.round(range.end));
  text("length", duration(Math.max(0, end - start)));
  const field = /** @type {HTMLInputElement} */ (one("[data-range]", host));
  if (document.activeElement !== field) {
    field.value = `${start === 0 ? "0" : exact(start)} – ${exact(end)}`;
  }
  const button = (/** @type {string} */ act) =>
    /** @type {HTMLButtonElement} */ (one(`[data-act="${act}"]`, host));
  button("back").disabled = viewer.history.past.length === 0;
  button("forward").disabled = viewer.history.future.length === 0;
}

/** @param {TimelineViewer} viewer */
export function showLegend(viewer) {
  showNoticeButton(one("[data-notices]", viewer.host), viewer.document.notices);
  const isSystem = viewer.document.kind === "system";
  one("[data-legend]", viewer.host).replaceChildren(
    ...(isSystem ? SYSTEM_CLASSES : CLASSES).map((name, colour) => {
      const swatch = make("span", { class: `swatch swatch--${colour}` });
      return make("span", {}, swatch, name);
    }),
    ...(isSystem ? [make("span", {}, "▾ sync point")] : []),
  );
}

/** @param {TimelineViewer} viewer */
export function showEmptyPanel(viewer) {
  const { document: timeline, dma, duration: span, host } = viewer;
  const groups =
    timeline.kind === "system"
      ? timeline.groups.filter(({ kind }) => kind !== "transfers")
      : shownGroups(timeline, dma);
  const sum = (/** @type {(group: Group) => boolean} */ chosen) =>
    count(groups.filter(chosen).reduce((total, group) => total + group.rows, 0));
  const instructions = sum((group) => group.kind === "core");
  const packets = sum((group) => group.kind.startsWith("dma"));
  const about =
    timeline.kind === "system"
      ? `${sum(() => true)} events in ${duration(span)}.`
      : `${instructions} instructions and ${packets} DMA packets in ${duration(span)}.`;
  const keys = make("dl", { class: "panel__keys" });
  for (const [key, what] of [
    [
      "click",
      timeline.kind === "system"
        ? "an event: its times, attributes and device profile"
        : "an event: its times, operands and fields",
    ],
    ["Ctrl wheel", "zoom at the pointer; drag to pan"],
    ["?", "every key"],
  ]) {
    keys.append(make("dt", {}, make("kbd", {}, key)), make("dd", {}, what));
  }
  const empty = make("div", { class: "panel__empty" }, make("p", {}, about), keys);
  const findings = viewer.findings?.section();
  if (findings) empty.append(findings);
  if (timeline.notices.length > 0) empty.append(noticeList(timeline.notices));
  one("[data-event]", host).replaceChildren(empty);
}
