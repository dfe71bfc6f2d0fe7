/** Small signs at the edges of the plot: how much lies beyond, and where. */

/** @typedef {import("./palette.js").Palette} Palette */
/** @typedef {{x0: number, x1: number, y0: number, y1: number}} Box */

const FONT = "600 11px Inter, system-ui, sans-serif";
const HEIGHT = 20;
const PADDING = 7;
const AWAY = 4;

/**
 * Where a chip of a width lies: at an edge, level with a point where it can be.
 * @param {"left" | "right" | "above" | "below"} side
 * @param {number} width of the chip
 * @param {{x: number, y: number}} point
 * @param {{width: number, height: number}} plot
 * @returns {Box}
 */
export function chipBox(side, width, point, plot) {
  const within = (/** @type {number} */ value, /** @type {number} */ most) =>
    Math.max(AWAY, Math.min(value, most));
  const isAcross = side === "left" || side === "right";
  const last = { x: plot.width - width - AWAY, y: plot.height - HEIGHT - AWAY };
  const x0 =
    side === "left" ? AWAY : side === "right" ? last.x : within(point.x - width / 2, last.x);
  const y0 = isAcross ? within(point.y - HEIGHT / 2, last.y) : side === "above" ? AWAY : last.y;
  return { x0, x1: x0 + width, y0, y1: y0 + HEIGHT };
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {string} text
 * @returns {number} pixels
 */
export function chipWidth(context, text) {
  context.font = FONT;
  return Math.ceil(context.measureText(text).width) + 2 * PADDING;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {string} text
 * @param {string} colour
 * @param {Palette} palette
 */
export function drawChip(context, { x0, x1, y0, y1 }, text, colour, palette) {
  context.font = FONT;
  context.textBaseline = "middle";
  context.textAlign = "left";
  context.fillStyle = palette.wellCss;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.setLineDash([]);
  context.beginPath();
  context.roundRect(x0 + 0.5, y0 + 0.5, x1 - x0 - 1, y1 - y0 - 1, 4);
  context.fill();
  context.stroke();
  context.fillStyle = colour;
  context.fillText(text, x0 + PADDING, (y0 + y1) / 2 + 0.5);
}

/**
 * @param {Box} box
 * @param {{x: number, y: number}} point
 */
export function isWithin({ x0, x1, y0, y1 }, { x, y }) {
  return x >= x0 && x <= x1 && y >= y0 && y <= y1;
}
