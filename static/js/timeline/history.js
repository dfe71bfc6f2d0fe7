/** The views one has been at, to go back and forward; small moves count as one. */

const SAME_MS = 700;
const MOST = 100;

/** @typedef {{start: number, end: number}} Range */

export class ViewHistory {
  constructor() {
    /** @type {Range[]} */
    this.past = [];
    /** @type {Range[]} */
    this.future = [];
    this.movedAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * Remembers where the view was before it moves.
   * @param {Range} range
   * @param {number} nowMs
   * @param {{isStep?: boolean}} [how] a step stands for itself, however soon it comes
   */
  leave(range, nowMs, { isStep = false } = {}) {
    if (isStep || nowMs - this.movedAt > SAME_MS) {
      this.past.push({ ...range });
      if (this.past.length > MOST) this.past.shift();
      this.future = [];
    }
    this.movedAt = nowMs;
  }

  /**
   * @param {Range} now
   * @returns {Range | null}
   */
  back(now) {
    const found = this.past.pop() ?? null;
    if (found) this.future.push({ ...now });
    this.movedAt = Number.NEGATIVE_INFINITY;
    return found;
  }

  /**
   * @param {Range} now
   * @returns {Range | null}
   */
  forward(now) {
    const found = this.future.pop() ?? null;
    if (found) this.past.push({ ...now });
    this.movedAt = Number.NEGATIVE_INFINITY;
    return found;
  }
}
