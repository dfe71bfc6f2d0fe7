/** How a person likes the rows of system timelines, kept in the browser: one answer for all of them. */

import { groupingOf } from "../../timeline/system-heads.js";

/** @typedef {import("../../timeline/system-rows.js").Arrangement} Arrangement */

const PLACE = "timeline.system";
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
 * @param {Pick<Storage, "getItem">} [storage]
 * @returns {Partial<Arrangement>} what was kept and makes sense
 */
export function readKept(storage) {
  try {
    const kept = JSON.parse((storage ?? localStorage).getItem(PLACE) ?? "{}");
    return {
      grouping: groupingOf(kept.grouping),
      hidden: new Set(texts(kept.hidden)),
      pinned: texts(kept.pinned),
      order: texts(kept.order),
      isCpuShown: kept.isCpuShown === true,
    };
  } catch {
    return {};
  }
}

/**
 * @param {Arrangement} arrangement
 * @param {Pick<Storage, "setItem">} [storage]
 */
export function keep({ grouping, hidden, pinned, order, isCpuShown }, storage) {
  const kept = { grouping, hidden: [...hidden], pinned, order, isCpuShown };
  try {
    (storage ?? localStorage).setItem(PLACE, JSON.stringify(kept));
  } catch {
    // Without storage the rows are as they were at first, next time.
  }
}
