/** Tiles by address: asked for once, kept while useful, given up when the view has moved on. */

import { decodeTile } from "./arrow.js";

/** @typedef {import("./arrow.js").Tile} Tile */
/** @typedef {{state: "loading" | "ready" | "failed", tile: Tile | null, usedAt: number, startedMs: number, isPinned: boolean, abort: AbortController, done: Promise<void>}} Entry */

const MOST_ENTRIES = 400;
const MOST_UNDER_WAY = 6;
const MOST_TRIES = 2;
const SLOW_MS = 150;

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
   * The tile, waited for; null if it cannot be had. No change of the view gives it up.
   * @param {string} key
   * @returns {Promise<Tile | null>}
   */
  async get(key) {
    const entry = this.entries.get(key) ?? this.begin(key);
    entry.isPinned = true;
    entry.usedAt = ++this.clock;
    await entry.done;
    return entry.tile;
  }

  /**
   * @param {string} key
   * @returns {boolean} whether the tile was tried and cannot be had
   */
  hasFailed(key) {
    return this.entries.get(key)?.state === "failed";
  }

  /**
   * @param {string} key
   * @returns {boolean} whether one has waited for the tile so long that it should be said
   */
  isSlow(key) {
    const entry = this.entries.get(key);
    return entry?.state === "loading" && performance.now() - entry.startedMs > SLOW_MS;
  }

  /**
   * Says which tiles the view needs, most wanted first; others that wait or run are given up.
   * @param {string[]} keys
   */
  want(keys) {
    const wanted = new Set(keys);
    this.queue = keys.filter((key) => !this.entries.has(key));
    for (const [key, entry] of this.entries) {
      if (entry.state === "loading" && !entry.isPinned && !wanted.has(key)) {
        entry.abort.abort();
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
      if (key !== undefined && !this.entries.has(key)) this.begin(key);
    }
  }

  /**
   * @param {string} key
   * @returns {Entry}
   */
  begin(key) {
    /** @type {Entry} */
    const entry = {
      state: "loading",
      tile: null,
      usedAt: ++this.clock,
      startedMs: performance.now(),
      isPinned: false,
      abort: new AbortController(),
      done: Promise.resolve(),
    };
    this.entries.set(key, entry);
    entry.done = this.load(key, entry);
    return entry;
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  async load(key, entry) {
    const { signal } = entry.abort;
    this.underWay++;
    for (let tries = 0; tries < MOST_TRIES && !entry.tile && !signal.aborted; tries++) {
      entry.tile = await this.fetchTile(key, signal);
    }
    this.underWay--;
    entry.state = entry.tile ? "ready" : "failed";
    this.drop();
    if (!signal.aborted) this.changed();
    this.pump();
  }

  /**
   * @param {string} key
   * @param {AbortSignal} signal
   * @returns {Promise<Tile | null>} null when there was no answer, or one that is no tile
   */
  async fetchTile(key, signal) {
    try {
      const answer = await this.fetcher(this.base + key, { signal });
      return answer.ok ? decodeTile(await answer.arrayBuffer()) : null;
    } catch {
      return null;
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
