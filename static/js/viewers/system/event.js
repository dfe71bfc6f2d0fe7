/** The Event panel of a system run: attributes, where the time went, the device profile, clocks. */

import { make } from "../../kit/dom.js";
import { request } from "../../kit/http.js";
import { duration, share } from "../../kit/units.js";
import { allFields, fetchRow, head, section } from "../details.js";
import { deviceCards, modelSection } from "./device-card.js";
import { flowSections, showFlowTab } from "./flow-panel.js";

/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {{label: string, ns: number, share: number}} Part */
/** @typedef {{name: string | null, graph: string | null, role: string | null, rank: number | null, bucket: number | null}} Model */
/** @typedef {{event: unknown, model: Model | null, where: Part[], candidates: import("./device-card.js").Candidate[], note: string}} DeviceLink */

const WHERE_COLOURS = [0, 4, 8, 2, 6];
const LINKED = new Set([
  "nrt_execute",
  "nc_exec_running",
  "nrt_model_submit",
  "kmgr_exec_core",
  "kbl_exec_pre",
  "kbl_exec_wait",
  "kbl_exec_post",
]);

/**
 * Fills the panel, first with what the hit says, then with the row and its device profile.
 * @param {SystemTimeline} viewer
 * @param {HTMLElement} place
 * @param {Hit} hit
 * @param {AbortSignal} signal
 */
export async function showSystemEvent(viewer, place, hit, signal) {
  place.replaceChildren(head(hit), make("p", { class: "quiet panel__loading" }, "Loading …"));
  try {
    const [answer, link, flow] = await Promise.all([
      fetchRow(viewer.source, hit.track, hit.row, signal),
      deviceLink(viewer, hit, signal),
      viewer.flows.load(hit, signal),
    ]);
    const { row, columns } = answer;
    const parts = link?.where.length ? [whereSection(link.where)] : [];
    if (link) parts.push(...deviceCards(viewer, hit, link));
    if (flow) parts.push(...flowSections(viewer, hit, flow));
    showFlowTab(viewer, hit, flow);
    if (flow) void viewer.flows.follow(hit, flow, signal);
    if (link?.model?.name) parts.push(modelSection(link.model));
    parts.push(section("Attributes", attributesOf(row)));
    const isOfDevice = row.trace_event_source === "neuron_hw" || LINKED.has(hit.label);
    if (isOfDevice) parts.push(viewer.sync.section(hit.track.attrs ?? {}));
    place.replaceChildren(head(hit, row), ...parts, allFields(row, columns));
    if (link) viewer.devices.follow(hit, link.candidates);
  } catch (error) {
    if (signal.aborted) return;
    const text = error instanceof Error ? error.message : String(error);
    place.replaceChildren(head(hit), make("p", { class: "field-error panel__loading" }, text));
  }
}

/**
 * What an execution's device profile is; null where the event is none, or nothing is known.
 * @param {SystemTimeline} viewer
 * @param {Hit} hit
 * @param {AbortSignal} signal
 * @returns {Promise<DeviceLink | null>}
 */
async function deviceLink(viewer, hit, signal) {
  if (!LINKED.has(hit.label)) return null;
  try {
    const url = `${viewer.system.base}device-link/?row=${hit.row}`;
    const link = await request(url, { signal });
    return { ...link, where: link.where ?? [], candidates: link.candidates ?? [] };
  } catch (error) {
    if (signal.aborted) throw error;
    return null;
  }
}

/**
 * @param {Part[]} parts
 * @returns {HTMLElement}
 */
function whereSection(parts) {
  const bar = make("div", { class: "where__bar", role: "img" });
  bar.setAttribute("aria-label", parts.map((p) => `${p.label} ${share(p.share)}`).join(", "));
  const list = make("ul", { class: "where" });
  parts.forEach(({ label, ns, share: part }, at) => {
    const colour = WHERE_COLOURS[at % WHERE_COLOURS.length];
    const piece = make("span", { class: `swatch swatch--${colour}` });
    piece.style.flexGrow = String(Math.max(part, 0));
    bar.append(piece);
    const swatch = make("span", { class: `swatch swatch--${colour}` });
    const amount = make("span", { class: "where__ns" }, duration(ns, 3));
    const percent = make("span", { class: "quiet where__share" }, share(part));
    list.append(make("li", {}, swatch, make("span", {}, label), amount, percent));
  });
  const title = make("h3", {}, "Where the time went");
  return make("section", { class: "panel__section" }, title, bar, list);
}

/**
 * Every attribute of an event: its columns that say where it belongs, then everything else.
 * @param {Record<string, unknown>} row
 * @returns {[string, string][]}
 */
export function attributesOf(row) {
  /** @type {[string, string][]} */
  const known = [
    ["Instance", text(row.instance_id)],
    ["Process", text(row.process_id)],
    ["Thread", text(row.thread_id)],
    ["Worker", row.worker_gid == null ? "" : `global rank ${row.worker_gid}`],
    ["Logical core", text(row.nc_idx)],
    ["Core", text(row.pcore_idx)],
    ["Stream", text(row.framework_stream_id)],
  ];
  return [...known.filter(([, value]) => value !== ""), ...extraOf(row.extra_attributes_json)];
}

/**
 * @param {unknown} json
 * @returns {[string, string][]}
 */
function extraOf(json) {
  if (typeof json !== "string" || json === "") return [];
  try {
    const found = JSON.parse(json);
    if (typeof found !== "object" || found === null) return [["Attributes", json]];
    return Object.entries(found).map(([key, value]) => [key, text(value)]);
  } catch {
    return [["Attributes", json]];
  }
}

/**
 * @param {unknown} value
 * @returns {string}
 */
function text(value) {
  if (value === null || value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
