/** How a person likes the rows of a timeline: hidden, pinned, in which order, how high. */

/**
 * Rows by key. `order` holds those that were moved, among the rows they stand with; `heights` are
 * CSS pixels.
 * @typedef {{hidden: ReadonlySet<string>, pinned: readonly string[], order: readonly string[], heights: ReadonlyMap<string, number>}} RowChoices
 */

export const LEAST_HEIGHT = 14;
export const MOST_HEIGHT = 240;
export const HEIGHT_STEP = 8;

/**
 * @param {Partial<RowChoices>} [changes]
 * @returns {RowChoices}
 */
export function choicesOf(changes = {}) {
  return { hidden: new Set(), pinned: [], order: [], heights: new Map(), ...changes };
}

/**
 * @param {RowChoices} choices
 * @returns {boolean} whether nothing was chosen
 */
export function isStart({ hidden, pinned, order, heights }) {
  return hidden.size + pinned.length + order.length + heights.size === 0;
}

/**
 * @param {readonly string[]} keys
 * @param {string} key
 * @returns {string[]} without the key where it was among them, else with it
 */
export function toggled(keys, key) {
  return keys.includes(key) ? keys.filter((one) => one !== key) : [...keys, key];
}

/**
 * @param {ReadonlySet<string>} keys
 * @param {string} key
 * @param {boolean} [isIn] whether it shall be among them; the other way round if absent
 * @returns {Set<string>}
 */
export function flipped(keys, key, isIn = !keys.has(key)) {
  const found = new Set(keys);
  if (isIn) found.add(key);
  else found.delete(key);
  return found;
}

/**
 * @param {string[]} keys
 * @param {string} key
 * @param {string} before
 * @returns {string[]} with the key before another one
 */
export function placedBefore(keys, key, before) {
  const others = keys.filter((one) => one !== key);
  const at = others.indexOf(before);
  if (at < 0) return keys;
  others.splice(at, 0, key);
  return others;
}

/**
 * @param {string[]} keys
 * @param {string} key
 * @param {1 | -1} step
 * @returns {string[] | null} with the key one place on; null where there is none
 */
export function stepped(keys, key, step) {
  const at = keys.indexOf(key);
  const to = at + step;
  if (at < 0 || to < 0 || to >= keys.length) return null;
  const found = [...keys];
  found.splice(to, 0, ...found.splice(at, 1));
  return found;
}

/**
 * Things in the order that was chosen; those that were not moved keep their places behind.
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {readonly string[]} order
 * @returns {Item[]}
 */
export function inOrder(items, keyOf, order) {
  if (order.length === 0) return items;
  const given = new Map(order.map((key, place) => [key, place]));
  const place = (/** @type {Item} */ item, /** @type {number} */ at) =>
    given.get(keyOf(item)) ?? order.length + at;
  return items
    .map((item, at) => ({ item, at: place(item, at) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

/**
 * @param {ReadonlyMap<string, number>} heights
 * @param {string} key
 * @param {number | null} height pixels; null for the row's own
 * @returns {Map<string, number>}
 */
export function resized(heights, key, height) {
  const found = new Map(heights);
  if (height === null || !Number.isFinite(height)) found.delete(key);
  else found.set(key, Math.round(Math.min(Math.max(height, LEAST_HEIGHT), MOST_HEIGHT)));
  return found;
}

/**
 * @param {ReadonlyMap<string, number>} heights
 * @returns {string} for an address: `60:p0/c0/tensor,30:p0/c0/vector`
 */
export function heightsText(heights) {
  return [...heights].map(([key, height]) => `${height}:${key}`).join(",");
}

/**
 * @param {string[] | null} texts
 * @returns {Map<string, number>}
 */
export function readHeights(texts) {
  /** @type {ReadonlyMap<string, number>} */
  let found = new Map();
  for (const text of texts ?? []) {
    const [, height, key] = /^(\d{1,4}):(.+)$/.exec(text) ?? [];
    if (key) found = resized(found, key, Number(height));
  }
  return new Map(found);
}

/**
 * The key by which a row is chosen; null for heads and what stands for other rows.
 * @param {import("./rows.js").Row} row
 * @returns {string | null}
 */
export function keyOfRow({ kind, track, series, values }) {
  if (kind === "track") return track?.key ?? null;
  if (kind === "values") return values ? valuesKey(values) : null;
  return series ? `series/${series.id}` : null;
}

/**
 * @param {import("./rows.js").Series[]} values a row of values, a series a lane
 * @returns {string}
 */
export function valuesKey(values) {
  return `series/${values[0].row ?? values[0].id}`;
}
