/** The answer that holds the tiles of a view: frames behind each other, read as they arrive. */

/** What a frame says of a tile; the numbers of the server. */
export const SAYS = /** @type {const} */ ({
  tile: 0,
  unreadable: 1,
  outside: 2,
  leftOut: 3,
  end: 4,
});

const HEAD = 8;
const ALIGNMENT = 8;
const LEAST_ROOM = 1 << 16;

/** @typedef {{place: number, said: number, body: Uint8Array}} Frame */

/** Gathers bytes and gives the frames that are whole. */
export class FrameReader {
  constructor() {
    this.bytes = new Uint8Array(LEAST_ROOM);
    this.from = 0;
    this.to = 0;
    this.isOver = false;
  }

  /** @param {Uint8Array} piece */
  add(piece) {
    if (this.to + piece.length > this.bytes.length) {
      const held = this.to - this.from;
      const wider = new Uint8Array(Math.max(2 * held, held + piece.length, LEAST_ROOM));
      wider.set(this.bytes.subarray(this.from, this.to));
      this.bytes = wider;
      this.from = 0;
      this.to = held;
    }
    this.bytes.set(piece, this.to);
    this.to += piece.length;
  }

  /**
   * The next frame; null until more has come. Its body is valid until bytes are added.
   * @returns {Frame | null}
   */
  next() {
    if (this.isOver || this.to - this.from < HEAD) return null;
    const head = new DataView(this.bytes.buffer, this.from, HEAD);
    const size = head.getUint32(4, true);
    const whole = HEAD + size + ((ALIGNMENT - (size % ALIGNMENT)) % ALIGNMENT);
    if (this.to - this.from < whole) return null;
    const begin = this.from + HEAD;
    this.from += whole;
    const said = head.getUint16(2, true);
    if (said === SAYS.end) this.isOver = true;
    return {
      place: head.getUint16(0, true),
      said,
      body: this.bytes.subarray(begin, begin + size),
    };
  }
}
