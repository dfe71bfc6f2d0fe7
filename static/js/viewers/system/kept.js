/** How a person likes the rows of system timelines, and what else of them is kept in the browser. */

import { groupingOf } from "../../timeline/system-heads.js";
import { keepRows, readKeptRows } from "../kept-rows.js";

/** @typedef {import("../../timeline/system-rows.js").Arrangement} Arrangement */

/**
 * @param {Pick<Storage, "getItem">} [storage]
 * @returns {Partial<Arrangement>} what was kept and makes sense
 */
export function readKept(storage) {
  const { choices, more } = readKeptRows("system", storage);
  const grouping = typeof more.grouping === "string" ? more.grouping : null;
  return {
    ...choices,
    grouping: groupingOf(grouping),
    isCpuShown: more.isCpuShown === true,
  };
}

/**
 * @param {Arrangement} arrangement
 * @param {Pick<Storage, "setItem">} [storage]
 */
export function keep(arrangement, storage) {
  const { grouping, isCpuShown } = arrangement;
  keepRows("system", arrangement, { grouping, isCpuShown }, storage);
}
