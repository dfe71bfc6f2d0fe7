/** The Event panel: a row of its table in full, the important things first. */

import { button, copy, make } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { count, exact, memorySize, THIN } from "../kit/units.js";
import { CLASSES, SYSTEM_CLASSES, UNKNOWN } from "../render/palette.js";
import { operandList } from "./operands.js";

/** @typedef {import("../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../timeline/rows.js").Track} Track */
/** @typedef {{name: string, type: string, unit: string | null, description: string}} Column */
/** @typedef {Record<string, unknown>} Row */
/** @typedef {{row: Row, columns: Column[]}} Answer */
/** Title, then label and column, or label and a function of the row. @typedef {[string, [string, string | ((row: Row) => string)][]]} Section */

const NO_CRC = 65_535;

/** @param {unknown} value */
const isThere = (value) => value !== null && value !== undefined && value !== "";

/** @type {Record<string, Section[]>} */
const SECTIONS = {
  Instruction: [
    [
      "Data moved",
      [
        ["HBM read", "hbm_read_bytes"],
        ["HBM written", "hbm_write_bytes"],
        ["SBUF read", "sbuf_read_bytes"],
        ["SBUF written", "sbuf_write_bytes"],
        ["PSUM read", "psum_read_bytes"],
        ["PSUM written", "psum_write_bytes"],
      ],
    ],
    [
      "Identity",
      [
        ["PC", pcText],
        ["Compiler name", "bir_instruction_name"],
        ["Compiler opcode", "compiler_opcode"],
        ["Kernel name", "kernel_instruction_name"],
        ["Operation", "hlo_name"],
        ["Layer", "layer"],
        ["Kind", "tensor_instruction_type"],
        ["Source line", "nki_source_location"],
        ["Reported wait", "evt_wait_time_ns"],
        ["Event id", "id"],
      ],
    ],
  ],
  DmaPacket: [
    [
      "Data moved",
      [
        ["Bytes read", "read_bytes"],
        ["Bytes written", "write_bytes"],
        ["Rate", "throughput"],
        ["Tensor", "variable"],
      ],
    ],
    [
      "Identity",
      [
        ["Queue", "queue_name"],
        ["Queue kind", "queue_type"],
        ["Engine", (row) => (isThere(row.engine_idx) ? `E${row.engine_idx}` : "")],
        ["Packet", "packet_idx"],
        ["Transfer", "packet_aggregation_id"],
        ["Event id", "id"],
      ],
    ],
  ],
  Throttle: [
    [
      "Limit",
      [
        ["Cycles", (row) => `${row.k} of ${row.n}`],
        ["Reason", "type"],
      ],
    ],
  ],
  CcOp: [
    [
      "Collective",
      [
        ["Operation", "operation"],
        ["Algorithm", "algorithm"],
        [
          "Elements",
          (row) => (isThere(row.num_elements) ? `${row.num_elements} ${row.dtype}` : ""),
        ],
        ["Input", "input_size"],
        ["Output", "output_size"],
        ["Algorithm bandwidth", "algorithm_bandwidth"],
        ["Bus bandwidth", "bus_bandwidth"],
      ],
    ],
    [
      "Started by",
      [
        ["Engine", "trigger_engine"],
        ["Trigger", "trigger_start_ts"],
        ["Delay", "cc_trigger_start_delay"],
        ["Ranks", "replica_group"],
      ],
    ],
  ],
  CcInstruction: [
    [
      "Collectives core",
      [
        ["Step", "description"],
        ["Core", (row) => (isThere(row.core_idx) ? `CC ${row.core_idx}` : "")],
        ["Started by", "trigger_engine"],
        ["Trigger", "trigger_start_ts"],
      ],
    ],
  ],
  CoreBarriers: [
    [
      "Barrier",
      [
        ["Engine", "engine_name"],
        ["Semaphore", "semaphore"],
        ["Opcode", "compiler_opcode"],
        ["Operands", "compiler_operands"],
      ],
    ],
  ],
  Error: [
    [
      "Error",
      [
        ["What", "description"],
        ["Kind", "type"],
        ["Data", "metadata_hex"],
      ],
    ],
  ],
};

