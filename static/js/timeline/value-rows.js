/** Rows of values under the tracks of a device: which there are, in which group and how high. */

/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("./rows.js").Group} Group */
/** @typedef {import("./rows.js").Series} Series */
/** @typedef {{group: Group, rows: Series[][]}} ValueGroup */

/** Least and most pixels of a row of values, and of a semaphore. */
export const VALUE_HEIGHT = /** @type {[number, number]} */ ([36, 44]);
export const SEMAPHORE_HEIGHT = /** @type {[number, number]} */ ([18, 18]);

/**
 * Semaphores that can be chosen.
 * @param {TimelineDocument} document
 * @returns {Series[]}
 */
export function semaphoresOf(document) {
  return (document.series ?? []).filter(({ group }) => group === "semaphores");
}

/**
 * The groups of a part's value rows, core by core: chosen semaphores, then memory and throughput.
 * A row has several series where it has lanes.
 * @param {TimelineDocument} document
 * @param {number} part
 * @param {ReadonlySet<string>} chosen ids of semaphores
 * @returns {ValueGroup[]}
 */
export function valueGroups(document, part, chosen) {
  const own = (document.series ?? []).filter((series) => series.part === part);
  const cores = [...new Set(own.map(({ core }) => core ?? 0))].sort((a, b) => a - b);
  return cores.flatMap((core) => {
    const ofCore = own.filter((series) => (series.core ?? 0) === core);
    const semaphores = ofCore.filter(({ group, id }) => group === "semaphores" && chosen.has(id));
    const values = ofCore.filter(({ group }) => group === "values");
    return [
      groupOf("semaphores", part, core, semaphores),
      groupOf("values", part, core, values),
    ].filter(({ rows }) => rows.length > 0);
  });
}

/**
 * @param {"semaphores" | "values"} kind
 * @param {number} part
 * @param {number} core
 * @param {Series[]} series
 * @returns {ValueGroup}
 */
function groupOf(kind, part, core, series) {
  /** @type {Map<string, Series[]>} */
  const rows = new Map();
  for (const one of series) {
    const key = one.row ?? one.id;
    rows.set(key, [...(rows.get(key) ?? []), one]);
  }
  const subtitle = kind === "values" ? "values over time" : "semaphores";
  const id = `p${part}/${kind}${core}`;
  const group = { id, slug: id, title: `Core ${core}`, subtitle, kind, part, core, tracks: [] };
  return { group: { ...group, rows: 0 }, rows: [...rows.values()] };
}
