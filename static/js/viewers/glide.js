/** A view that moves to another one little by little, or at once where motion is not wanted. */

/** @typedef {import("../kit/scale.js").Range} Range */

const GLIDE_MS = 140;

export class Glide {
  constructor() {
    /** Of the frame under way; 0 while nothing moves. */
    this.id = 0;
  }

  stop() {
    cancelAnimationFrame(this.id);
    this.id = 0;
  }

  /**
   * @param {Range} from
   * @param {Range} to
   * @param {(range: Range, isThere: boolean) => void} show
   */
  start(from, to, show) {
    this.stop();
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const began = performance.now();
    const step = () => {
      const part = still ? 1 : Math.min(1, (performance.now() - began) / GLIDE_MS);
      const eased = 1 - (1 - part) ** 3;
      const start = from.start + (to.start - from.start) * eased;
      const end = from.end + (to.end - from.end) * eased;
      this.id = part < 1 ? requestAnimationFrame(step) : 0;
      show(part < 1 ? { start, end } : to, part === 1);
    };
    step();
  }
}
