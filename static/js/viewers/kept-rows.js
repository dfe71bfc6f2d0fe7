/** How a person likes the rows, kept in the browser: one answer for all profiles of a kind. */

import { choicesOf, heightsText, readHeights } from "../timeline/row-choices.js";

/** @typedef {import("../timeline/row-choices.js").RowChoices} RowChoices */

const MOST_KEYS = 2000;

/**
 * @param {unknown} value
 * @returns {string[]}
 */
function texts(value) {
  if (!Array.isArray(value)) return [];
  return value.filter((one) => typeof one === "string").slice(-MOST_KEYS);
}

/**
 * @param {"system" | "device"} kind of profile
 * @param {Pick<Storage, "getItem">} [storage]
 * @returns {{choices: RowChoices, more: Record<string, unknown>}} what was kept and makes sense
 */
export function readKeptRows(kind, storage) {
  try {
    const kept = JSON.parse((storage ?? localStorage).getItem(`timeline.${kind}`) ?? "{}");
    const { hidden, pinned, order, heights, ...more } = kept;
    const choices = choicesOf({
      ...{ hidden: new Set(texts(hidden)), pinned: texts(pinned), order: texts(order) },
      heights: readHeights(texts(heights)),
    });
    return { choices, more };
  } catch {
    return { choices: choicesOf(), more: {} };
  }
}

/**
 * @param {"system" | "device"} kind
 * @param {RowChoices} choices
 * @param {Record<string, unknown>} [more] what else to keep of this kind
 * @param {Pick<Storage, "setItem">} [storage]
 */
export function keepRows(kind, { hidden, pinned, order, heights }, more = {}, storage = undefined) {
  const heightTexts = heightsText(heights).split(",").filter(Boolean);
  const kept = { ...more, hidden: [...hidden], pinned, order, heights: heightTexts };
  try {
    (storage ?? localStorage).setItem(`timeline.${kind}`, JSON.stringify(kept));
  } catch {
    // Without storage the rows are as they were at first, next time.
  }
}
