/** The stretches of the critical path, row by row, as bands that are wide enough to be seen. */

/** @typedef {{kind: "work" | "latency" | "transfer" | "unexplained", start_ns: number, end_ns: number, row: number | null, track: string | null}} Segment */
/** @typedef {{track: string, x0: number, x1: number, isWork: boolean}} Band */

/** How far bands go on where nobody sees them. */
const BEYOND_PX = 4;

/**
 * Bands of a view. Stretches of one row that lie within a pixel are one band, so that a far view
 * draws no more than it has columns; a near one no more than it shows of a long stretch.
 * @param {Segment[]} segments in order of time
 * @param {import("../kit/scale.js").Scale} scale
 * @returns {Band[]}
 */
export function pathBands(segments, scale) {
  /** @type {Map<string, Band>} */
  const last = new Map();
  /** @type {Band[]} */
  const found = [];
  for (const { kind, start_ns: start, end_ns: end, track } of segments) {
    const left = scale.x(start);
    const right = Math.max(scale.x(end), left + 1);
    if (!track || right < 0 || left > scale.width) continue;
    const [x0, x1] = [Math.max(left, -BEYOND_PX), Math.min(right, scale.width + BEYOND_PX)];
    const isWork = kind === "work" || kind === "transfer";
    const before = last.get(track);
    if (before && before.isWork === isWork && x0 - before.x1 < 1) {
      before.x1 = Math.max(before.x1, x1);
      continue;
    }
    const band = { track, x0, x1, isWork };
    last.set(track, band);
    found.push(band);
  }
  return found.sort((a, b) => a.x0 - b.x0);
}
