/** Addresses of the timeline that show what a number or a finding speaks of. */

import { writeAddress } from "../../../timeline/address.js";

/** @typedef {import("./shapes.js").Span} Span */

const WHOLE = new Set(["DmaPacketAggregated"]);
const AROUND = 0.3;
const LEAST_AROUND_NS = 100;

/**
 * The view around ranges: their hull with room at both sides, inside the profile and a little more.
 * @param {Span[]} ranges
 * @returns {{start: number, end: number}}
 */
export function viewOf(ranges) {
  const start = Math.min(...ranges.map(([from]) => from));
  const end = Math.max(...ranges.map(([, to]) => to));
  const around = Math.max((end - start) * (ranges.length > 1 ? 0.05 : AROUND), LEAST_AROUND_NS);
  return { start: start - around, end: end + around };
}

/**
 * @param {Span[]} ranges
 * @returns {{start: number, end: number} | null} the longest of them, which is marked
 */
export function longestOf(ranges) {
  const longest = [...ranges].sort((a, b) => b[1] - b[0] - (a[1] - a[0]))[0];
  return longest ? { start: longest[0], end: Math.max(longest[1], longest[0] + 1) } : null;
}

/**
 * The timeline at some ranges, with an event selected where one is named.
 * @param {string} profile
 * @param {Span[]} ranges at least one
 * @param {{key: string, row: number} | null} [selected]
 * @param {string | null} [finding] name of the finding whose bands are shown
 * @returns {string}
 */
export function timelineShowing(profile, ranges, selected = null, finding = null) {
  const query = writeAddress({
    range: viewOf(ranges),
    marked: longestOf(ranges),
    selected,
    dma: selected?.key.includes("/engines") ? "engine" : "queue",
    closed: null,
    finding,
  });
  return `/profiles/${profile}/timeline/${query}`;
}

/**
 * The timeline at the event that shows a number, selected there.
 * @param {string} profile
 * @param {import("./shapes.js").Place | null | undefined} event
 * @returns {string | null} null where no event does
 */
export function eventAddress(profile, event) {
  if (!event) return null;
  const { track: key, row, start_ns: start, end_ns: end } = event;
  return timelineShowing(profile, [[start, end]], { key, row });
}

/**
 * The events that show the tiles of the strip, by metric; the others are of the whole region.
 * @param {import("./shapes.js").Summary} summary
 * @returns {Record<string, import("./shapes.js").Place | null>}
 */
export function tileEvents({ tensor_flops: tensor, hbm, busy }) {
  const first = (/** @type {(import("./shapes.js").Place | null)[]} */ found) =>
    found.find((one) => one !== null) ?? null;
  const flops = (/** @type {string} */ id) =>
    first(
      tensor.cores.flatMap(({ parts }) =>
        parts.filter((one) => one.id === id).map((one) => one.longest),
      ),
    );
  return {
    mfu: flops("useful"),
    hfu: first([flops("useful"), flops("transposes")]),
    intensity: flops("useful"),
    mbu: first(hbm.parts.map(({ longest }) => longest)),
    dma_active: first(busy.filter(({ unit }) => unit === "DMA").map(({ longest }) => longest)),
    throttled: flops("active_throttled"),
  };
}

/**
 * Where a finding's evidence is shown: its first row is the most telling, and lies on its first
 * track.
 * @param {string} profile
 * @param {import("./shapes.js").Finding} finding
 * @param {string | null} [name] what the timeline calls it, where it knows it
 * @returns {string | null} null where there is nothing on the timeline
 */
export function findingAddress(profile, { evidence, ranges }, name = null) {
  const [row, track] = [evidence.rows[0], evidence.tracks[0]];
  if (
    !ranges.length ||
    (row === undefined && !evidence.tracks.length && evidence.table === "Warning")
  )
    return null;
  // Whole transfers are no rows of a track: their queues show where their packets are.
  const isShown = row !== undefined && track !== undefined && !WHOLE.has(evidence.table);
  return timelineShowing(profile, ranges, isShown ? { key: track, row } : null, name);
}

/**
 * Where a link of the critical path is shown. Rows are those of instructions, so that only what ran
 * on an engine's row is selected.
 * @param {string} profile
 * @param {import("./shapes.js").Link} link
 * @returns {string}
 */
export function linkAddress(profile, { start_ns: start, end_ns: end, row, track }) {
  const isEngine = track !== null && /^p\d+\/c\d+\//.test(track);
  const selected = isEngine && row !== null ? { key: track, row } : null;
  return timelineShowing(profile, [[start, end]], selected);
}
