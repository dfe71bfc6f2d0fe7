/** Chance that can be repeated: the same seed gives the same numbers. */

import { makeRandom } from "./make-tile.js";

const PARTS = 2 ** 30;

/**
 * @param {number} seed
 * @returns {() => number} numbers from 0 up to, not including, 1
 */
export function seeded(seed) {
  const below = makeRandom(seed);
  return () => below(PARTS) / PARTS;
}

/**
 * A whole number from `least` up to and including `most`.
 * @param {() => number} chance
 * @param {number} least
 * @param {number} most
 * @returns {number}
 */
export function whole(chance, least, most) {
  return least + Math.floor(chance() * (most - least + 1));
}
