/** Values over time by range: all rows of a frame in one request; the last answer stays meanwhile. */

/**
 * Pieces of a series over a range, and the samples nearest outside of it.
 * @typedef {{start_ns: number[], min: number[], max: number[], mean: number[], last: number[], nearest: Record<string, any> | null}} Samples
 * @typedef {{samples: Samples, range: {start: number, end: number}}} Answer
 * @typedef {{series: Record<string, Samples & {error?: string}>}} Batch
 */

const MOST_KEPT = 400;
const MOST_AT_ONCE = 48;

/**
 * A range twice as wide, on steps of its own length: panning a little asks for nothing new.
 * @param {{start: number, end: number}} range
 * @returns {{start: number, end: number}}
 */
export function widened({ start, end }) {
  const step = 2 ** Math.ceil(Math.log2(Math.max(end - start, 1)));
  const from = Math.floor(start / step) * step;
  return { start: from - step / 2, end: Math.ceil(end / step) * step + step / 2 };
}

export class ValueStore {
  /**
   * @param {string} base address of the run's series, with a slash at the end
   * @param {() => void} changed
   * @param {(url: string) => Promise<Batch>} fetcher
   */
  constructor(base, changed, fetcher) {
    this.base = base;
    this.changed = changed;
    this.fetcher = fetcher;
    /** @type {Map<string, Answer | null>} by series and range; null while on its way */
    this.answers = new Map();
    /** @type {Map<string, Answer>} by series */
    this.latest = new Map();
    /** @type {Map<string, string>} what is wrong, by series */
    this.errors = new Map();
    /** @type {Map<string, {ids: string[], range: {start: number, end: number}}>} by query */
    this.wanted = new Map();
  }

  get isLoading() {
    return [...this.answers.values()].includes(null);
  }

  /**
   * The samples of a range, or the latest ones there are.
   * @param {string} id
   * @param {{start: number, end: number}} range
   * @param {number} points over the range
   * @returns {Answer | null}
   */
  get(id, range, points) {
    const wide = widened(range);
    const share = (wide.end - wide.start) / Math.max(range.end - range.start, 1);
    const query = `start_ns=${Math.round(wide.start)}&end_ns=${Math.round(wide.end)}&points=${Math.ceil(points * share)}`;
    const found = this.answers.get(`${id}?${query}`);
    if (found === undefined) this.want(id, query, wide);
    return found ?? this.latest.get(id) ?? null;
  }

  /**
   * @param {string} id
   * @param {string} query
   * @param {{start: number, end: number}} range
   */
  want(id, query, range) {
    this.answers.set(`${id}?${query}`, null);
    if (this.wanted.size === 0) queueMicrotask(() => this.send());
    const waiting = this.wanted.get(query) ?? { ids: [], range };
    waiting.ids.push(id);
    this.wanted.set(query, waiting);
  }

  /** Sends what a frame asked for. */
  send() {
    const wanted = [...this.wanted];
    this.wanted.clear();
    for (const [query, { ids, range }] of wanted) {
      for (let at = 0; at < ids.length; at += MOST_AT_ONCE) {
        void this.ask(ids.slice(at, at + MOST_AT_ONCE), query, range);
      }
    }
  }

  /**
   * @param {string[]} ids
   * @param {string} query
   * @param {{start: number, end: number}} range
   */
  async ask(ids, query, range) {
    const names = ids.map((id) => `id=${encodeURIComponent(id)}`).join("&");
    /** @type {Batch | null} */
    let batch = null;
    try {
      batch = await this.fetcher(`${this.base}?${names}&${query}`);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      for (const id of ids) this.errors.set(id, text);
    }
    for (const id of ids) this.take(id, query, range, batch?.series[id] ?? null);
    for (const key of this.answers.keys()) {
      if (this.answers.size <= MOST_KEPT) break;
      this.answers.delete(key);
    }
    this.changed();
  }

  /**
   * @param {string} id
   * @param {string} query
   * @param {{start: number, end: number}} range
   * @param {(Samples & {error?: string}) | null} samples
   */
  take(id, query, range, samples) {
    const key = `${id}?${query}`;
    if (!samples) {
      // Asked for again with the next range; until then the row shows what it has.
      this.answers.delete(key);
      if (this.errors.has(id)) this.answers.set(key, { samples: EMPTY, range });
      return;
    }
    if (samples.error) {
      this.errors.set(id, samples.error);
      this.answers.set(key, { samples: EMPTY, range });
      return;
    }
    this.errors.delete(id);
    const answer = { samples, range };
    this.answers.set(key, answer);
    this.latest.set(id, answer);
  }

  /** Forgets what could not be had, so that the next frame asks again. */
  retry() {
    this.errors.clear();
    for (const [key, answer] of this.answers) {
      if (answer?.samples === EMPTY) this.answers.delete(key);
    }
    this.changed();
  }
}

/** @type {Samples} */
const EMPTY = { start_ns: [], min: [], max: [], mean: [], last: [], nearest: null };
