/** What the sums of a selection are called, and the same as a table of text. */

import { count, exact, THIN } from "../../../kit/units.js";

/** @typedef {import("../../../kit/scale.js").Range} Range */
/** @typedef {{key: string, core: number, name: string, count: number, sum_ns: number, active_ns: number, active: number, waits: number, wait_ns: number, longest_wait_ns: number | null}} Engine */
/** @typedef {{key: string, kind: string, core: number, name: string, packets: number, bytes: number, sum_ns: number, bytes_per_s: number | null, active_ns: number, active: number}} Queue */
/** @typedef {{opcode: string, engines: string[], is_waiting: boolean, count: number, sum_ns: number, longest_ns: number | null}} Opcode */
/** @typedef {{least_bytes: number, most_bytes: number, packets: number, bytes: number}} Size */
/** @typedef {{id: string, bytes: number | null}} Moved */
/** @typedef {{from: string | null, to: string | null, transfers: number, bytes: number}} Route */
/** @typedef {{part: number, rows: number, instructions: number, packets: number, running_before: number, packet_bytes: number, engines: Engine[], queues: Queue[], opcodes: Opcode[], opcodes_total: number, sizes: Size[], moved: Moved[], routes: Route[]}} Part */
/** @typedef {{start_ns: number, end_ns: number, duration_ns: number, parts: Part[]}} Answer */

const ENGINE_HUES = /** @type {Record<string, string>} */ ({
  TensorMatrix: "blue",
  Tensor: "sky",
  Vector: "green",
  Scalar: "orange",
  GpSimd: "pink",
  Sync: "grey",
});

const MOVED = /** @type {Record<string, string>} */ ({
  hbm_read_bytes: "HBM read",
  hbm_write_bytes: "HBM written",
  sbuf_read_bytes: "SBUF read",
  sbuf_write_bytes: "SBUF written",
  psum_read_bytes: "PSUM read",
  psum_write_bytes: "PSUM written",
  psum_read_sbuf_write_bytes: "PSUM to SBUF",
  spill_save_bytes: "Spills saved",
  spill_reload_bytes: "Spills reloaded",
  input_queue_bytes: "Input queues",
  output_queue_bytes: "Output queues",
  weight_queue_bytes: "Weight queues",
});

/**
 * @param {string} name of an engine's row
 * @returns {string} its hue in engine mode
 */
export function engineHue(name) {
  return ENGINE_HUES[name] ?? "red";
}

/**
 * @param {string} id a column of `Instruction`
 * @returns {string}
 */
export function movedName(id) {
  return MOVED[id] ?? id;
}

/**
 * What is selected, in a line: times, rows, instructions, packets.
 * @param {Part} part
 * @param {boolean} isBox
 * @returns {string}
 */
export function aboutText({ rows, instructions, packets, running_before: before }, isBox) {
  const several = (/** @type {number} */ number, /** @type {string} */ one) =>
    `${count(number)}${THIN}${number === 1 ? one : `${one}s`}`;
  return [
    isBox ? several(rows, "row") : "all rows",
    instructions > 0 ? several(instructions, "instruction") : "",
    packets > 0 ? several(packets, "packet") : "",
    before > 0 ? `${count(before)} began before` : "",
  ]
    .filter(Boolean)
    .join(" · ");
}

/**
 * @param {string} text
 * @returns {string} in one cell of a table: tabs and lines would end it
 */
function cell(text) {
  return text.replace(/[\t\r\n]+/g, " ");
}

/**
 * The numbers as a table for a spreadsheet: raw ns, bytes and shares, tabs between.
 * @param {Answer} answer
 * @returns {string}
 */
export function tableText(answer) {
  const lines = [["range_ns", answer.start_ns, answer.end_ns, answer.duration_ns]];
  const add = (/** @type {string[]} */ head, /** @type {(string | number | null)[][]} */ rows) => {
    if (rows.length > 0) lines.push([], head, .../** @type {any[]} */ (rows));
  };
  for (const one of answer.parts) {
    if (answer.parts.length > 1) lines.push([], ["part", one.part]);
    add(
      ["engine", "core", "count", "active_ns", "sum_ns", "busy", "waits", "wait_ns"],
      one.engines.map((row) => [
        ...[row.name, row.core, row.count, row.active_ns, row.sum_ns, row.active],
        ...[row.waits, row.wait_ns],
      ]),
    );
    add(
      ["opcode", "engines", "count", "sum_ns", "longest_ns"],
      one.opcodes.map((row) => [
        ...[row.opcode, row.engines.join(" "), row.count, row.sum_ns, row.longest_ns],
      ]),
    );
    add(
      ["queue", "core", "packets", "bytes", "active_ns", "busy"],
      one.queues.map((row) => [
        ...[row.name, row.core, row.packets, row.bytes, row.active_ns, row.active],
      ]),
    );
    add(
      ["least_bytes", "most_bytes", "packets", "bytes"],
      one.sizes.map((row) => [row.least_bytes, row.most_bytes, row.packets, row.bytes]),
    );
    add(
      ["moved", "bytes"],
      one.moved.filter(({ bytes }) => bytes).map((row) => [row.id, row.bytes]),
    );
    add(
      ["from", "to", "transfers", "bytes"],
      one.routes.map((row) => [row.from, row.to, row.transfers, row.bytes]),
    );
  }
  return lines.map((line) => line.map((value) => cell(String(value ?? ""))).join("\t")).join("\n");
}

/**
 * A range as its field shows it.
 * @param {Range} range
 * @returns {string}
 */
export function rangeText({ start, end }) {
  return `${start === 0 ? "0" : exact(Math.round(start))} – ${exact(Math.round(end))}`;
}

/**
 * What a file of a selection holds, by the answer to a question for its head alone.
 * @param {number} status
 * @param {{get: (name: string) => string | null}} headers
 * @returns {string}
 */
export function rowsText(status, headers) {
  if (status === 413) return "too many rows for a file";
  const rows = headers.get("X-Row-Count");
  if (status !== 200 || rows === null) return "";
  const several = `${count(Number(rows))}${THIN}${rows === "1" ? "row" : "rows"}`;
  return headers.get("X-Complete") === "true" ? `${several}, complete` : several;
}
