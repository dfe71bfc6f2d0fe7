/** What a row consists of before it is painted: bars by their edges, and sums over columns. */

import { COLUMN_PX } from "../kit/scale.js";

/** Bars of one row in device pixels, in the order of their slices; no object a bar. */
export class Bars {
  constructor() {
    this.length = 0;
    this.room = 1024;
    this.x0 = new Int32Array(this.room);
    this.x1 = new Int32Array(this.room);
    this.lane = new Uint8Array(this.room);
    this.colour = new Uint8Array(this.room);
    this.label = new Uint16Array(this.room);
    this.ns = new Float64Array(this.room);
    this.stale = new Uint8Array(this.room);
  }

  clear() {
    this.length = 0;
  }

  /**
   * @param {number} x0
   * @param {number} x1
   * @param {number} lane
   * @param {number} colour
   * @param {number} label
   * @param {number} ns
   * @param {boolean} isStale
   */
  add(x0, x1, lane, colour, label, ns, isStale) {
    if (this.length === this.room) this.grow();
    const at = this.length++;
    this.x0[at] = x0;
    this.x1[at] = x1;
    this.lane[at] = lane;
    this.colour[at] = colour;
    this.label[at] = label;
    this.ns[at] = ns;
    this.stale[at] = isStale ? 1 : 0;
  }

  grow() {
    this.room *= 2;
    const wider = (/** @type {any} */ old) => {
      const made = new old.constructor(this.room);
      made.set(old);
      return made;
    };
    this.x0 = wider(this.x0);
    this.x1 = wider(this.x1);
    this.lane = wider(this.lane);
    this.colour = wider(this.colour);
    this.label = wider(this.label);
    this.ns = wider(this.ns);
    this.stale = wider(this.stale);
  }
}

/** Sums over columns two pixels wide, used again for every row. */
export class Columns {
  /** @param {number} width pixels */
  constructor(width) {
    const count = Math.ceil(width / COLUMN_PX) + 1;
    this.count = new Uint32Array(count);
    this.busy = new Float64Array(count);
    this.most = new Float64Array(count);
    this.colour = new Uint8Array(count);
    this.label = new Uint16Array(count);
    this.start = new Float64Array(count);
    this.duration = new Float64Array(count);
    this.stale = new Uint8Array(count);
    this.length = count;
  }

  clear() {
    this.count.fill(0);
    this.busy.fill(0);
    this.most.fill(-1);
    this.stale.fill(0);
  }

  /**
   * Takes in a cell, or a slice that has to share columns.
   * @param {number} column
   * @param {number} count slices that begin here
   * @param {number} busy ns in this column
   * @param {number} colour
   * @param {number} label of the longest slice
   * @param {number} start of the longest slice
   * @param {number} duration of the longest slice
   * @param {boolean} isStale
   */
  add(column, count, busy, colour, label, start, duration, isStale) {
    if (column < 0 || column >= this.length) return;
    this.count[column] += count;
    this.busy[column] += busy;
    if (busy > this.most[column]) {
      this.most[column] = busy;
      this.colour[column] = colour;
    }
    if (count > 0) {
      this.start[column] = start;
      this.duration[column] = duration;
      this.label[column] = label;
    }
    if (isStale) this.stale[column] = 1;
  }

  /**
   * A slice's time given to every column it covers.
   * @param {number} origin ns at the left edge
   * @param {number} perColumn ns
   * @param {number} from ns
   * @param {number} length ns
   * @param {number} colour
   * @param {number} label
   * @param {boolean} isStale
   */
  spread(origin, perColumn, from, length, colour, label, isStale) {
    if (from < origin && from + length <= origin) return;
    // What began left of the view counts where it comes into it, as a bar does.
    const home = Math.max(0, Math.floor((from - origin) / perColumn));
    const last = Math.min(this.length - 1, Math.floor((from + length - origin) / perColumn));
    for (let column = home; column <= last; column++) {
      const begin = Math.max(from, origin + column * perColumn);
      const end = Math.min(from + length, origin + (column + 1) * perColumn);
      const busy = Math.max(0, end - begin);
      this.add(column, column === home ? 1 : 0, busy, colour, label, from, length, isStale);
    }
  }
}

/** How much of each column is covered, by all lanes together: for a row's busy share. */
export class Coverage {
  /** @param {number} width pixels */
  constructor(width) {
    this.covered = new Float64Array(Math.ceil(width / COLUMN_PX) + 1);
  }

  clear() {
    this.covered.fill(0);
  }

  /**
   * @param {number} origin ns at the left edge
   * @param {number} perColumn ns
   * @param {number} from ns
   * @param {number} length ns
   * @param {number} density covered part of that time
   */
  add(origin, perColumn, from, length, density) {
    const { covered } = this;
    const first = Math.max(0, Math.floor((from - origin) / perColumn));
    const last = Math.min(covered.length - 1, Math.floor((from + length - origin) / perColumn));
    for (let column = first; column <= last; column++) {
      const begin = Math.max(from, origin + column * perColumn);
      const end = Math.min(from + length, origin + (column + 1) * perColumn);
      covered[column] += Math.max(0, end - begin) * density;
    }
  }

  /**
   * Covered time in view, ns; what overlaps within a column counts once.
   * @param {number} perColumn ns
   * @param {number} capacity slices that can run at once
   * @returns {number}
   */
  total(perColumn, capacity) {
    let sum = 0;
    for (const covered of this.covered) sum += Math.min(covered, perColumn * capacity);
    return sum;
  }
}
