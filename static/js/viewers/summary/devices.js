/** The device profiles of a system profile as a table, and which of them are shown. */

import { make } from "../../kit/dom.js";
import { count, duration, fileSize } from "../../kit/units.js";
import { card, empty, table } from "./parts.js";

/** @typedef {{role: string, name: string, size_bytes: number}} File */
/** @typedef {{id: string | null, name: string, status: string | null, instance: string | null, process: string | null, nc: number | null, model_id: string | null, session: string | null, duration_ns: number | null, files: File[], calls: number, total_ns: number | null, median_ns: number | null, mfu: number | null, reason: string | null}} Device */
/** @typedef {{total: number, ready: number, failed: number, devices: Device[]}} Devices */

const STATES = new Map([
  ["PROCESSED", "ok"],
  ["FAILED", "err"],
  ["PROCESSING", "info"],
]);

/**
 * Whether something of the list will still change.
 * @param {Devices} found
 * @returns {boolean}
 */
export function isMoving({ devices }) {
  return devices.some(({ status }) => status === "PENDING" || status === "PROCESSING");
}

/**
 * The processes the profiles are of, to choose from.
 * @param {Device[]} devices
 * @returns {string[]}
 */
export function processesOf(devices) {
  return [...new Set(devices.map(processOf))].filter(Boolean).sort();
}

/**
 * @param {Device} device
 * @returns {string}
 */
function processOf({ instance, process }) {
  return process === null ? "" : `${instance ?? ""} · ${process}`;
}

/**
 * How many are ready, in words.
 * @param {Devices} found
 * @returns {string}
 */
export function readyWords({ total, ready, failed }) {
  const lost = failed ? `, ${count(failed)} failed` : "";
  return ready === total
    ? `all ${count(total)} ready`
    : `${count(ready)} of ${count(total)} ready${lost}`;
}

/**
 * The card with the table; `process` chooses, an empty text shows all.
 * @param {Devices} found
 * @param {string} process
 * @param {string} back the page a device profile leads back to
 * @returns {HTMLElement}
 */
export function devicesCard(found, process, back) {
  const chosen = found.devices.filter((one) => !process || processOf(one) === process);
  if (!found.total) {
    return card("Device profiles", "", empty("This directory held no device traces."));
  }
  return card(
    "Device profiles",
    readyWords(found),
    table("Device profiles", columns(back, found.devices), chosen),
  );
}

/**
 * The card with those that took most of the run's time.
 * @param {Devices} found
 * @param {number} most
 * @param {string} back
 * @returns {HTMLElement}
 */
export function longestCard(found, most, back) {
  const devices = [...found.devices]
    .sort((a, b) => (b.total_ns ?? 0) - (a.total_ns ?? 0))
    .slice(0, most);
  const made = devicesCard({ ...found, devices }, "", back);
  if (devices.length < found.total) {
    const all = make("a", { href: back }, `All ${count(found.total)}`);
    made.querySelector("header")?.append(all);
  }
  return made;
}

/**
 * Process and session are told where they tell profiles apart: names are long.
 * @param {string} back
 * @param {Device[]} devices
 * @returns {import("./parts.js").Column<Device>[]}
 */
function columns(back, devices) {
  const time = (/** @type {number | null} */ ns) => (ns === null ? "–" : duration(ns, 3));
  const hidden = new Set();
  if (processesOf(devices).length < 2) hidden.add("Process");
  if (devices.every(({ session }) => session === null)) hidden.add("Session");
  /** @type {import("./parts.js").Column<Device>[]} */
  const all = [
    { head: "Device profile", cell: (row) => nameOf(row, back), title: (row) => row.name },
    { head: "Status", cell: statusOf },
    { head: "Process", cell: (row) => processOf(row) || "–" },
    { head: "Core", cell: (row) => (row.nc === null ? "–" : String(row.nc)), isNumber: true },
    { head: "Model", cell: (row) => row.model_id ?? "–", isNumber: true },
    { head: "Session", cell: (row) => row.session ?? "–", isNumber: true },
    { head: "Calls", cell: (row) => count(row.calls), isNumber: true },
    { head: "Total", cell: (row) => time(row.total_ns), isNumber: true },
    { head: "Median", cell: (row) => time(row.median_ns), isNumber: true },
    { head: "Device time", cell: (row) => time(row.duration_ns), isNumber: true },
    {
      head: "MFU",
      cell: (row) => (row.mfu === null ? "–" : `${row.mfu}`),
      title: (row) => row.reason ?? "",
      isNumber: true,
    },
    { head: "Files", cell: (row) => count(row.files.length), title: filesOf, isNumber: true },
  ];
  return all.filter(({ head }) => !hidden.has(head));
}

/**
 * @param {Device} device
 * @param {string} back
 * @returns {Node | string}
 */
function nameOf({ id, name }, back) {
  if (id === null) return name;
  return make("a", { href: `/profiles/${id}/timeline/?back=${encodeURIComponent(back)}` }, name);
}

/**
 * @param {Device} device
 * @returns {Node | string}
 */
function statusOf({ status }) {
  if (status === null) return "left out";
  const kind = STATES.get(status) ?? "plain";
  return make("span", { class: `badge badge--${kind}` }, status);
}

/**
 * @param {Device} device
 * @returns {string}
 */
function filesOf({ files }) {
  return files.map(({ name, size_bytes: size }) => `${name} (${fileSize(size)})`).join("\n");
}
