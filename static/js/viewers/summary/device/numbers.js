/** Numbers of the summary as people read them, by the unit a metric has. */

import { bytesPerSecond, count, duration, memorySize, THIN } from "../../../kit/units.js";

/** Stands where a value cannot be given. */
export const NONE = "–";

const PREFIXES = /** @type {const} */ ([
  [1e15, "P"],
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
]);

/**
 * @param {number} value
 * @returns {string} three digits without an exponent
 */
function three(value) {
  const size = Math.abs(value);
  return value.toFixed(size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

/**
 * A share with one decimal: 60.9 %.
 * @param {number} value
 * @returns {string}
 */
export function percent(value) {
  if (value > 0 && value < 0.0005) return `<0.1${THIN}%`;
  return value === 0 ? `0${THIN}%` : `${(value * 100).toFixed(1)}${THIN}%`;
}

/**
 * A multiple: 15.6 ×, 1.04 ×.
 * @param {number} value
 * @returns {string}
 */
export function times(value) {
  return `${value < 1.1 ? value.toFixed(2) : value < 10 ? value.toFixed(1) : three(value)}${THIN}×`;
}

/**
 * With a decimal prefix and three digits: 805 MFLOP, 157 TFLOP/s.
 * @param {number} value
 * @param {string} unit
 * @returns {string}
 */
export function scaled(value, unit) {
  for (const [size, prefix] of PREFIXES) {
    if (Math.abs(value) >= size * 0.9995) return `${three(value / size)}${THIN}${prefix}${unit}`;
  }
  return `${Math.round(value)}${THIN}${unit}`;
}

/** @type {Record<string, (value: number) => string>} */
const BY_UNIT = {
  ns: (value) => duration(value, 3),
  share: percent,
  ratio: times,
  count,
  bytes: (value) => memorySize(value < 1024 ? Math.round(value) : value),
  bytes_per_s: bytesPerSecond,
  flop: (value) => scaled(value, "FLOP"),
  flop_per_s: (value) => scaled(value, "FLOP/s"),
  flop_per_byte: (value) => `${value.toFixed(1)}${THIN}FLOP/B`,
};

/**
 * @param {number | null} value
 * @param {string} unit as metrics name it
 * @returns {string} a dash where there is no value
 */
export function inUnit(value, unit) {
  return value === null ? NONE : (BY_UNIT[unit] ?? String)(value);
}

/**
 * A number and its unit apart, to be set in two sizes.
 * @param {string} text
 * @returns {[string, string]}
 */
export function apart(text) {
  const at = text.lastIndexOf(THIN);
  // A thin space stands between thousands too; what follows it then is no unit.
  if (at < 0 || /^\d/.test(text.slice(at + 1))) return [text, ""];
  return [text.slice(0, at), text.slice(at + 1)];
}
