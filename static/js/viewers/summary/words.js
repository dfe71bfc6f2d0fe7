/** What the summary of a system run says, in words. */

import { count, duration, share } from "../../kit/units.js";

/** @typedef {{worker_gid: number | null, instance_id: string, process_id: string, nc_idx: number | null}} Rank */
/** @typedef {{count: number, sum_ns: number, median_ns: number, p99_ns: number, max_ns: number}} Spread */
/** @typedef {{instance_id: string, process_id: string, first_ns: number, last_ns: number, events: number, cores: number, running_ns: number, running_share: number, from_hardware: boolean, gaps: Spread | null}} Process */
/** @typedef {Spread & {graph: string, role: string | null, ranks: number, slowest: {step: number, start_ns: number, end_ns: number}}} Steps */
/** @typedef {{rank: Rank, meetings: number, times_last: number, cost_ns: number, median_after_first_ns: number}} Lateness */
/** @typedef {{step: number, graph: string, first_ns: number, spread_ns: number, cost_ns: number, last: Rank, arrivals: {rank: Rank, after_first_ns: number}[]}} Meeting */
/** @typedef {{name: string, meetings: number, cost_ns: number, costs_most: Lateness & {share_of_steps: number}, ranks: Lateness[], rank_count: number, worst: Meeting[]}} Late */
/** @typedef {{name: string | null, source: string | null, ns: number, share: number}} Activity */
/** @typedef {{instance_id: string, process_id: string, start_ns: number, end_ns: number, duration_ns: number, also: number, host: Activity[], host_other_ns: number}} Gap */
/** @typedef {{first_ns: number, last_ns: number, wall_ns: number, events: number, instances: number, logical_cores: number, physical_cores: number, device_ns: number, processes: Process[], steps: Steps[], stragglers: Late[], gaps: Gap[]}} Summary */

const AROUND = 0.5;

/**
 * A worker by its global number, else by process and core.
 * @param {Rank} rank
 * @returns {string}
 */
export function rankName({ worker_gid, process_id, nc_idx }) {
  if (worker_gid !== null) return `rank ${worker_gid}`;
  return `process ${process_id}${nc_idx === null ? "" : `, core ${nc_idx}`}`;
}

/**
 * Where a worker is, in full.
 * @param {Rank} rank
 * @returns {string}
 */
export function rankPlace({ instance_id, process_id, nc_idx }) {
  const core = nc_idx === null ? "" : `, logical core ${nc_idx}`;
  return `${instance_id}, process ${process_id}${core}`;
}

/**
 * The timeline around a stretch of time.
 * @param {string} profile
 * @param {number} start
 * @param {number} end
 * @returns {string}
 */
export function timelineAt(profile, start, end) {
  const around = Math.max(Math.round((end - start) * AROUND), 500);
  return `/profiles/${profile}/timeline/?t=${start - around}-${end + around}&mark=${start}-${Math.max(end, start + 1)}`;
}

/**
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 * @returns {string} 1 process, 16 processes
 */
export function several(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/**
 * The claim about who comes late to something.
 * @param {Late} late
 * @returns {{title: string, text: string}}
 */
export function lateWords({ name, meetings, costs_most: worst }) {
  const who = rankName(worst.rank);
  const at = name === "step begin" ? "to the begin of steps" : `to ${name}`;
  const title = `${who[0]?.toUpperCase()}${who.slice(1)} comes last ${at} in ${count(worst.times_last)} of ${count(meetings)}`;
  const cost = `The others wait ${duration(worst.cost_ns, 3)} for it alone, ${share(worst.share_of_steps)} of the time of all steps.`;
  const median = `Half of the time it comes ${duration(worst.median_after_first_ns, 3)} or more after the first.`;
  return { title, text: `${cost} ${median}` };
}

/**
 * The claim about an idle stretch.
 * @param {Gap} gap
 * @returns {{title: string, text: string}}
 */
export function gapWords({ duration_ns, process_id, also, host }) {
  const most = host[0];
  const did = most?.name ?? "nothing that was recorded";
  const title = `Devices idle for ${duration(duration_ns, 3)}: ${did}`;
  const who = also
    ? `process ${process_id} and ${several(also, "more", "more")}`
    : `process ${process_id}`;
  const part = most ? ` What the host did then, by the event that began last:` : "";
  return { title, text: `Between two executions of ${who}.${part}` };
}

/**
 * Who the graph of steps is.
 * @param {{graph: string, role: string | null}} steps
 * @returns {string}
 */
export function graphTitle({ graph, role }) {
  return role ? `${role} · ${graph}` : graph;
}
