/** Hits as caps over the bars, also where bars are drawn together. */

import { innerOf } from "../../../timeline/rows.js";

/** @typedef {import("../../../timeline/rows.js").Row} Row */
/** @typedef {import("../../../kit/scale.js").Scale} Scale */
/** @typedef {import("../../../kit/scale.js").Range} Range */
/** @typedef {import("./server.js").Caps} Caps */
/** Caps as the server gave them, by track, and the range they are of. @typedef {{range: Range, bucketNs: number, runs: Map<number, (number | null)[]>}} HeldCaps */
/** @typedef {{x: number, y: number, width: number}} Box */

export const CAP_PX = 2;
const LEAST_PX = 2;
/** Lanes closer together than this share one cap at the top of the row. */
const LEAST_LANE_PX = 5;
const NUMBERS = 4;

/**
 * @param {Caps} caps
 * @param {Range} range
 * @returns {HeldCaps}
 */
export function held({ bucket_ns: bucketNs, tracks }, range) {
  return { range, bucketNs, runs: new Map(tracks.map(({ track, runs }) => [track, runs])) };
}

/**
 * Whether caps tell a view as well as its pixels can.
 * @param {HeldCaps | null} caps
 * @param {Range} view
 * @param {number} width CSS pixels
 * @returns {boolean}
 */
export function fits(caps, view, width) {
  if (!caps || caps.range.start > view.start || caps.range.end < view.end) return false;
  const pixelNs = Math.max(1, (view.end - view.start) / Math.max(1, width));
  return caps.bucketNs <= 2 * pixelNs;
}

/**
 * The caps of a row that is drawn.
 * @param {HeldCaps} caps
 * @param {Row} row
 * @param {Scale} scale
 * @param {number} scrollY
 * @returns {Box[]}
 */
export function capsOf(caps, row, scale, scrollY) {
  const { kind, track, group, y } = row;
  if (kind === "closed") {
    return group.tracks.flatMap((id) => boxes(caps, id, scale, () => [y - scrollY + 1]));
  }
  if (kind !== "track" || !track) return [];
  const inner = innerOf(row);
  const lanes = Math.max(1, row.lanes);
  const laneHeight = inner.height / lanes;
  const top = y - scrollY + inner.top - CAP_PX;
  const tops = (/** @type {number} */ bits) => {
    if (laneHeight < LEAST_LANE_PX) return [top];
    const found = new Set();
    for (let lane = 0; lane < 16; lane++) {
      if (bits & (1 << lane)) found.add(top + Math.min(lane, lanes - 1) * laneHeight);
    }
    return [...found];
  };
  return boxes(caps, track.id, scale, tops);
}

/**
 * @param {HeldCaps} caps
 * @param {number} track
 * @param {Scale} scale
 * @param {(lanes: number) => number[]} tops
 * @returns {Box[]}
 */
function boxes(caps, track, scale, tops) {
  const runs = caps.runs.get(track) ?? [];
  /** @type {Box[]} */
  const found = [];
  for (let at = 0; at + NUMBERS <= runs.length; at += NUMBERS) {
    const from = scale.x(Number(runs[at]) * caps.bucketNs);
    const until = scale.x(Number(runs[at + 1]) * caps.bucketNs);
    if (until < 0 || from > scale.width) continue;
    const x = Math.max(-CAP_PX, from);
    const width = Math.max(LEAST_PX, Math.min(scale.width, until) - x);
    for (const y of tops(Number(runs[at + 2]))) found.push({ x, y, width });
  }
  return found;
}
