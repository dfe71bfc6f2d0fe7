/** Numbers as people read them. The same rules stand in profiles/templatetags/units.py. */

export const THIN = "\u202f";

const TIMES = /** @type {const} */ ([
  [1e9, "s"],
  [1e6, "ms"],
  [1e3, "µs"],
]);
const DECIMAL = /** @type {const} */ ([
  [1e12, "TB"],
  [1e9, "GB"],
  [1e6, "MB"],
  [1e3, "kB"],
]);
const BINARY = /** @type {const} */ ([
  [2 ** 40, "TiB"],
  [2 ** 30, "GiB"],
  [2 ** 20, "MiB"],
  [2 ** 10, "KiB"],
]);
/** From here on a unit is used: what a smaller one would round up to 1000.0 or 1024 of it. */
const [DECIMAL_FROM, BINARY_FROM] = [0.99995, 1 - 0.5 / 1024];

/**
 * A number with so many significant digits and no exponent.
 * @param {number} value
 * @param {number} digits
 * @returns {string}
 */
function significant(value, digits) {
  const whole = Math.trunc(Math.abs(value)).toString().length;
  const decimals = Math.max(0, digits - whole);
  const text = value.toFixed(decimals);
  // 99.996 becomes 100.0, not 100.00: rounding may have added a digit in front.
  const grew = decimals > 0 && Math.trunc(Math.abs(Number(text))).toString().length > whole;
  return grew ? value.toFixed(decimals - 1) : text;
}

/**
 * @param {string} text
 * @returns {string} without zeros behind the last digit that counts
 */
function trimmed(text) {
  return text.includes(".") ? text.replace(/0+$/, "").replace(/\.$/, "") : text;
}

const MINUTE_NS = 60e9;

/**
 * A duration in ns: 102.7 µs, 4 min 47 s. What would round up to a unit is written in it.
 * @param {number} ns
 * @param {number} [digits]
 * @returns {string}
 */
export function duration(ns, digits = 4) {
  if (ns >= MINUTE_NS) {
    const seconds = Math.round(ns / 1e9);
    return `${Math.floor(seconds / 60)}${THIN}min ${seconds % 60}${THIN}s`;
  }
  const limit = 1 - 0.5 * 10 ** -digits;
  for (const [size, unit] of TIMES) {
    if (Math.abs(ns) >= size * limit) return `${significant(ns / size, digits)}${THIN}${unit}`;
  }
  return `${Math.round(ns)}${THIN}ns`;
}

/**
 * An instant or duration exact to the nanosecond: 76.168 µs, 518 ns, 1.003215 ms.
 * @param {number} ns
 * @returns {string}
 */
export function exact(ns) {
  for (const [size, unit] of TIMES) {
    if (Math.abs(ns) >= size) {
      const decimals = Math.round(Math.log10(size));
      return `${(ns / size).toFixed(decimals)}${THIN}${unit}`;
    }
  }
  return `${ns}${THIN}ns`;
}

/**
 * A file's size, decimal: 394.6 MB, 18.4 GB, 1.13 GB.
 * @param {number} bytes
 * @returns {string}
 */
export function fileSize(bytes) {
  for (const [size, unit] of DECIMAL) {
    if (bytes >= size * DECIMAL_FROM) {
      const scaled = bytes / size;
      return `${trimmed(scaled.toFixed(scaled < 10 ? 2 : 1))}${THIN}${unit}`;
    }
  }
  return `${Math.round(bytes)}${THIN}B`;
}

/**
 * A size sent of a whole, the unit said once: 7.5 of 18.4 GB.
 * @param {number} sent
 * @param {number} total
 * @returns {string}
 */
export function sizeOf(sent, total) {
  const [whole, unit] = fileSize(total).split(THIN);
  const size = DECIMAL.find(([, name]) => name === unit)?.[0] ?? 1;
  const part = sent / size;
  return `${trimmed(part.toFixed(part < 10 ? 2 : 1))} of ${whole}${THIN}${unit}`;
}

/**
 * Bytes in memory or traffic, binary, three digits.
 * @param {number} bytes
 * @returns {string}
 */
export function memorySize(bytes) {
  for (const [size, unit] of BINARY) {
    if (bytes >= size * BINARY_FROM)
      return `${trimmed(significant(bytes / size, 3))}${THIN}${unit}`;
  }
  return `${bytes}${THIN}B`;
}

/**
 * A count with thin spaces.
 * @param {number} value
 * @returns {string}
 */
export function count(value) {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, THIN);
}

/**
 * A share between 0 and 1: whole percent, "<1 %" when it is not zero.
 * @param {number} value
 * @returns {string}
 */
export function share(value) {
  if (value > 0 && value < 0.01) return `<1${THIN}%`;
  return `${Math.round(value * 100)}${THIN}%`;
}

/**
 * Bytes a second, decimal, three digits: 435 GB/s.
 * @param {number} rate
 * @returns {string}
 */
export function bytesPerSecond(rate) {
  return perSecond(rate, "B/s");
}

/**
 * Operations a second, decimal, three digits: 78.6 TFLOP/s.
 * @param {number} rate
 * @returns {string}
 */
export function flopsPerSecond(rate) {
  return perSecond(rate, "FLOP/s");
}

/**
 * @param {number} rate
 * @param {string} unit
 */
function perSecond(rate, unit) {
  for (const [size, prefix] of RATES) {
    if (rate >= size) return `${trimmed(significant(rate / size, 3))}${THIN}${prefix}${unit}`;
  }
  return `${Math.round(rate)}${THIN}${unit}`;
}

/** @type {[number, string][]} */
const RATES = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"],
];

/**
 * Time left, in words people use.
 * @param {number} seconds
 * @returns {string}
 */
export function left(seconds) {
  if (!Number.isFinite(seconds)) return "";
  if (seconds < 60) return `${Math.ceil(seconds)}${THIN}s left`;
  const whole = Math.ceil(seconds);
  return `${Math.floor(whole / 60)}${THIN}min ${whole % 60}${THIN}s left`;
}

const SCALES = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
]);

/**
 * A time such as "20us", "1.5 ms" or "300" (ns) in ns; null if it is none.
 * @param {string} text
 * @returns {number | null}
 */
export function parseTime(text) {
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s)?\s*$/.exec(text.replaceAll(THIN, ""));
  if (!match) return null;
  return Math.round(Number(match[1]) * (SCALES.get(match[2] ?? "ns") ?? 1));
}

/**
 * A range such as "20us-24.6us" in ns; null if it is none. A unit on the right counts for both.
 * @param {string} text
 * @returns {[number, number] | null}
 */
export function parseRange(text) {
  const sides = text.split(/\s*[-–]\s*/);
  if (sides.length !== 2) return null;
  const unit = /(ns|us|µs|ms|s)\s*$/.exec(sides[1] ?? "")?.[1] ?? "";
  const first = sides[0] ?? "";
  const start = parseTime(/[a-zµ]\s*$/.test(first) ? first : first + unit);
  const end = parseTime(sides[1] ?? "");
  return start === null || end === null || end <= start ? null : [start, end];
}

/**
 * First eight … last four of an id.
 * @param {string} id
 * @returns {string}
 */
export function shortId(id) {
  return id.length < 14 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}
