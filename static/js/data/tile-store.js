/**
 * Tiles by address: asked for once and several at a time, kept while useful, given up when the view has
 * moved on, asked for again by itself when they could not be had.
 */

import { Connection } from "./connection.js";
import { SAYS } from "./frames.js";
import { sharedLoader } from "./tile-loader.js";

/** @typedef {import("./arrow.js").Tile} Tile */
/** @typedef {{keys: string[], left: Set<string>, abort: AbortController}} Batch */
/**
 * `failures` counts in a row; at `retryAt` a tile that could not be had is asked for again.
 * @typedef {{state: "loading" | "ready" | "failed", tile: Tile | null, usedAt: number, startedMs: number, isPinned: boolean, failures: number, retryAt: number, batch: Batch | null, done: Promise<void>, settle: () => void}} Entry
 */

const MOST_ENTRIES = 600;
const MOST_BYTES = 96_000_000;
const ITEM_BYTES = 40;
const MOST_AT_ONCE = 32;
const MOST_UNDER_WAY = 3;
const MOST_TRIES = 2;
const SLOW_MS = 150;
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 30_000;

export class TileStore {
  /**
   * @param {string} base address of the run's tiles, with a slash at the end
   * @param {() => void} changed told when a tile has come or failed, and when to ask again
   * @param {import("./tile-loader.js").Loader} [loader]
   */
  constructor(base, changed, loader = sharedLoader()) {
    this.base = base;
    this.changed = changed;
    this.loader = loader;
    /** @type {Map<string, Entry>} */
    this.entries = new Map();
    /** @type {string[]} */
    this.queue = [];
    this.underWay = 0;
    this.clock = 0;
    this.viewedAt = 0;
    this.connection = new Connection(() => this.changed());
    /** Told when answers come again after they did not. */
    this.recovered = () => {};
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.retryTimer = undefined;
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
    if (!entry.batch && !entry.tile) void this.load([key]);
    await entry.done;
    return entry.tile;
  }

  /**
   * Asks for what the form for drawing leaves out.
   * @param {string} key
   */
  async complete(key) {
    const entry = this.entries.get(key);
    if (!entry?.tile?.isBare || entry.isPinned) return;
    entry.isPinned = true;
    const { signal } = new AbortController();
    await this.loader.load(this.base + key, signal, this.connection.stallMs, (_, said, tile) => {
      if (said !== SAYS.tile || !tile) return;
      entry.tile = tile;
      this.changed();
    });
    entry.isPinned = false;
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
    const now = performance.now();
    this.viewedAt = this.clock;
    for (const [key, entry] of this.entries) {
      if (entry.state === "loading" && !entry.isPinned && !wanted.has(key)) this.giveUp(key, entry);
    }
    this.queue = keys.filter((key) => this.isDue(key, now));
    this.pump();
  }

  /**
   * @param {string} key
   * @param {number} now
   * @returns {boolean} whether it is to be asked for
   */
  isDue(key, now) {
    const entry = this.entries.get(key);
    if (!entry) return true;
    return !entry.batch && !entry.tile && now >= entry.retryAt;
  }

  /**
   * @param {string} key
   * @param {Entry} entry
   */
  giveUp(key, { batch, settle }) {
    this.entries.delete(key);
    batch?.left.delete(key);
    if (batch?.left.size === 0) batch.abort.abort();
    settle();
  }

  /** Tries failed tiles once more. */
  retry() {
    for (const entry of this.entries.values()) {
      entry.retryAt = 0;
      if (entry.state === "failed" && !entry.batch) entry.failures = 0;
    }
    this.connection.hurry();
    this.changed();
  }

  pump() {
    if (this.connection.isWaiting) return;
    // While nothing answers, one question finds out whether anything does.
    const most = this.connection.failures > 0 ? 1 : MOST_UNDER_WAY;
    while (this.underWay < most && this.queue.length > 0) {
      const first = /** @type {string} */ (this.queue[0]);
      // One that failed is asked for alone, at the address that never changes.
      const count = this.entries.get(first)?.failures ? 1 : this.lengthOfBatch();
      void this.load(this.queue.splice(0, count));
    }
  }

  /** @returns {number} how many at the head of the queue have not failed */
  lengthOfBatch() {
    const failed = this.queue.findIndex((key) => this.entries.get(key)?.failures);
    return Math.min(failed < 0 ? this.queue.length : failed, MOST_AT_ONCE);
  }

