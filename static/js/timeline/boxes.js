/** A box over rows: a range of time on some tracks, in the address and on the screen. */

/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("../kit/scale.js").Range} Range */
/** Keys of tracks in the document's order. @typedef {{range: Range, tracks: string[]}} Box */
/** What a corner of a box moves. @typedef {{time: "start" | "end", side: "top" | "bottom"}} Corner */

const NEAR_PX = 7;

/**
 * The tracks a row shows: its own, all of a closed group's, none of a head's.
 * @param {Row} row
 * @param {TimelineDocument} document
 * @returns {string[]} keys
 */
export function tracksOf({ kind, track, group }, document) {
  if (kind === "track" && track) return [track.key];
  if (kind !== "closed") return [];
  return group.tracks.map((id) => document.tracks[id].key);
}

/**
 * Tracks whose rows lie between two heights, those only touched included.
 * @param {Row[]} rows
 * @param {number} one pixels from the top of all rows
 * @param {number} other
 * @param {TimelineDocument} document
 * @returns {string[]} keys
 */
export function tracksBetween(rows, one, other, document) {
  const [top, bottom] = [Math.min(one, other), Math.max(one, other)];
  const touched = rows.filter(({ y, height }) => y <= bottom && y + height > top);
  return touched.flatMap((row) => tracksOf(row, document));
}

/**
 * Where the rows of a box lie, pixels from the top of all rows; null where none of them is shown.
 * @param {Box} box
 * @param {Row[]} rows
 * @param {TimelineDocument} document
 * @returns {{top: number, bottom: number} | null}
 */
export function placeOf({ tracks }, rows, document) {
  const chosen = new Set(tracks);
  const own = rows.filter((row) => tracksOf(row, document).some((key) => chosen.has(key)));
  const last = own.at(-1);
  return last ? { top: own[0].y, bottom: last.y + last.height } : null;
}

/**
 * The corner of a box that lies under a point, or null.
 * @param {{x0: number, x1: number, top: number, bottom: number}} place CSS pixels of the stage
 * @param {{x: number, y: number}} point
 * @returns {Corner | null}
 */
export function cornerAt({ x0, x1, top, bottom }, { x, y }) {
  const isNear = (/** @type {number} */ a, /** @type {number} */ b) => Math.abs(a - b) <= NEAR_PX;
  const time = isNear(x, x0) ? "start" : isNear(x, x1) ? "end" : null;
  const side = isNear(y, top) ? "top" : isNear(y, bottom) ? "bottom" : null;
  return time && side ? { time, side } : null;
}

/**
 * The edge of a range that lies under a place, or null; of both the nearer one.
 * @param {Range} range
 * @param {import("../kit/scale.js").Scale} scale
 * @param {number} x CSS pixels
 * @returns {"start" | "end" | null}
 */
export function edgeAt({ start, end }, scale, x) {
  const [left, right] = [Math.abs(scale.x(start) - x), Math.abs(scale.x(end) - x)];
  if (Math.min(left, right) > NEAR_PX) return null;
  return left < right ? "start" : "end";
}

/**
 * A range with one edge elsewhere; past the other edge they change places.
 * @param {Range} range
 * @param {"start" | "end"} edge
 * @param {number} ns
 * @returns {{range: Range, edge: "start" | "end"}} and which edge is now held
 */
export function movedEdge(range, edge, ns) {
  const fixed = edge === "start" ? range.end : range.start;
  const own = Math.round(ns);
  if (own === fixed) return { range, edge };
  return own < fixed
    ? { range: { start: own, end: fixed }, edge: "start" }
    : { range: { start: fixed, end: own }, edge: "end" };
}

/**
 * A range of whole nanoseconds within the profile, one at least.
 * @param {number} one
 * @param {number} other
 * @param {number} duration
 * @returns {Range}
 */
export function rangeBetween(one, other, duration) {
  const inside = (/** @type {number} */ ns) => Math.round(Math.min(Math.max(ns, 0), duration));
  const [start, end] = [inside(Math.min(one, other)), inside(Math.max(one, other))];
  if (end > start) return { start, end };
  return end < duration ? { start, end: start + 1 } : { start: Math.max(0, end - 1), end };
}

/**
 * A box in an address: `405000-520000:p0/c0/vector,p0/dma0/`. A group all of whose tracks are in it
 * stands for them, with a slash at its end.
 * @param {Box} box
 * @param {TimelineDocument} document
 * @returns {string}
 */
export function boxText({ range, tracks }, document) {
  const left = new Set(tracks);
  /** @type {string[]} */
  const names = [];
  for (const { id, tracks: ids } of document.groups) {
    const own = ids.map((track) => document.tracks[track].key);
    const chosen = own.filter((key) => left.has(key));
    if (chosen.length === own.length && own.length > 1) names.push(`${id}/`);
    else names.push(...chosen);
  }
  return `${Math.round(range.start)}-${Math.round(range.end)}:${names.join(",")}`;
}

/**
 * @param {string | null} text
 * @param {TimelineDocument} document
 * @returns {Box | null} null where the text is no box, or none of its rows is in this profile
 */
export function readBox(text, document) {
  const found = /^(\d{1,15})-(\d{1,15}):(.*)$/.exec(text ?? "");
  const [start, end] = [Number(found?.[1]), Number(found?.[2])];
  if (!found || end <= start) return null;
  const names = new Set(found[3].split(","));
  const tracks = document.tracks
    .filter(({ key, group }) => names.has(key) || names.has(`${group}/`))
    .map(({ key }) => key);
  return tracks.length > 0 ? { range: { start, end }, tracks } : null;
}
