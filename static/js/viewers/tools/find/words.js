/** What is said about a search, in words. */

import { count, duration, exact, share } from "../../../kit/units.js";

/** @typedef {import("./server.js").Found} Found */
/** @typedef {import("./server.js").TrackShare} TrackShare */

export const MOST_SHARES = 8;

/**
 * Beside the field.
 * @param {Pick<Found, "count" | "complete" | "rows" | "rows_read">} found
 * @param {number | null} place of the hit that was gone to, from 1
 * @returns {string}
 */
export function countWords({ count: hits, complete, rows, rows_read: read }, place = null) {
  if (!complete) {
    const far = share(rows > 0 ? read / rows : 0);
    return `${count(hits)} so far · ${far}`;
  }
  if (hits === 0) return "no hits";
  const words = `${count(hits)} hit${hits === 1 ? "" : "s"}`;
  return place === null ? words : `${count(place)} of ${words}`;
}

/**
 * The facts of the summary line, in order.
 * @param {Found} found
 * @returns {string[]}
 */
export function summaryWords({ first, last, sum_ns: sum, count: hits, complete }) {
  if (!first || !last) return complete ? ["No event of the whole profile matches."] : [];
  return [
    `first ${exact(first.start_ns)}`,
    `last ${exact(last.start_ns)}`,
    `${duration(sum, 3)} summed`,
    `${duration(sum / hits, 3)} each`,
  ];
}

/**
 * The busiest rows, with the core's number where there are several.
 * @param {TrackShare[]} tracks
 * @returns {{track: string, name: string, value: string, title: string}[]}
 */
export function shareWords(tracks) {
  const cores = new Set(tracks.map(({ part, core }) => `${part}/${core}`));
  const several = cores.size > 1;
  const busiest = [...tracks].sort((a, b) => b.busy_ns - a.busy_ns).slice(0, MOST_SHARES);
  return busiest.map(({ track, name, core, busy_share: busy, busy_ns: ns, count: hits }) => ({
    track,
    name: several ? `${name} ${core}` : name,
    value: share(busy),
    title: `${count(hits)} hit${hits === 1 ? "" : "s"}, busy for ${duration(ns, 3)}`,
  }));
}

/**
 * An error of the server: what is wrong, the piece of the query it is about, and names near it.
 * @param {string} text the query
 * @param {{message: string, fields?: Record<string, any> | null}} error
 * @returns {{message: string, before: string, piece: string, after: string, near: string[]}}
 */
export function errorWords(text, { message, fields }) {
  const at = Number(fields?.position ?? text.length);
  const length = Math.max(1, Number(fields?.length ?? 1));
  const near = String(fields?.near ?? "")
    .split(", ")
    .filter(Boolean);
  // The server counts characters as people do, JavaScript counts some of them twice.
  const letters = [...text];
  const piece = letters.slice(at, at + length).join("");
  const before = letters.slice(0, at).join("");
  return { message, before, piece, after: letters.slice(at + length).join(""), near };
}

/**
 * A query with the piece an error is about replaced.
 * @param {{before: string, after: string}} error
 * @param {string} name
 * @returns {string}
 */
export function corrected({ before, after }, name) {
  return `${before}${name}${after}`;
}
