/** What the server is asked about a search, and how often. */

import { request } from "../../../kit/http.js";

/** @typedef {import("../../../kit/scale.js").Range} Range */
/** @typedef {{track: string, part: number, table: string, row: number, start_ns: number, end_ns: number, label: string}} Hit */
/** @typedef {{track: string, name: string, kind: string, part: number, core: number, count: number, sum_ns: number, busy_ns: number, busy_share: number}} TrackShare */
/** @typedef {{complete: boolean, rows: number, rows_read: number, count: number, sum_ns: number, first: Hit | null, last: Hit | null, duration_ns: number, tracks: TrackShare[], tracks_total: number}} Found */
/** @typedef {{complete: boolean, count: number, hit: Hit | null, place: number | null}} Step */
/** @typedef {{complete: boolean, count: number, bucket_ns: number, tracks: {track: number, runs: (number | null)[]}[]}} Caps */
/** @typedef {{name: string, aliases: string[], measures: string, units: string | null, tables: string[], description: string}} Field */

const MOST_BUCKETS = 4096;

export class SearchServer {
  /** @param {string} base address of the run's search */
  constructor(base) {
    this.base = base;
  }

  /**
   * Asks until the search is complete, and tells every answer. The server reads on only while it is
   * asked, so that to abort is to stop it.
   * @param {string} text
   * @param {Range} near what is read first, ns
   * @param {(found: Found) => void} tell
   * @param {AbortSignal} signal
   */
  async follow(text, near, tell, signal) {
    const query = new URLSearchParams({ q: text });
    query.set("start_ns", String(Math.floor(near.start)));
    query.set("end_ns", String(Math.ceil(near.end)));
    for (;;) {
      /** @type {Found} */
      const found = await request(`${this.base}?${query}`, { signal });
      if (signal.aborted) return;
      tell(found);
      if (found.complete) return;
    }
  }

  /**
   * @param {string} text
   * @param {Range} range ns
   * @param {number} buckets
   * @param {AbortSignal} signal
   * @returns {Promise<Caps>}
   */
  caps(text, range, buckets, signal) {
    const query = new URLSearchParams({ q: text, wait_ms: "0" });
    query.set("start_ns", String(Math.floor(range.start)));
    query.set("end_ns", String(Math.ceil(range.end)));
    query.set("buckets", String(Math.min(MOST_BUCKETS, Math.max(1, Math.round(buckets)))));
    return request(`${this.base}caps/?${query}`, { signal });
  }

  /**
   * @param {string} text
   * @param {1 | -1} way
   * @param {{ns: number, hit?: Hit | null} | null} from null for the first, or the last going back
   * @param {AbortSignal} signal
   * @returns {Promise<Step>}
   */
  step(text, way, from, signal) {
    const query = new URLSearchParams({ q: text, way: way > 0 ? "next" : "previous" });
    if (from) query.set("from_ns", String(Math.round(from.ns)));
    if (from?.hit) {
      query.set("from_track", from.hit.track);
      query.set("from_row", String(from.hit.row));
    }
    return request(`${this.base}step/?${query}`, { signal });
  }

  /** @returns {Promise<{columns: Field[]}>} */
  fields() {
    return request(`${this.base}fields/`);
  }
}
