/** Arrows from one bar to another: a dot where they begin, a head where they end, a halo under all. */

/** @typedef {{x0: number, x1: number, y0: number, y1: number}} Box */
/** @typedef {{from: {x: number, y: number}, to: {x: number, y: number}, c1: {x: number, y: number}, c2: {x: number, y: number}, isSteep: boolean}} Curve */

const HEAD = 5;
const DOT = 2.5;
const STEEP_PX = 40;
const LEAST_BEND = 14;

/**
 * A curve from a bar to the start of another one. It leaves where the other begins if it can, and
 * arrives from the left; where there is no way to the right it arrives from above or below.
 * @param {Box} from
 * @param {Box} to
 * @returns {Curve}
 */
export function curveBetween(from, to) {
  const isDown = to.y0 >= from.y0;
  const x = Math.min(Math.max(to.x0 - STEEP_PX, from.x0 + DOT), Math.max(from.x0 + DOT, from.x1));
  const begin = { x, y: isDown ? from.y1 : from.y0 };
  const isSteep = to.x0 - x < STEEP_PX / 2;
  if (isSteep) {
    const end = { x: to.x0 + Math.min(4, (to.x1 - to.x0) / 2), y: isDown ? to.y0 : to.y1 };
    const bend = (end.y - begin.y) / 2;
    const c1 = { x: begin.x, y: begin.y + bend };
    return { from: begin, to: end, c1, c2: { x: end.x, y: end.y - bend }, isSteep };
  }
  const end = { x: to.x0, y: (to.y0 + to.y1) / 2 };
  const bend = Math.max(LEAST_BEND, (end.x - begin.x) / 2);
  const c1 = { x: begin.x, y: begin.y + (end.y - begin.y) * 0.6 };
  return { from: begin, to: end, c1, c2: { x: end.x - bend, y: end.y }, isSteep };
}

/**
 * A curve from the end of a bar to the start of another one. Where there is too little way between
 * them it runs vertically and arrives from above or below; within one lane it is an arch.
 * @param {Box} from
 * @param {Box} to
 * @returns {Curve}
 */
export function dependencyCurve(from, to) {
  const way = to.x0 - from.x1;
  const shared = Math.min(from.y1, to.y1) - Math.max(from.y0, to.y0);
  if (way >= STEEP_PX) {
    const begin = { x: from.x1, y: (from.y0 + from.y1) / 2 };
    const end = { x: to.x0, y: (to.y0 + to.y1) / 2 };
    const bend = Math.max(LEAST_BEND, way / 2);
    const c1 = { x: begin.x + bend, y: begin.y };
    return { from: begin, to: end, c1, c2: { x: end.x - bend, y: end.y }, isSteep: false };
  }
  const isDown = to.y0 >= from.y0 && shared <= 0;
  const x = Math.min(
    Math.max(to.x0 - STEEP_PX / 2, from.x0 + DOT),
    Math.max(from.x0 + DOT, from.x1),
  );
  const begin = { x, y: isDown ? from.y1 : from.y0 };
  const isArch = shared > 0;
  const end = {
    x: to.x0 + Math.min(4, (to.x1 - to.x0) / 2),
    y: isDown || isArch ? to.y0 : to.y1,
  };
  const bend = isArch ? -LEAST_BEND : (end.y - begin.y) / 2;
  const c1 = { x: begin.x, y: begin.y + bend };
  const c2 = { x: end.x, y: isArch ? end.y + bend : end.y - bend };
  return { from: begin, to: end, c1, c2, isSteep: true };
}

/**
 * The part of a bar that lies in or near a view: a dashed line to the far end of one that is much
 * longer, or far away, would have millions of dashes that nobody sees.
 * @param {Box} box
 * @param {number} width of the view, CSS pixels
 * @returns {Box}
 */
export function nearView({ x0, x1, y0, y1 }, width) {
  const near = (/** @type {number} */ x) => Math.min(Math.max(x, -width), 2 * width);
  return { x0: near(x0), x1: near(x1), y0, y1 };
}

/**
 * A line around a bar.
 * @param {CanvasRenderingContext2D} context
 * @param {Box} box
 * @param {string} colour
 */
export function outlineBox(context, { x0, x1, y0, y1 }, colour, width = 1.5) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.setLineDash([]);
  context.beginPath();
  context.roundRect(x0 - width / 2, y0 - width / 2, x1 - x0 + width, y1 - y0 + width, 2);
  context.stroke();
}

/** The line of each kind of dependency: solid flow, dashed anti, dotted output and order. */
const DASHES = /** @type {Record<string, number[]>} */ ({
  flow: [],
  anti: [6, 4],
  output: [1.5, 3.5],
  order: [1.5, 3.5],
  semaphore: [9, 3, 2, 3],
  transfer: [9, 3, 2, 3],
  unknown: [1.5, 3.5],
});

/**
 * @param {string} kind
 * @returns {number[]}
 */
export function dashOf(kind) {
  return DASHES[kind] ?? [];
}

/**
 * Draws curves, each twice: first the halo, so that they can be told from bars they cross.
 * @param {CanvasRenderingContext2D} context
 * @param {{curve: Curve, colour: string, dash?: number[], width?: number}[]} arrows
 * @param {string} halo
 */
export function drawArrows(context, arrows, halo) {
  for (const [isHalo, width] of /** @type {const} */ ([
    [true, 4],
    [false, 1.5],
  ])) {
    for (const { curve, colour, dash = [], width: own = width } of arrows) {
      const { from, to, c1, c2 } = curve;
      context.strokeStyle = isHalo ? halo : colour;
      context.lineWidth = isHalo ? width : own;
      context.setLineDash(isHalo ? [] : dash);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.bezierCurveTo(c1.x, c1.y, c2.x, c2.y, to.x, to.y);
      context.stroke();
      context.setLineDash([]);
      if (isHalo) continue;
      context.fillStyle = colour;
      context.beginPath();
      context.arc(from.x, from.y, DOT, 0, 2 * Math.PI);
      context.fill();
      drawHead(context, curve);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Curve} curve
 */
function drawHead(context, { to, c2 }) {
  const angle = Math.atan2(to.y - c2.y, to.x - c2.x);
  const corner = (/** @type {number} */ turn) => ({
    x: to.x - HEAD * 1.4 * Math.cos(angle + turn),
    y: to.y - HEAD * 1.4 * Math.sin(angle + turn),
  });
  const [one, two] = [corner(0.45), corner(-0.45)];
  context.beginPath();
  context.moveTo(to.x, to.y);
  context.lineTo(one.x, one.y);
  context.lineTo(two.x, two.y);
  context.fill();
}
