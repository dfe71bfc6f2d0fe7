/** Whether the server answers, since when it does not, and when to ask it again. */

const FIRST_MS = 500;
const LONGEST_MS = 5000;
const STALL_MS = 8000;
const LONGEST_STALL_MS = 30_000;

export class Connection {
  /**
   * @param {() => void} tryAgain called when it is time to
   * @param {() => number} [now] ms
   */
  constructor(tryAgain, now = Date.now) {
    this.tryAgain = tryAgain;
    this.now = now;
    /** @type {number | null} ms of the first failure in a row */
    this.lostSince = null;
    this.failures = 0;
    this.nextAt = 0;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
    globalThis.addEventListener?.("online", () => this.hurry());
  }

  /** Whether it should be said: one lost answer may be chance. */
  get isLost() {
    return this.failures > 1;
  }

  /** Whether to wait before anything is asked. */
  get isWaiting() {
    return this.failures > 0 && this.now() < this.nextAt;
  }

  /** How long an answer may be silent: longer each time, for a server that is only slow. */
  get stallMs() {
    return Math.min(STALL_MS * (1 + this.failures), LONGEST_STALL_MS);
  }

  /** An answer did not come. */
  failed() {
    this.lostSince ??= this.now();
    const wait = Math.min(FIRST_MS * 2 ** this.failures, LONGEST_MS);
    this.failures++;
    this.nextAt = this.now() + wait;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.tryAgain(), wait);
    // Outside of a browser a timer keeps the program from ending.
    /** @type {any} */ (this.timer).unref?.();
  }

  /**
   * An answer has come.
   * @returns {boolean} whether the connection had been lost
   */
  worked() {
    const wasLost = this.failures > 0;
    this.failures = 0;
    this.lostSince = null;
    clearTimeout(this.timer);
    return wasLost;
  }

  /** The browser says that there is a network again. */
  hurry() {
    if (this.failures === 0) return;
    clearTimeout(this.timer);
    this.nextAt = 0;
    this.tryAgain();
  }
}