/** @param {Row} row */
function pcText(row) {
  if (!isThere(row.pc)) return "";
  return isThere(row.compiler_pc) ? `${row.pc} compiler ${row.compiler_pc}` : String(row.pc);
}

/**
 * @param {unknown} value
 * @param {Column} column
 * @returns {string}
 */
export function shownValue(value, column) {
  if (!isThere(value)) return "–";
  if (typeof value !== "number") return String(value);
  if (column.unit === "nanoseconds") return exact(value);
  if (column.unit === "bytes_per_second") return `${(value / 1e9).toPrecision(3)}${THIN}GB/s`;
  if (column.unit === "bytes" || column.name.endsWith("_bytes")) {
    return value < 1024 ? `${value}${THIN}B` : `${memorySize(value)} (${count(value)})`;
  }
  if (column.name.startsWith("crc") && value === NO_CRC) return "–";
  return String(value);
}

/**
 * What a class is called.
 * @param {number} colour
 * @param {string} [kind] of the track
 * @returns {string}
 */
export function className(colour, kind) {
  if (kind === "span") return SYSTEM_CLASSES[colour & 15] ?? "Unknown event";
  return colour === UNKNOWN ? "Unknown opcode" : (CLASSES[colour & 15] ?? "");
}

const SOURCES = /** @type {Record<string, string>} */ ({
  framework: "Framework",
  neuron_rt: "Runtime",
  neuron_hw: "Hardware",
});

/**
 * @param {Track} track
 * @returns {string} row and core, each said once
 */
export function placeName({ kind, name, core, attrs }) {
  if (kind === "span") {
    const { source, thread, nc } = attrs ?? {};
    const parts = [SOURCES[source ?? ""] ?? name];
    if (source !== "neuron_hw" && thread != null) parts.push(`thread ${thread}`);
    if (nc != null) parts.push(`logical core ${nc}`);
    return parts.join(" · ");
  }
  if (kind === "clock") return `Clock limit · core ${core}`;
  return kind === "error" ? name : `${name} · core ${core}`;
}

/**
 * The row of a table, of the run that is on the screen.
 * @param {{tables: string, run: number}} source
 * @param {Track} track
 * @param {number} row
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
export async function fetchRow({ tables, run }, track, row, signal) {
  const url = `${tables}${track.table}/rows/?run=${run}&part=${track.part}&row=${row}`;
  const answer = await request(url, { signal });
  if (!answer.rows[0]) throw new Error(`${track.table} has no row ${row}`);
  return { row: answer.rows[0], columns: answer.columns };
}

/**
 * Start and duration of a row, whatever its table calls them.
 * @param {Row} row
 * @returns {{start: number, duration: number}}
 */
export function timesOf(row) {
  const start = Number(row.start_ts ?? row.timestamp ?? 0);
  const duration = Number(row.duration_ns ?? row.duration ?? 0);
  return { start, duration };
}

/**
 * Fills the panel: what the hit says at once, the row's fields when they have come.
 * @param {HTMLElement} place
 * @param {{tables: string, run: number}} source
 * @param {Hit} hit
 * @param {AbortSignal} signal
 * @returns {Promise<void>}
 */
export async function showEvent(place, source, hit, signal) {
  place.replaceChildren(head(hit), make("p", { class: "quiet panel__loading" }, "Loading …"));
  try {
    const answer = await fetchRow(source, hit.track, hit.row, signal);
    place.replaceChildren(head(hit, answer.row), ...body(hit.track.table, answer));
  } catch (error) {
    if (signal.aborted) return;
    const text = error instanceof Error ? error.message : String(error);
    place.replaceChildren(head(hit), make("p", { class: "field-error panel__loading" }, text));
  }
}

