/** Samples of a series by range, asked for once a view; the last answer stays until a better one. */

import { widened } from "../../data/value-store.js";

/**
 * Buckets of a series over a range, and the samples nearest outside of it.
 * @typedef {{start_ns: number[], min: number[], max: number[], mean: number[], last: number[], nearest: Record<string, any> | null}} Samples
 * @typedef {{samples: Samples, range: {start: number, end: number}}} Answer
 */

const MOST_KEPT = 200;

export { widened };

export class SeriesStore {
  /**
   * @param {string} base address of the run's series, with a slash at the end
   * @param {() => void} changed
   * @param {(url: string) => Promise<Samples>} fetcher
   */
  constructor(base, changed, fetcher) {
    this.base = base;
    this.changed = changed;
    this.fetcher = fetcher;
    /** @type {Map<string, Answer | null>} null while on its way or when it cannot be had */
    this.answers = new Map();
    /** @type {Map<string, Answer>} by series */
    this.latest = new Map();
  }

  /**
   * The samples of a range, or the latest ones there are.
   * @param {string} id
   * @param {{start: number, end: number}} range
   * @param {number} points
   * @returns {Answer | null}
   */
  get(id, range, points) {
    const wide = widened(range);
    const query = `start_ns=${Math.round(wide.start)}&end_ns=${Math.round(wide.end)}&points=${points}`;
    const key = `${encodeURIComponent(id)}/?${query}`;
    const found = this.answers.get(key);
    if (found === undefined) void this.ask(id, key, wide);
    return found ?? this.latest.get(id) ?? null;
  }

  /**
   * @param {string} id
   * @param {string} key
   * @param {{start: number, end: number}} range
   */
  async ask(id, key, range) {
    this.answers.set(key, null);
    if (this.answers.size > MOST_KEPT) this.answers.delete([...this.answers.keys()][0]);
    try {
      const answer = { samples: await this.fetcher(this.base + key), range };
      this.answers.set(key, answer);
      this.latest.set(id, answer);
      this.changed();
    } catch {
      // Asked for again with the next range; until then the row shows what it has.
    }
  }
}
