/** What to ask for around a view, so that a little panning and zooming needs nothing more. */

/** @typedef {import("../kit/scale.js").Range} Range */
/** What was asked for, ns; `isWhole` is false where the answer names only the longest of too many. @typedef {Range & {isWhole: boolean}} Answered */

/**
 * A view and half of it on either side, within the profile.
 * @param {Range} view
 * @param {number} whole ns
 * @returns {Range} whole nanoseconds
 */
export function askedAround({ start, end }, whole) {
  const around = (end - start) / 2;
  return {
    start: Math.max(0, Math.floor(start - around)),
    end: Math.min(Math.ceil(whole), Math.ceil(end + around)),
  };
}

/**
 * Whether what is known shows a view as well as an answer for it would.
 * @param {Answered | null | undefined} known
 * @param {Range} view
 * @param {number} whole ns
 * @returns {boolean}
 */
export function isEnough(known, view, whole) {
  if (!known) return false;
  const start = Math.max(0, view.start);
  const end = Math.min(whole, view.end);
  const isInside = known.start <= start && known.end >= end;
  // A cut answer names the longest of a wide range: a much narrower view deserves its own.
  return isInside && (known.isWhole || known.end - known.start < 4 * (end - start));
}
