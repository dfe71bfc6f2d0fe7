/** Operands as people read them: what is waited for, what is signalled, places, shapes, the rest. */

import { memorySize, THIN } from "../kit/units.js";

/** @typedef {{name: string, value: string}} Operand */

const PSUM_START = 0x2000000;
const PSUM_END = 0x2004000;
const SBUF_END = 0x2000000;
const TYPE_BYTES = new Map([
  ["fp32", 4],
  ["float32", 4],
  ["int32", 4],
  ["uint32", 4],
  ["bfloat16", 2],
  ["fp16", 2],
  ["int16", 2],
  ["uint16", 2],
  ["int8", 1],
  ["uint8", 1],
]);
const NAMES = new Map([
  ["src", "Source"],
  ["src0", "Source 0"],
  ["src1", "Source 1"],
  ["dst", "Destination"],
  ["addr", "Address"],
  ["channels", "Partitions"],
  ["op", "Operation"],
  ["ops", "Operations"],
  ["func", "Function"],
  ["imm", "Immediate"],
  ["scale", "Scale"],
  ["bias_ptr", "Bias"],
]);
const SIGNAL = /^(\$?S\[\d+\](?: \([^)]*\))?)(\+\+|--|[+-]=\d+|=\d+)(?:@(\w+))?$/;
const WAIT = /^(\$?S\[\d+\](?: \([^)]*\))?)(>=|<=|==|>|<)(\d+)$/;
const PATTERN = /^(?:(\w+)@)?(0x[0-9a-f]+)\[([-\d,]+)\]\[([\d,]+)\]$/i;

/**
 * Words of an operand text; a semaphore and its name in brackets are one.
 * @param {string} text
 * @returns {string[]}
 */
export function words(text) {
  return text.trim().match(/\$?S\[\d+\](?: \([^)]*\))?\S*|\S+/g) ?? [];
}

/**
 * An address grouped by four digits, with the memory it lies in where the layout says so.
 * @param {string} hex
 * @returns {string}
 */
export function place(hex) {
  const address = Number.parseInt(hex.slice(2), 16);
  const digits = hex.slice(2).replace(/\B(?=([0-9a-f]{4})+$)/gi, "_");
  if (address >= PSUM_START && address < PSUM_END) return `PSUM 0x${digits}`;
  return address < SBUF_END ? `SBUF 0x${digits}` : `0x${digits}`;
}

/**
 * @param {string} name
 * @param {RegExpExecArray} match type, address, steps, counts
 * @returns {Operand[]}
 */
function pattern(name, match) {
  const [, type, address = "", steps = "", counts = ""] = match;
  const sizes = counts.split(",").map(Number);
  const elements = sizes.reduce((product, size) => product * size, 1);
  const strides = steps.split(",").map(Number);
  // Trailing dimensions of one element say nothing.
  const used = sizes.findLastIndex((size) => size !== 1) + 1 || 1;
  const bytes = TYPE_BYTES.get(type ?? "");
  const size = bytes ? `, ${memorySize(elements * bytes)}` : "";
  const shape = `[${sizes.slice(0, used).join(", ")}] step [${strides.slice(0, used).join(", ")}]`;
  return [
    { name, value: [type, place(address)].filter(Boolean).join(" ") },
    { name: "", value: `${shape}${size}` },
  ];
}

/**
 * @param {string} word
 * @returns {Operand[]}
 */
function operand(word) {
  const wait = WAIT.exec(word);
  if (wait) return [{ name: "Waits for", value: `${wait[1]} ${sign(wait[2] ?? "")} ${wait[3]}` }];
  const signal = SIGNAL.exec(word);
  if (signal) {
    const change = (signal[2] ?? "").replace("++", "+1").replace("--", "−1").replace("+=", "+");
    const when = signal[3] ? ` on ${signal[3]}` : "";
    return [{ name: "Signals", value: `${signal[1]} ${change}${when}` }];
  }
  const pair = /^([A-Za-z_]\w*)=(.*)$/.exec(word);
  if (!pair) return [{ name: "", value: word.replace("*", `${THIN}×${THIN}`) }];
  const [, key = "", value = ""] = pair;
  const name = NAMES.get(key) ?? key;
  const access = PATTERN.exec(value);
  return access ? pattern(name, access) : [{ name, value }];
}

/** @param {string} text */
const sign = (text) => text.replace(">=", "≥").replace("<=", "≤").replace("==", "=");

/**
 * Operands by name. A word alone stands without one; the mark of fields named by their layout goes.
 * @param {string} text
 * @returns {Operand[]}
 */
export function operandList(text) {
  return words(text)
    .filter((word) => word !== "decoded:")
    .flatMap(operand)
    .filter(({ value }) => value !== "");
}
