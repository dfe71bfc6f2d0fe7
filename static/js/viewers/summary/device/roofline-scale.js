/** The roofline's geometry: two logarithmic scales, whole decades, and where its lines run. */

/** @typedef {import("./shapes.js").Roofline} Roofline */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {{least: number, most: number}} Extent */

export const [WIDTH, HEIGHT] = [460, 320];
export const PLOT = { left: 46, right: 446, top: 22, bottom: 272 };

/**
 * @param {(number | null | undefined)[]} values
 * @returns {number[]} those that a logarithmic scale can show
 */
function positive(values) {
  return values.filter((value) => value != null && value > 0).map(Number);
}

/**
 * The extent of values with room at both ends, at least two decades.
 * @param {number[]} values
 * @param {number} room factor
 * @returns {Extent}
 */
function extent(values, room) {
  const [least, most] = [Math.min(...values) / room, Math.max(...values) * room];
  const missing = Math.max(0, 2 - Math.log10(most / least)) / 2;
  return { least: least / 10 ** missing, most: most * 10 ** missing };
}

/**
 * @param {Roofline} roofline
 * @returns {Point[]} what has both a rate and an intensity
 */
export function placed({ whole, classes, operators }) {
  return [whole, ...classes, ...operators].filter(
    ({ rate, intensity }) => (rate ?? 0) > 0 && (intensity ?? 0) > 0,
  );
}

/**
 * Scales for a roofline; null where there is no roof to draw.
 * @param {Roofline} roofline
 */
export function rooflineScale(roofline) {
  const { peak_flops: peak, hbm_bytes_per_s: bandwidth, balance } = roofline;
  if (!peak || !bandwidth || !balance) return null;
  const points = placed(roofline);
  const rates = [...roofline.classes, ...points].map(({ rate }) => rate);
  const x = extent(positive([balance, ...points.map(({ intensity }) => intensity)]), 5);
  const y = extent(positive([peak, ...rates]), 2.5);
  const part = (/** @type {number} */ value, /** @type {Extent} */ { least, most }) =>
    Math.log10(value / least) / Math.log10(most / least);
  return {
    x: (/** @type {number} */ intensity) =>
      PLOT.left + part(intensity, x) * (PLOT.right - PLOT.left),
    y: (/** @type {number} */ rate) => PLOT.bottom - part(rate, y) * (PLOT.bottom - PLOT.top),
    xs: x,
    ys: y,
  };
}

/**
 * Whole powers of ten within an extent.
 * @param {Extent} extent
 * @returns {number[]}
 */
export function decades({ least, most }) {
  const found = [];
  for (let power = Math.ceil(Math.log10(least)); 10 ** power <= most; power++)
    found.push(10 ** power);
  return found;
}

/**
 * A roof from the left edge along the bandwidth up to its peak and on to the right edge.
 * @param {NonNullable<ReturnType<typeof rooflineScale>>} scale
 * @param {number} peak FLOP/s
 * @param {number} bandwidth bytes/s
 * @returns {[number, number][]} corners in pixels
 */
export function roofCorners(scale, peak, bandwidth) {
  const { least, most } = scale.xs;
  // The slope enters the plot at its left edge or, where it is too low there, at the bottom.
  const enters = Math.max(least, scale.ys.least / bandwidth);
  const bend = peak / bandwidth;
  if (bend <= enters)
    return [
      [scale.x(least), scale.y(peak)],
      [scale.x(most), scale.y(peak)],
    ];
  return [
    [scale.x(enters), scale.y(enters * bandwidth)],
    [scale.x(bend), scale.y(peak)],
    [scale.x(most), scale.y(peak)],
  ];
}
