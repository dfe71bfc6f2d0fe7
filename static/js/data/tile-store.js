/** Tiles by address: asked for once, kept while useful, given up when the view has moved on. */

import { decodeTile } from "./arrow.js";

/** @typedef {import("./arrow.js").Tile} Tile */
/** @typedef {{state: "loading" | "ready" | "failed", tile: Tile | null, usedAt: number, tries: number, abort: AbortController | null}} Entry */

const MOST_ENTRIES = 400;
const MOST_UNDER_WAY = 6;
const MOST_TRIES = 2;

export class TileStore {
  /**
   * @param {string} base address of the run's tiles, with a slash at the end
   * @param {() => void} changed told when a tile has come or failed
   * @param {typeof fetch} [fetcher]
   */
  constructor(base, changed, fetcher = window.fetch.bind(window)) {
    this.base = base;
    this.changed = changed;
    this.fetcher = fetcher;
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    /** @type {string[]} */
    this.queue = [];
    this.underWay = 0;
    this.clock = 0;
  }

  /**
   * The tile, or null while it is on its way.
   * @param {string} key `<group>/<level>/<index>`
   * @returns {Tile | null}
   */
  peek(key) {
    const entry = this.entries.get(key);
    if (entry) entry.usedAt = ++this.clock;
    return entry?.tile ?? null;
  }

  /**
   * @param {string} key
   * @returns {boolean} whether the tile was tried and cannot be had
   */
  hasFailed(key) {
    return this.entries.get(key)?.state === "failed";
  }

  /**
   * Says which tiles the view needs, most wanted first; others that wait or run are given up.
   * @param {string[]} keys
   */
  want(keys) {
    const wanted = new Set(keys);
    this.queue = keys.filter((key) => !this.entries.has(key));
    for (const [key, entry] of this.entries) {
      if (entry.state === "loading" && !wanted.has(key)) {
        entry.abort?.abort();
        this.entries.delete(key);
      }
    }
    this.pump();
  }

  /** Tries failed tiles once more. */
  retry() {
    for (const [key, entry] of this.entries) if (entry.state === "failed") this.entries.delete(key);
    this.changed();
  }

  pump() {
    while (this.underWay < MOST_UNDER_WAY && this.queue.length > 0) {
      const key = this.queue.shift();
      if (key !== undefined && !this.entries.has(key)) void this.load(key, 1);
    }
  }

  /**
   * @param {string} key
   * @param {number} tries
   */
  async load(key, tries) {
    const abort = new AbortController();
    /** @type {Entry} */
    const entry = { state: "loading", tile: null, usedAt: ++this.clock, tries, abort };
    this.entries.set(key, entry);
    this.underWay++;
    try {
      const answer = await this.fetcher(this.base + key, { signal: abort.signal });
      if (!answer.ok) throw new Error(String(answer.status));
      entry.tile = decodeTile(await answer.arrayBuffer());
      entry.state = "ready";
    } catch {
      if (abort.signal.aborted) return;
      if (tries < MOST_TRIES) {
        this.entries.delete(key);
        void this.load(key, tries + 1);
      } else entry.state = "failed";
    } finally {
      this.underWay--;
      this.drop();
      if (!abort.signal.aborted) this.changed();
      this.pump();
    }
  }

  /** Forgets what has not been looked at for longest. */
  drop() {
    if (this.entries.size <= MOST_ENTRIES) return;
    const old = [...this.entries]
      .filter(([, entry]) => entry.state === "ready")
      .sort((a, b) => a[1].usedAt - b[1].usedAt);
    for (const [key] of old.slice(0, this.entries.size - MOST_ENTRIES)) this.entries.delete(key);
  }

  get isLoading() {
    return this.underWay > 0;
  }
}
