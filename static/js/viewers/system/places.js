/** From an event as the server tells it to its place in the rows. */

import { eventAt } from "../../timeline/walk.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../../timeline/rows.js").Track} Track */
/**
 * What of an event says where it is; `source` and cores only where they are known.
 * @typedef {{row: number, start_ts: number, instance_id: string, process_id: number | string, source?: string, nc_idx?: number | null, pcore_idx?: number | null}} EventPlace
 */

/**
 * Whether an event may lie in a track.
 * @param {Track} track
 * @param {EventPlace} event
 * @returns {boolean}
 */
export function mayHold({ attrs, start_ns, end_ns }, event) {
  const { source, nc_idx: nc, pcore_idx: pcore } = event;
  return (
    attrs?.instance === event.instance_id &&
    String(attrs.process) === String(event.process_id) &&
    (source === undefined || attrs.source === source) &&
    (nc == null || attrs.nc == null || attrs.nc === nc) &&
    (pcore == null || attrs.pcore == null || attrs.pcore === pcore) &&
    start_ns <= event.start_ts &&
    end_ns >= event.start_ts
  );
}

/**
 * An event where it is drawn; null where no track has it. Transfers show events of the runtime once
 * more: the runtime's own row comes first.
 * @param {SystemTimeline} viewer
 * @param {EventPlace} event
 * @returns {Promise<Hit | null>}
 */
export async function hitOfEvent({ document, store }, event) {
  const source = { document, get: (/** @type {string} */ key) => store.get(key) };
  const tracks = document.tracks.filter((track) => mayHold(track, event));
  tracks.sort((a, b) => Number(!!a.attrs?.direction) - Number(!!b.attrs?.direction));
  for (const track of tracks) {
    const hit = await eventAt(source, track, event.row, event.start_ts);
    if (hit) return hit;
  }
  return null;
}

/**
 * Selects an event in whichever row it lies, and brings it into view.
 * @param {SystemTimeline} viewer
 * @param {EventPlace} event
 */
export async function goTo(viewer, event) {
  const hit = await hitOfEvent(viewer, event);
  if (!hit) return;
  viewer.openRowOf(hit.track);
  viewer.select(hit);
  viewer.reveal(hit);
}
