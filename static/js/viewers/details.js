/** The Event panel: a row of its table in full, the important things first. */

import { make } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { exact, memorySize } from "../kit/units.js";
import { CLASSES, UNKNOWN } from "../render/palette.js";

/** @typedef {import("../timeline/hit-test.js").Hit} Hit */
/** @typedef {{name: string, type: string, unit: string | null, description: string}} Column */

const FIRST = [
  "operands",
  "compiler_opcode",
  "compiler_operands",
  "bir_instruction_name",
  "pc",
  "compiler_pc",
  "evt_wait_time_ns",
  "queue_name",
  "transfer_bytes",
  "throughput",
  "id",
];
const IN_HEAD = new Set(["start_ts", "end_ts", "duration_ns", "timestamp", "duration"]);

/**
 * @param {unknown} value
 * @param {Column} column
 * @returns {string}
 */
export function shownValue(value, column) {
  if (value === null || value === "") return "–";
  if (typeof value === "number" && column.unit === "nanoseconds") return exact(value);
  if (typeof value === "number" && column.unit === "bytes") {
    return value < 1024 ? `${value}\u202fB` : `${memorySize(value)} (${value})`;
  }
  return String(value);
}

/**
 * Operands as name and value, where the text has them: `src=… dst=…`; words alone stay as they are.
 * @param {string} text
 * @returns {[string, string][]}
 */
export function operandPairs(text) {
  /** @type {[string, string][]} */
  const pairs = [];
  for (const token of text.trim().split(/\s+(?=[\w$]+(?:\[\d+\])?[^\s]*)/)) {
    const match = /^([A-Za-z_]\w*)=(.*)$/.exec(token);
    pairs.push(match ? [match[1] ?? "", match[2] ?? ""] : ["", token]);
  }
  return pairs.filter(([, value]) => value !== "");
}

/**
 * What a class is called.
 * @param {number} colour
 * @returns {string}
 */
export function className(colour) {
  return colour === UNKNOWN ? "Unknown opcode" : (CLASSES[colour & 15] ?? "");
}

/**
 * Fills the panel with a row.
 * @param {HTMLElement} panel
 * @param {{tables: string, run: number | undefined}} place address of the profile's tables, and the run shown
 * @param {Hit} hit
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export async function showEvent(panel, { tables, run }, hit, signal) {
  const { track } = hit;
  const url = `${tables}${track.table}/rows/?run=${run ?? ""}&part=${track.part}&row=${hit.row}`;
  panel.replaceChildren(
    head(hit, track.name),
    make("p", { class: "quiet panel__loading" }, "Loading …"),
  );
  try {
    const answer = await request(url, { signal });
    const row = answer.rows[0] ?? {};
    panel.replaceChildren(head(hit, track.name, row), body(row, answer.columns));
  } catch (error) {
    if (signal.aborted) return;
    const text = error instanceof Error ? error.message : String(error);
    panel.replaceChildren(head(hit, track.name), make("p", { class: "field-error" }, text));
  }
}

/**
 * @param {Hit} hit
 * @param {string} trackName
 * @param {Record<string, unknown>} [row]
 * @returns {HTMLElement}
 */
function head(hit, trackName, row = {}) {
  const title = String(row.opcode ?? row.queue_name ?? row.type ?? hit.label ?? "");
  const start = Number(row.start_ts ?? row.timestamp ?? hit.start);
  const end = Number(row.end_ts ?? hit.start + hit.duration);
  const length = Number(row.duration_ns ?? row.duration ?? hit.duration);
  const swatch = make("span", {
    class: `swatch swatch--${hit.colour === UNKNOWN ? "unknown" : hit.colour & 15}`,
  });
  const times = make("dl", { class: "panel__times" });
  for (const [name, value] of /** @type {[string, number][]} */ ([
    ["Start", start],
    ["End", end],
    ["Duration", length],
  ])) {
    times.append(make("div", {}, make("dt", {}, name), make("dd", {}, exact(value))));
  }
  const what = `${trackName} · core ${hit.track.core} · ${className(hit.colour)}`;
  return make(
    "div",
    { class: "panel__head" },
    make("h2", {}, swatch, make("code", {}, title)),
    make("p", { class: "quiet" }, what),
    times,
  );
}

/**
 * @param {Record<string, unknown>} row
 * @param {Column[]} columns
 * @returns {HTMLElement}
 */
function body(row, columns) {
  const parts = make("div", {});
  const operands = String(row.operands ?? "").trim();
  if (operands) {
    const list = make("dl", { class: "panel__fields" });
    for (const [name, value] of operandPairs(operands)) {
      list.append(make("dt", {}, name || "sync"), make("dd", {}, make("code", {}, value)));
    }
    parts.append(make("h3", {}, "Operands"), list);
  }
  const known = columns.filter((column) => !IN_HEAD.has(column.name) && column.name !== "operands");
  const hasValue = (/** @type {Column} */ c) => row[c.name] !== null && row[c.name] !== "";
  const first = FIRST.flatMap((name) => known.filter((column) => column.name === name));
  const rest = known.filter((column) => !first.includes(column) && hasValue(column));
  const empty = known.filter((column) => !first.includes(column) && !hasValue(column));
  parts.append(make("h3", {}, "Identity and data"), fields(row, first.filter(hasValue)));
  parts.append(fields(row, rest));
  const more = make("details", {}, make("summary", {}, `All ${columns.length} fields`));
  more.append(fields(row, empty));
  parts.append(more);
  return parts;
}

/**
 * @param {Record<string, unknown>} row
 * @param {Column[]} columns
 * @returns {HTMLElement}
 */
function fields(row, columns) {
  const list = make("dl", { class: "panel__fields" });
  for (const column of columns) {
    const name = make("dt", { title: column.description }, column.name);
    list.append(name, make("dd", {}, make("code", {}, shownValue(row[column.name], column))));
  }
  return list;
}
