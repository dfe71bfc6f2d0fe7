/** The address is the view: ranges, selection and mode in the query, read and written. */

/** @typedef {import("../kit/scale.js").Range} Range */
/**
 * `closed` is null where the address says nothing of it.
 * @typedef {{range: Range | null, marked: Range | null, selected: {key: string, row: number} | null, dma: "queue" | "engine", closed: string[] | null, by?: string | null, hidden?: string[] | null, pinned?: readonly string[] | null, heights?: string[] | null, semaphores?: string[] | null, order?: number[] | null, isCpuShown?: boolean, finding?: string | null, back?: string | null}} Address
 */

/**
 * @param {string | null} text
 * @returns {Range | null}
 */
function readRange(text) {
  const found = /^(-?\d{1,15})-(-?\d{1,15})$/.exec(text ?? "");
  const start = Number(found?.[1]);
  const end = Number(found?.[2]);
  return found && end > start ? { start, end } : null;
}

/**
 * @param {Range} range
 * @returns {string}
 */
function rangeText({ start, end }) {
  return `${Math.round(start)}-${Math.round(end)}`;
}

/**
 * @param {URLSearchParams} query
 * @param {string} name
 * @returns {string[] | null} null where the address says nothing of it
 */
function listOf(query, name) {
  return query.has(name) ? (query.get(name) ?? "").split(",").filter(Boolean) : null;
}

/**
 * @param {string} search
 * @returns {Address}
 */
export function readAddress(search) {
  const query = new URLSearchParams(search);
  const order = query.get("order") ?? "";
  const selected = /^([\w/.|-]+):(\d{1,10})$/.exec(query.get("sel") ?? "");
  return {
    range: readRange(query.get("t")),
    marked: readRange(query.get("mark")),
    selected: selected ? { key: selected[1] ?? "", row: Number(selected[2]) } : null,
    dma: query.get("dma") === "engine" ? "engine" : "queue",
    closed: listOf(query, "closed"),
    by: query.get("by"),
    hidden: listOf(query, "hide"),
    pinned: listOf(query, "pin"),
    heights: listOf(query, "h"),
    semaphores: listOf(query, "sem"),
    order: /^\d{1,5}(\.\d{1,5})*$/.test(order) ? order.split(".").map(Number) : null,
    isCpuShown: query.get("cpu") === "1",
    finding: /^[\w.-]{1,80}$/.exec(query.get("finding") ?? "")?.[0] ?? null,
    back: query.get("back"),
  };
}

/**
 * @param {Address} address
 * @param {(query: URLSearchParams) => void} [more] adds what tools have to say
 * @returns {string} a query with a question mark, readable: `/`, `:` and `,` stay as they are
 */
export function writeAddress(address, more) {
  const { range, marked, selected, dma, closed, by, hidden, pinned, back } = address;
  const { semaphores, order, heights } = address;
  const query = new URLSearchParams();
  if (range) query.set("t", rangeText(range));
  if (marked) query.set("mark", rangeText(marked));
  if (selected) query.set("sel", `${selected.key}:${selected.row}`);
  if (dma === "engine") query.set("dma", "engine");
  if (closed) query.set("closed", closed.join(","));
  if (by) query.set("by", by);
  if (hidden?.length) query.set("hide", hidden.join(","));
  if (pinned?.length) query.set("pin", pinned.join(","));
  const high = heights?.filter(Boolean).join(",");
  if (high) query.set("h", high);
  if (semaphores?.length) query.set("sem", semaphores.join(","));
  if (order?.length) query.set("order", order.join("."));
  if (address.isCpuShown) query.set("cpu", "1");
  if (address.finding) query.set("finding", address.finding);
  if (back) query.set("back", back);
  more?.(query);
  const text = query
    .toString()
    .replaceAll("%2F", "/")
    .replaceAll("%3A", ":")
    .replaceAll("%2C", ",");
  return text ? `?${text}` : "";
}

/**
 * What an address calls a finding: its rule, and which one of that rule from the second on.
 * @template {{rule: string}} Named
 * @param {Named[]} list all findings of the profile
 * @param {Named} finding
 * @returns {string} idle_gap, idle_gap.2
 */
export function findingName(list, finding) {
  const place = list.filter(({ rule }) => rule === finding.rule).indexOf(finding);
  return place > 0 ? `${finding.rule}.${place + 1}` : finding.rule;
}
