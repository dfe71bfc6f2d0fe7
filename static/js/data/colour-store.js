/** Colours of tiles in a mode: which name each slice and each cell has, asked for tile by tile. */

/** @typedef {{name: string, sum_ns: number, count: number}} ColourName */
/** Codes by `sliceKey` and `cellKey`; of a tile with too many rows none. @typedef {{codes: Map<number, number>, isComplete: boolean}} TileCodes */

const HEAD_BYTES = 8;
const MOST_UNDER_WAY = 3;
const MOST_TILES = 300;
const CELL = 2 ** 49;

/**
 * @param {number} track
 * @param {number} row
 * @returns {number}
 */
export function sliceKey(track, row) {
  return track * 2 ** 32 + row;
}

/**
 * @param {number} track
 * @param {number} lane
 * @param {number} bucket
 * @returns {number}
 */
export function cellKey(track, lane, bucket) {
  return CELL + (track * 256 + lane) * 65_536 + bucket;
}

/**
 * Reads an answer: u32 items, u32 complete, then row u32, track, bucket, code u16, lane u8.
 * @param {ArrayBuffer} bytes
 * @returns {TileCodes}
 */
export function decodeColours(bytes) {
  const [count = 0, complete] = new Uint32Array(bytes.slice(0, HEAD_BYTES));
  const row = new Uint32Array(bytes, HEAD_BYTES, count);
  const shorts = (/** @type {number} */ place) =>
    new Uint16Array(bytes, HEAD_BYTES + 4 * count + 2 * count * place, count);
  const [track, bucket, code] = [shorts(0), shorts(1), shorts(2)];
  const lane = new Uint8Array(bytes, HEAD_BYTES + 10 * count, count);
  /** @type {Map<number, number>} */
  const codes = new Map();
  for (let at = 0; at < count; at++) {
    const isSlice = bucket[at] === 65_535;
    const key = isSlice ? sliceKey(track[at], row[at]) : cellKey(track[at], lane[at], bucket[at]);
    codes.set(key, code[at]);
  }
  return { codes, isComplete: complete === 1 };
}

export class ColourStore {
  /**
   * @param {string} base address of the run's colours, with a slash at the end
   * @param {() => void} changed told when something has come
   * @param {typeof fetch} [fetcher]
   */
  constructor(base, changed, fetcher = window.fetch.bind(window)) {
    this.base = base;
    this.changed = changed;
    this.fetcher = fetcher;
    this.mode = "";
    /** @type {ColourName[] | null} */
    this.names = null;
    this.hasFailed = false;
    /** What is on its way is null. @type {Map<string, TileCodes | null>} */
    this.tiles = new Map();
    /** @type {string[]} */
    this.queue = [];
    this.underWay = 0;
  }

  /** @param {string} mode empty for none */
  async choose(mode) {
    this.mode = mode;
    this.names = null;
    this.hasFailed = false;
    this.tiles.clear();
    this.queue = [];
    if (!mode) return;
    try {
      const answer = await this.fetcher(`${this.base}${mode}/`);
      if (!answer.ok) throw new Error(String(answer.status));
      const { names } = await answer.json();
      if (this.mode === mode) this.names = names;
    } catch {
      if (this.mode === mode) this.hasFailed = true;
    }
    if (this.mode === mode) this.changed();
  }

  /**
   * The codes of a tile, or null while they are not there; they are asked for.
   * @param {string} key `<group>/<level>/<index>`
   * @returns {TileCodes | null}
   */
  get(key) {
    const found = this.tiles.get(key);
    if (found === undefined && !this.queue.includes(key)) {
      this.queue.push(key);
      this.pump();
    } else if (found) {
      // What was looked at last is dropped last.
      this.tiles.delete(key);
      this.tiles.set(key, found);
    }
    return found ?? null;
  }

  pump() {
    while (this.underWay < MOST_UNDER_WAY && this.queue.length > 0) {
      // The view has moved on from what was asked for first.
      const key = this.queue.pop();
      if (key !== undefined) void this.load(key, this.mode);
    }
  }

  /**
   * @param {string} key
   * @param {string} mode
   */
  async load(key, mode) {
    this.underWay++;
    this.tiles.set(key, null);
    /** @type {TileCodes | null} */
    let found = null;
    try {
      const answer = await this.fetcher(`${this.base}${mode}/${key}`);
      if (answer.ok) found = decodeColours(await answer.arrayBuffer());
    } catch {
      // Without an answer the tile keeps no colours of the mode; the legend says so.
    }
    this.underWay--;
    if (this.mode === mode) {
      this.tiles.set(key, found ?? { codes: new Map(), isComplete: false });
      this.drop();
      this.changed();
    }
    this.pump();
  }

  drop() {
    for (const [key, tile] of this.tiles) {
      if (this.tiles.size <= MOST_TILES) return;
      if (tile) this.tiles.delete(key);
    }
  }
}