  /**
   * @param {string} key
   * @returns {Entry}
   */
  begin(key) {
    let settle = () => {};
    /** @type {Promise<void>} */
    const done = new Promise((resolve) => {
      settle = resolve;
    });
    /** @type {Entry} */
    const entry = {
      ...{ state: "loading", tile: null, usedAt: ++this.clock, startedMs: performance.now() },
      ...{ isPinned: false, failures: 0, retryAt: 0, batch: null, done, settle },
    };
    this.entries.set(key, entry);
    return entry;
  }

  /** @param {string[]} keys */
  async load(keys) {
    const batch = { keys, left: new Set(keys), abort: new AbortController() };
    for (const key of keys) (this.entries.get(key) ?? this.begin(key)).batch = batch;
    this.underWay++;
    const { signal } = batch.abort;
    const give = (
      /** @type {number} */ place,
      /** @type {number} */ said,
      /** @type {any} */ tile,
    ) => {
      if (said !== SAYS.leftOut) this.take(batch, keys[place], said, tile);
    };
    const ending = await this.loader.load(
      this.address(keys),
      signal,
      this.connection.stallMs,
      give,
    );
    this.underWay--;
    this.end(batch, signal.aborted ? "given up" : ending);
    this.drop();
    if (ending !== "lost" && this.connection.worked()) this.recovered();
    else if (ending === "lost" && !signal.aborted) this.connection.failed();
    if (!signal.aborted) this.changed();
    this.pump();
  }

  /**
   * @param {string[]} keys
   * @returns {string}
   */
  address(keys) {
    if (keys.length === 1) return this.base + keys[0];
    return `${this.base}?${keys.map((key) => `tile=${key}`).join("&")}`;
  }

  /**
   * @param {Batch} batch
   * @param {string} key
   * @param {number} said
   * @param {Tile | null} tile
   */
  take(batch, key, said, tile) {
    const entry = this.entries.get(key);
    if (!entry || entry.batch !== batch || !batch.left.delete(key)) return;
    entry.batch = null;
    if (!tile) {
      this.fail(entry, said);
      return;
    }
    Object.assign(entry, { state: "ready", tile, failures: 0 });
    entry.settle();
    this.changed();
  }

  /**
   * @param {Entry} entry
   * @param {number} said
   */
  fail(entry, said) {
    entry.failures++;
    if (entry.failures < MOST_TRIES && said !== SAYS.outside) return;
    entry.state = "failed";
    entry.settle();
    const wait = Math.min(
      FIRST_RETRY_MS * 2 ** Math.max(0, entry.failures - MOST_TRIES),
      LONGEST_RETRY_MS,
    );
    entry.retryAt = said === SAYS.outside ? Number.POSITIVE_INFINITY : performance.now() + wait;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => this.changed(), wait + 1);
    // Outside of a browser a timer keeps the program from ending.
    /** @type {any} */ (this.retryTimer).unref?.();
  }

  /**
   * What an answer's end means for the tiles that were not in it.
   * @param {Batch} batch
   * @param {import("./tile-loader.js").Ending | "given up"} ending
   */
  end(batch, ending) {
    for (const key of batch.left) {
      const entry = this.entries.get(key);
      if (entry?.batch !== batch) continue;
      entry.batch = null;
      if (ending === "refused") this.fail(entry, SAYS.unreadable);
      else if (entry.isPinned) this.giveUp(key, entry);
    }
    batch.left.clear();
  }

  /** Forgets what has not been looked at for longest; never what the view shows. */
  drop() {
    const ready = [...this.entries].filter(([, { state }]) => state === "ready");
    let bytes = ready.reduce((sum, [, { tile }]) => sum + ITEM_BYTES * (tile?.length ?? 0), 0);
    let count = this.entries.size;
    if (count <= MOST_ENTRIES && bytes <= MOST_BYTES) return;
    for (const [key, { tile, usedAt }] of ready.sort((a, b) => a[1].usedAt - b[1].usedAt)) {
      if ((count <= MOST_ENTRIES && bytes <= MOST_BYTES) || usedAt > this.viewedAt) return;
      this.entries.delete(key);
      bytes -= ITEM_BYTES * (tile?.length ?? 0);
      count--;
    }
  }

  get isLoading() {
    return this.underWay > 0;
  }
}
