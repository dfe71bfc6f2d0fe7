/** The region the numbers are of: in the address, in a query to the API, and as text. */

import { duration, parseRange } from "../../../kit/units.js";

/**
 * Which trace, which range (null: all of it) and which core (null: all).
 * @typedef {{range: {start: number, end: number} | null, core: number | null, part: number}} Region
 */

/**
 * @param {string | null} text
 * @returns {number | null}
 */
function whole(text) {
  return /^\d{1,6}$/.test(text ?? "") ? Number(text) : null;
}

/**
 * @param {string} search
 * @returns {Region} what of the address can be read; the whole profile otherwise
 */
export function readRegion(search) {
  const query = new URLSearchParams(search);
  const found = /^(-?\d{1,15})-(-?\d{1,15})$/.exec(query.get("t") ?? "");
  const [start, end] = [Number(found?.[1]), Number(found?.[2])];
  return {
    range: found && end > start ? { start, end } : null,
    core: whole(query.get("core")),
    part: whole(query.get("part")) ?? 0,
  };
}

/**
 * @param {Region} region
 * @returns {string} a query with a question mark, empty for the whole first trace
 */
export function writeRegion({ range, core, part }) {
  const query = new URLSearchParams();
  if (range) query.set("t", `${Math.round(range.start)}-${Math.round(range.end)}`);
  if (core !== null) query.set("core", String(core));
  if (part) query.set("part", String(part));
  const text = query.toString();
  return text ? `?${text}` : "";
}

/**
 * @param {string} profile
 * @param {Region} region
 * @returns {string} where the API answers the numbers of a region
 */
export function metricsAddress(profile, { range, core, part }) {
  const query = new URLSearchParams();
  if (range) {
    query.set("start_ns", String(Math.round(range.start)));
    query.set("end_ns", String(Math.round(range.end)));
  }
  if (core !== null) query.set("core", String(core));
  if (part) query.set("part", String(part));
  const text = query.toString();
  return `/api/v1/profiles/${profile}/metrics/${text ? `?${text}` : ""}`;
}

/**
 * @param {number} start
 * @param {number} end
 * @returns {string} 20.0 µs – 24.6 µs
 */
export function rangeText(start, end) {
  const text = (/** @type {number} */ ns) =>
    ns < 0 ? `−${duration(-ns)}` : ns === 0 ? "0" : duration(ns);
  return `${text(start)} – ${text(end)}`;
}

/**
 * What was typed as a range within the profile: empty or "whole" is all of it, null none.
 * @param {string} text
 * @param {{first: number, last: number}} profile
 * @returns {{range: {start: number, end: number} | null} | null}
 */
export function typedRange(text, { first, last }) {
  const typed = text.trim().toLowerCase();
  if (typed === "" || typed.startsWith("whole")) return { range: null };
  const found = parseRange(typed);
  if (!found || found[0] >= last || found[1] <= first) return null;
  const [start, end] = [Math.max(found[0], first), Math.min(found[1], last)];
  return { range: start === first && end === last ? null : { start, end } };
}

/**
 * The range without start-up and drain, where findings tell of them.
 * @param {import("./shapes.js").Summary} summary of the whole profile
 * @returns {{start: number, end: number} | null}
 */
export function kernelRange({ findings, range }) {
  const of = (/** @type {string} */ rule) => findings.find((one) => one.rule === rule)?.ranges[0];
  const start = of("start_up")?.[1] ?? range.first_ns;
  const end = of("drain")?.[0] ?? range.last_ns;
  if (start === range.first_ns && end === range.last_ns) return null;
  return end > start ? { start, end } : null;
}
