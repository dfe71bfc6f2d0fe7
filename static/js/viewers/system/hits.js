/** Search hits as caps over the bars: what is found by name is seen wherever it is drawn. */

import { NO_BUCKET } from "../../data/arrow.js";
import { placedTiles, visitItems } from "../../timeline/items.js";
import { innerOf } from "../../timeline/rows.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */

const CAP = 2;
const LEAST_PX = 2;

/**
 * Which labels hold a text, upper or lower case alike; none for no text.
 * @param {string[]} labels
 * @param {string} text
 * @returns {Set<number>} their places
 */
export function labelsWith(labels, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return new Set();
  const found = labels.flatMap((label, at) => (label.toLowerCase().includes(wanted) ? [at] : []));
  return new Set(found);
}

/**
 * Draws a cap over every bar of the rows in view whose name was found. In a cell the longest event's
 * name counts.
 * @param {SystemTimeline} viewer
 * @param {string} text
 */
export function drawHits(viewer, text) {
  const { frame, palette, marksCanvas, scrollY, document, store, range, plot } = viewer;
  const context = marksCanvas.getContext("2d");
  const wanted = Object.values(document.labels).map((labels) => labelsWith(labels, text));
  if (!frame || !context || wanted.every(({ size }) => size === 0)) return;
  const parts = Object.keys(document.labels).map(Number);
  const byPart = new Map(parts.map((part, at) => [part, wanted[at]]));
  const scale = viewer.scale();
  context.fillStyle = palette.warnCss;
  for (const row of frame.rows) {
    const { kind, track, group, y, height, lanes } = row;
    const isSeen = y + height > scrollY && y < scrollY + plot.height;
    if (kind !== "track" || !track || !isSeen) continue;
    const labels = byPart.get(track.part);
    const placed = placedTiles(document, group, frame.level, range, store);
    const inner = innerOf(row);
    const laneHeight = inner.height / Math.max(1, lanes);
    visitItems(
      placed,
      track.id,
      range,
      (tile, item, from, bucketNs) => {
        const isCell = tile.bucket[item] !== NO_BUCKET;
        if (!labels?.has(tile.label[item]) || (isCell && tile.count[item] === 0)) return;
        const length = isCell ? bucketNs : tile.duration[item];
        const [x0, x1] = [
          Math.max(-CAP, scale.x(from)),
          Math.min(scale.width, scale.x(from + length)),
        ];
        const top = y - scrollY + inner.top + Math.min(tile.lane[item], lanes - 1) * laneHeight;
        context.fillRect(x0, top - CAP, Math.max(LEAST_PX, x1 - x0), CAP);
      },
      document,
    );
  }
}
