/** A whole chain of dependencies: how an address names it, and which of it can be drawn. */

/** @typedef {import("./dependency-ends.js").Place} Place */
/** @typedef {import("./dependency-ends.js").Kind} Kind */
/** @typedef {"back" | "forward"} Way */
/** @typedef {{part: number, table: "Instruction" | "DmaPacket", row: number, way: Way, depth: number}} Asked */
/** @typedef {Place & {depth: number, waited_ns: number | null}} ChainEvent */
/** @typedef {{before: number, after: number, kind: Kind, gap_ns: number, queue: string | null}} ChainEdge */
/** @typedef {{has_edges: boolean, events: ChainEvent[], edges: ChainEdge[], waited_ns: number, cut: "depth" | "events" | "time" | null, beyond: number, edges_left_out: number}} Chain */

export const USUAL_DEPTH = 5;
export const MOST_DEPTH = 1000;
export const MOST_DRAWN = 200;

/**
 * @param {Asked} asked
 * @returns {string} such as `back.5.p0.i123`; a packet's row begins with `d`
 */
export function chainName({ part, table, row, way, depth }) {
  return `${way}.${depth}.p${part}.${table === "Instruction" ? "i" : "d"}${row}`;
}

/**
 * @param {string | null} text
 * @returns {Asked | null}
 */
export function readChain(text) {
  const found = /^(back|forward)\.(\d{1,4})\.p(\d{1,4})\.([id])(\d{1,12})$/.exec(text ?? "");
  if (!found) return null;
  const [, way, depth, part, table, row] = found;
  return {
    way: way === "back" ? "back" : "forward",
    depth: depthOf(depth),
    part: Number(part),
    table: table === "i" ? "Instruction" : "DmaPacket",
    row: Number(row),
  };
}

/**
 * A depth as the server takes it.
 * @param {string} text
 * @returns {number}
 */
export function depthOf(text) {
  const depth = Math.round(Number(text));
  return Number.isFinite(depth) && depth > 0 ? Math.min(depth, MOST_DEPTH) : USUAL_DEPTH;
}

/**
 * The edges to draw: between two events one, the nearest first, so many at most.
 * @param {Chain} chain
 * @returns {ChainEdge[]}
 */
export function drawnEdges({ edges }) {
  /** @type {Map<string, ChainEdge>} */
  const found = new Map();
  for (const edge of edges) {
    const key = `${edge.before} ${edge.after}`;
    if (edge.before !== edge.after && !found.has(key)) found.set(key, edge);
  }
  return [...found.values()].sort((a, b) => Math.abs(a.gap_ns) - Math.abs(b.gap_ns));
}

/**
 * The shortest edge by which each event was reached, by its place; none for where it begins.
 * @param {Chain} chain
 * @param {Way} way
 * @returns {Map<number, ChainEdge>}
 */
export function reachedBy({ events, edges }, way) {
  /** @type {Map<number, ChainEdge>} */
  const found = new Map();
  for (const edge of edges) {
    const [from, to] = way === "back" ? [edge.after, edge.before] : [edge.before, edge.after];
    if (events[from].depth >= events[to].depth) continue;
    const known = found.get(to);
    if (!known || Math.abs(edge.gap_ns) < Math.abs(known.gap_ns)) found.set(to, edge);
  }
  return found;
}
