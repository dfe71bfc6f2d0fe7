/** Scrolls and glides to where an event is. */

/**
 * Brings an event into view where it is not, at the same zoom.
 * @param {import("./timeline.js").TimelineViewer} viewer
 * @param {import("../timeline/hit-test.js").Hit} hit
 */
export function reveal(viewer, hit) {
  const { start, end } = viewer.range;
  const length = end - start;
  const isSeen =
    hit.duration < length
      ? hit.start >= start && hit.start + hit.duration <= end
      : hit.start < end && hit.start + hit.duration > start;
  if (!isSeen) {
    const from = hit.start - Math.max(0, length - hit.duration) / 2;
    viewer.glideTo({ start: from, end: from + length });
  }
  const row = viewer.frame?.rows.find(
    (row) => row.kind === "track" && row.track?.id === hit.track.id,
  );
  if (!row) return;
  if (row.y < viewer.scrollY) viewer.scroll.scrollTop = row.y;
  const bottom = row.y + row.height;
  if (bottom > viewer.scrollY + viewer.plot.height)
    viewer.scroll.scrollTop = bottom - viewer.plot.height;
}
