/** The address is the view: range, selection and mode in the query, read and written. */

/** @typedef {{range: {start: number, end: number} | null, selected: {part: number, table: string, row: number} | null, dma: "queue" | "engine", closed: string[]}} Address */

/**
 * @param {string} search
 * @returns {Address}
 */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const range = /^(-?\d+)-(\d+)$/.exec(query.get("t") ?? "");
  const selected = /^(\d+)\.([A-Za-z]+)\.(\d+)$/.exec(query.get("sel") ?? "");
  const start = Number(range?.[1]);
  const end = Number(range?.[2]);
  return {
    range: range && end > start ? { start, end } : null,
    selected: selected
      ? { part: Number(selected[1]), table: selected[2] ?? "", row: Number(selected[3]) }
      : null,
    dma: query.get("dma") === "engine" ? "engine" : "queue",
    closed: (query.get("closed") ?? "").split(",").filter(Boolean),
  };
}

/**
 * @param {Address} address
 * @returns {string} a query with a question mark
 */
export function writeAddress(address) {
  const query = new URLSearchParams();
  if (address.range) {
    query.set("t", `${Math.round(address.range.start)}-${Math.round(address.range.end)}`);
  }
  if (address.selected) {
    const { part, table, row } = address.selected;
    query.set("sel", `${part}.${table}.${row}`);
  }
  if (address.dma === "engine") query.set("dma", "engine");
  if (address.closed.length > 0) query.set("closed", address.closed.join(","));
  const text = query.toString();
  return text ? `?${text}` : "";
}
