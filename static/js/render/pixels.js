/** A buffer of pixels and the few shapes a timeline is made of. */

const NARROW = 8;

export class Pixels {
  /**
   * @param {number} width
   * @param {number} height
   */
  constructor(width, height) {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.data = new Uint32Array(this.width * this.height);
  }

  /** @param {number} colour */
  clear(colour) {
    this.data.fill(colour);
  }

  /**
   * Whole pixels from (x0, y0) up to, not including, (x1, y1), cut at the edges.
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   * @param {number} colour
   */
  rect(x0, y0, x1, y1, colour) {
    const left = Math.max(0, x0);
    const right = Math.min(this.width, x1);
    if (right <= left) return;
    const top = Math.max(0, y0);
    const bottom = Math.min(this.height, y1);
    const { data, width } = this;
    const isNarrow = right - left <= NARROW;
    for (let from = top * width, end = bottom * width; from < end; from += width) {
      // A call costs more than a few pixels do.
      if (isNarrow) for (let x = from + left; x < from + right; x++) data[x] = colour;
      else data.fill(colour, from + left, from + right);
    }
  }

  /**
   * A rectangle with its four corner pixels left out: a radius of about 1.5.
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   * @param {number} colour
   */
  bar(x0, y0, x1, y1, colour) {
    if (x1 - x0 < 5 || y1 - y0 < 5) {
      this.rect(x0, y0, x1, y1, colour);
      return;
    }
    this.rect(x0 + 1, y0, x1 - 1, y0 + 1, colour);
    this.rect(x0, y0 + 1, x1, y1 - 1, colour);
    this.rect(x0 + 1, y1 - 1, x1 - 1, y1, colour);
  }

  /**
   * An outline one pixel wide.
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   * @param {number} colour
   */
  outline(x0, y0, x1, y1, colour) {
    this.rect(x0, y0, x1, y0 + 1, colour);
    this.rect(x0, y1 - 1, x1, y1, colour);
    this.rect(x0, y0, x0 + 1, y1, colour);
    this.rect(x1 - 1, y0, x1, y1, colour);
  }

  /**
   * Diagonal lines over a rectangle, one pixel wide and `every` pixels apart.
   * @param {number} x0
   * @param {number} y0
   * @param {number} x1
   * @param {number} y1
   * @param {number} colour
   * @param {number} every
   * @param {number} [shift] pixels to the right
   */
  hatch(x0, y0, x1, y1, colour, every, shift = 0) {
    const left = Math.max(0, x0);
    const right = Math.min(this.width, x1);
    const bottom = Math.min(this.height, y1);
    for (let y = Math.max(0, y0); y < bottom; y++) {
      const phase = (((shift - left - y) % every) + every) % every;
      for (let x = left + phase; x < right; x += every) this.data[y * this.width + x] = colour;
    }
  }

  /**
   * A dotted line one pixel high.
   * @param {number} x0
   * @param {number} x1
   * @param {number} y
   * @param {number} colour
   * @param {number} [every] pixels from dot to dot
   */
  dots(x0, x1, y, colour, every = 2) {
    if (y < 0 || y >= this.height) return;
    const right = Math.min(this.width, x1);
    const left = Math.max(0, x0);
    const from = y * this.width;
    for (let x = left + ((every - (left % every)) % every); x < right; x += every) {
      this.data[from + x] = colour;
    }
  }
}
