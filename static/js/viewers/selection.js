/** Moving the selection: along a row, from row to row, and to the event an address names. */

import { itemsInView } from "../timeline/hit-test.js";
import { eventAt, neighbour } from "../timeline/walk.js";
import { fetchRow, timesOf } from "./details.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../timeline/hit-test.js").Hit} Hit */

/**
 * @param {TimelineViewer} viewer
 * @returns {import("../timeline/walk.js").Source}
 */
function sourceOf({ document, store }) {
  return { document, get: (key) => store.get(key) };
}

/**
 * The items of a row that are in view.
 * @param {TimelineViewer} viewer
 * @param {import("../timeline/rows.js").Row} row
 * @returns {Hit[]}
 */
function inView({ document, store, frame, range }, { group, track }) {
  if (!frame || !track) return [];
  return itemsInView({ document, store, group, track, level: frame.level, range });
}

/**
 * Selects the event before or after the selected one in its row; without a selection the first or
 * last in view.
 * @param {TimelineViewer} viewer
 * @param {1 | -1} step
 */
export async function walk(viewer, step) {
  const now = viewer.selected;
  if (!now) {
    const isEvents = (/** @type {string | undefined} */ kind) =>
      kind === "engine" || kind === "span";
    const row = viewer.frame?.rows.find(
      ({ kind, track }) => kind === "track" && isEvents(track?.kind) && track?.rows,
    );
    const hits = row ? inView(viewer, row) : [];
    const first = step > 0 ? hits[0] : hits.at(-1);
    if (first) viewer.select(first);
    return;
  }
  const next = await neighbour(sourceOf(viewer), now, step);
  if (!next || viewer.selected !== now) return;
  viewer.select(next);
  viewer.reveal(next);
}

/**
 * Selects the event of the next or previous row that is nearest in time.
 * @param {TimelineViewer} viewer
 * @param {1 | -1} step
 */
export function changeRow(viewer, step) {
  const { frame, selected, range } = viewer;
  const rows = frame?.rows.filter(({ track }) => track && track.rows > 0) ?? [];
  const at = selected?.start ?? (range.start + range.end) / 2;
  let place = rows.findIndex(({ track }) => track?.id === selected?.track.id);
  for (place += step; place >= 0 && place < rows.length; place += step) {
    const hits = inView(viewer, rows[place]);
    const away = (/** @type {Hit} */ hit) =>
      Math.max(hit.start - at, at - hit.start - hit.duration, 0);
    const nearest = hits.sort((a, b) => away(a) - away(b))[0];
    if (!nearest) continue;
    viewer.select(nearest);
    viewer.reveal(nearest);
    return;
  }
}

/** The event by which a row that is about to be led to is asked for, should it be hidden. */
export const WANTED = "rowwanted";

/**
 * Opens the group of a row, and shows it where it was hidden.
 * @param {TimelineViewer} viewer
 * @param {import("../timeline/rows.js").Track} track
 */
function openRow(viewer, track) {
  if (viewer.closed.has(track.group)) viewer.toggleGroup(track.group);
  viewer.host.dispatchEvent(new CustomEvent(WANTED, { detail: { key: track.key } }));
  if (!viewer.frame?.rows.some((row) => row.track === track)) viewer.draw();
}

/**
 * Selects an event by its row and start, and brings it into view.
 * @param {TimelineViewer} viewer
 * @param {string | null} key of its track
 * @param {number} row
 * @param {number} start ns
 */
export async function goTo(viewer, key, row, start) {
  const track = viewer.document.tracks.find((one) => one.key === key);
  const hit = track && (await eventAt(sourceOf(viewer), track, row, start));
  if (!hit) return;
  openRow(viewer, track);
  viewer.select(hit);
  viewer.reveal(hit);
}

/**
 * Selects the event the address names: its row says when it is, the tile there what it looks like.
 * @param {TimelineViewer} viewer
 */
export async function selectWanted(viewer) {
  const { wanted, document, source } = viewer;
  const track = document.tracks.find(({ key }) => key === wanted?.key);
  if (!wanted || !track || wanted.row < 0) return;
  const isHidden = track.kind === (viewer.dma === "queue" ? "dma_engine" : "dma_queue");
  if (isHidden) return;
  try {
    const { start } = timesOf((await fetchRow(source, track, wanted.row)).row);
    const hit = await eventAt(sourceOf(viewer), track, wanted.row, start);
    if (!hit || viewer.wanted !== wanted) return;
    // A group that is closed at the start would hide what the address names.
    if (!viewer.isClosedSaid) viewer.closed.delete(track.group);
    viewer.select(hit);
    viewer.draw();
    viewer.reveal(hit);
  } catch {
    // The address names a row that is not there: nothing is selected.
    viewer.wanted = null;
  }
}
