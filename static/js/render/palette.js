/** The theme's colours as pixels: read once a theme change, nine hues and the chrome. */

const HUES = ["blue", "sky", "green", "yellow", "orange", "pink", "violet", "red", "grey"];

export const CLASSES = /** @type {const} */ ([
  "Matmul",
  "Weight load",
  "Elementwise",
  "Reduce",
  "Activation",
  "Copy, cast, fill",
  "DMA",
  "Collective, spill",
  "Control, sync",
]);
/** The same nine hues in a system run. */
export const SYSTEM_CLASSES = /** @type {const} */ ([
  "Runtime",
  "Submit",
  "Framework",
  "Model switch",
  "Device running",
  "Memory",
  "Transfer",
  "Collective",
  "Waiting",
]);
export const CONTROL = 8;
export const UNKNOWN = 255;
export const TRANSPOSE = 0x40;
/** Half the height where a hue would have all of it, and the other way round. */
export const OTHER_HEIGHT = 0x10;
/** Stands back behind what a filter has chosen. */
export const DIM = 0x20;
/** Stands where a class would, for a label beside its bar. */
export const PLAIN = 254;

/**
 * @typedef {{hues: Uint32Array, inks: string[], css: string[], well: number, rail: number, warn: number, err: number, grid: number, line: number, head: number, accentPixel: number, text: string, quiet: string, select: string, accent: string, accentInk: string, errSoftCss: string, tick: string, border: string, warnCss: string, errCss: string, wellCss: string}} Palette
 */

/**
 * A colour as the pixel a canvas holds: alpha, blue, green, red from the top.
 * @param {number} red
 * @param {number} green
 * @param {number} blue
 * @returns {number}
 */
export function pixel(red, green, blue) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/**
 * @param {string} css `#rrggbb`
 * @returns {[number, number, number]}
 */
export function channels(css) {
  const number = Number.parseInt(css.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/**
 * @param {number} colour
 * @returns {boolean} whether a filter lets it stand back
 */
export function isDim(colour) {
  return colour < PLAIN && (colour & DIM) !== 0;
}

/**
 * @param {number} colour
 * @returns {boolean} whether it is drawn at half height, as control and sync are
 */
export function isHalf(colour) {
  return colour < PLAIN && ((colour & 15) === CONTROL) !== ((colour & OTHER_HEIGHT) !== 0);
}

/**
 * A mix of two pixels.
 * @param {number} one
 * @param {number} other
 * @param {number} share of the first
 * @returns {number}
 */
export function mix(one, other, share) {
  let result = 255 << 24;
  for (const shift of [0, 8, 16]) {
    const a = (one >>> shift) & 255;
    const b = (other >>> shift) & 255;
    result |= Math.round(a * share + b * (1 - share)) << shift;
  }
  return result >>> 0;
}

/**
 * @param {string} css
 * @returns {string} the ink that reads better on it
 */
export function inkOn(css) {
  const [red, green, blue] = channels(css).map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return (light + 0.05) / 0.053 > 1.05 / (light + 0.05) ? "#0b0d11" : "#ffffff";
}

/**
 * Reads the custom properties of an element.
 * @param {Element} element
 * @returns {Palette}
 */
export function readPalette(element) {
  const style = getComputedStyle(element);
  const read = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
  const asPixel = (/** @type {string} */ name) => pixel(...channels(read(name)));
  const css = HUES.map((hue) => read(`--c-${hue}`));
  return {
    hues: Uint32Array.from(css, (value) => pixel(...channels(value))),
    inks: css.map(inkOn),
    css,
    well: asPixel("--well"),
    rail: asPixel("--text-2"),
    warn: asPixel("--warn"),
    err: asPixel("--err"),
    grid: asPixel("--grid"),
    line: asPixel("--line-1"),
    head: asPixel("--bg-2"),
    accentPixel: asPixel("--accent"),
    text: read("--text-2"),
    quiet: read("--text-3"),
    select: read("--select"),
    accent: read("--accent"),
    accentInk: read("--accent-ink"),
    errSoftCss: read("--err-soft"),
    tick: read("--line-3"),
    border: read("--line-2"),
    warnCss: read("--warn"),
    errCss: read("--err"),
    wellCss: read("--well"),
  };
}

const [BLUE, SKY, ORANGE] = [0, 1, 4];

/**
 * The colours of what leads to an event and of what leads away from it.
 * @param {Palette} palette
 * @returns {{incoming: string, outgoing: string}}
 */
export function wayColours({ css, wellCss }) {
  const isDark = inkOn(wellCss) === "#ffffff";
  return { incoming: css[ORANGE], outgoing: css[isDark ? SKY : BLUE] };
}
