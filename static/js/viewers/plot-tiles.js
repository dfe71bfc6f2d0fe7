/** How tiles that are late or cannot be read show on the rows. */

import { covering, tileSpan } from "../kit/scale.js";

/** @typedef {import("./plot.js").Plot} Plot */
/** @typedef {import("./plot.js").Frame} Frame */
/** @typedef {{scale: import("../kit/scale.js").Scale, palette: import("../render/palette.js").Palette, frame: Frame}} Job */

const LOADING_PX = 3;

/**
 * A bar over the span of a tile that has been on its way for a while.
 * @param {Plot} plot
 * @param {import("../timeline/rows.js").Group} group
 * @param {Job} job
 */
export function paintLoading({ document, store, pixels, ratio }, group, { scale, palette, frame }) {
  const span = tileSpan(document, frame.level);
  for (const index of covering(span, scale.range, document.duration_ns)) {
    if (!store.isSlow(`${group.slug}/${frame.level}/${index}`)) continue;
    frame.isLoading = true;
    const x0 = Math.round(scale.x(index * span) * ratio);
    const x1 = Math.round(scale.x((index + 1) * span) * ratio);
    pixels.rect(x0, 0, x1, Math.round(LOADING_PX * ratio), palette.accentPixel);
  }
}

/**
 * Red hatch over tiles that could not be read.
 * @param {Plot} plot
 * @param {import("../timeline/rows.js").Row} row
 * @param {number} top
 * @param {Job} job
 * @returns {boolean}
 */
export function paintFailures(plot, row, top, { scale, palette, frame }) {
  const { document, store, pixels, ratio, width } = plot;
  const span = tileSpan(document, frame.level);
  let any = false;
  for (const index of covering(span, scale.range, document.duration_ns)) {
    if (!store.hasFailed(`${row.group.slug}/${frame.level}/${index}`)) continue;
    any = true;
    const box = {
      x0: Math.max(0, scale.x(index * span)),
      x1: Math.min(width, scale.x(Math.min((index + 1) * span, document.duration_ns))),
      y0: top,
      y1: top + row.height,
    };
    const [x0, x1, y0, y1] = [box.x0, box.x1, box.y0, box.y1].map((v) => Math.round(v * ratio));
    pixels.hatch(x0, y0, x1, y1 - 1, palette.err, 8);
    frame.failures.push(box);
  }
  return any;
}