/**
 * @param {Hit} hit
 * @param {Row} [row]
 * @returns {HTMLElement}
 */
export function head(hit, row = {}) {
  const { start, duration } = isThere(row.start_ts ?? row.timestamp) ? timesOf(row) : hit;
  const end = isThere(row.end_ts) ? Number(row.end_ts) : start + duration;
  const look = hit.colour === UNKNOWN ? "unknown" : String(hit.colour & 15);
  const swatch = make("span", { class: `swatch swatch--${look}` });
  const times = make("dl", { class: "panel__times" });
  for (const [name, value] of /** @type {[string, number][]} */ ([
    ["Start", start],
    ["End", end],
    ["Duration", duration],
  ])) {
    times.append(make("div", {}, make("dt", {}, name), make("dd", {}, exact(value))));
  }
  const isClassed = hit.track.kind !== "clock" && hit.track.kind !== "error";
  const words = isClassed ? ` · ${className(hit.colour, hit.track.kind)}` : "";
  const isTransposed = hit.track.kind !== "span" && hit.colour !== UNKNOWN;
  const transpose = isClassed && isTransposed && hit.colour & 0x40 ? " · transpose" : "";
  return make(
    "div",
    { class: "panel__head" },
    make(
      "h2",
      {},
      swatch,
      make(
        "code",
        { class: "panel__title" },
        String(row.opcode ?? row.name ?? (hit.label || hit.track.name)),
      ),
    ),
    make("p", { class: "quiet" }, `${placeName(hit.track)}${words}${transpose}`),
    times,
  );
}

/**
 * @param {string} table
 * @param {Answer} answer
 * @returns {HTMLElement[]}
 */
function body(table, { row, columns }) {
  const parts = [];
  const operands = operandList(String(row.operands ?? ""));
  if (operands.length > 0) {
    parts.push(
      section(
        "Operands",
        operands.map(({ name, value }) => [name, value]),
      ),
    );
  }
  const known = new Map(columns.map((column) => [column.name, column]));
  for (const [title, fields] of SECTIONS[table] ?? []) {
    /** @type {[string, string][]} */
    const shown = [];
    for (const [label, from] of fields) {
      const column = typeof from === "string" ? known.get(from) : undefined;
      const value =
        typeof from === "function"
          ? from(row)
          : column && isThere(row[from])
            ? shownValue(row[from], column)
            : "";
      if (value) shown.push([label, value]);
    }
    if (shown.length > 0) parts.push(section(title, shown));
  }
  parts.push(allFields(row, columns));
  return parts;
}

/**
 * @param {string} title
 * @param {[string, string][]} fields
 * @returns {HTMLElement}
 */
export function section(title, fields) {
  const list = make("dl", { class: "panel__fields" });
  for (const [name, value] of fields) {
    list.append(make("dt", {}, name), make("dd", {}, make("code", {}, value)));
  }
  return make("section", { class: "panel__section" }, make("h3", {}, title), list);
}

/**
 * Every column by its own name, and the row to copy.
 * @param {Row} row
 * @param {Column[]} columns
 * @returns {HTMLElement}
 */
export function allFields(row, columns) {
  const list = make("dl", { class: "panel__fields panel__fields--all" });
  for (const column of columns) {
    const name = make(
      "dt",
      { title: column.description },
      make("code", { class: "panel__raw" }, column.name),
    );
    list.append(
      name,
      make("dd", {}, make("code", { class: "panel__raw" }, shownValue(row[column.name], column))),
    );
  }
  const summary = make("summary", {}, `All ${columns.length} fields`);
  const copied = () => void copy(JSON.stringify(row, null, 2));
  const tools = make(
    "p",
    { class: "panel__tools" },
    button({ icon: "copy", text: "Copy as JSON", act: copied }),
  );
  return make("section", { class: "panel__section" }, make("details", {}, summary, list), tools);
}
