/** The dependencies of one event as ends of arrows: which way, of what kind, how far away. */

/** @typedef {{row: number, opcode: string, track: string, core: number, start_ns: number, end_ns: number}} Place */
/** @typedef {Place & {kind: string, gap_ns: number}} Edge */
/** @typedef {{reason: "first" | "engine order" | "semaphore" | "transfer", by: Place | null, queue: string | null, released_ns: number | null, ready_ns: number, engine_free_ns: number | null, waited_ns: number | null}} Start */
/** @typedef {{row: number, has_edges: boolean, start: Start, waits_for: Edge[], waits_for_total: number, waited_for_by: Edge[], waited_for_by_total: number, released: Place[], released_total: number}} Dependencies */
/** @typedef {"flow" | "anti" | "output" | "order" | "semaphore" | "transfer" | "engine" | "unknown"} Kind */
/**
 * The other end of an edge. `isHandOver` says that it is what let the later one go on; `gap` is ns
 * between the two, below zero where they overlap.
 * @typedef {{place: Place, isIncoming: boolean, kind: Kind, gap: number, isHandOver: boolean}} End
 */

export const MOST_ARROWS = 24;

const KINDS = /** @type {Record<string, Kind>} */ ({
  FLOW_DEPENDENCE: "flow",
  ANTI_DEPENDENCE: "anti",
  OUTPUT_DEPENDENCE: "output",
  ORDERED: "order",
});

/**
 * The short name of a kind as the compiler writes it.
 * @param {string} text
 * @returns {Kind}
 */
export function kindOf(text) {
  return KINDS[text] ?? "unknown";
}

/**
 * Every edge of an event: those that the compiler names, and who let whom go on. A hand-over
 * between two that an edge ties anyway is no edge of its own.
 * @param {Dependencies} found
 * @param {{start: number, duration: number}} event the one they are of
 * @returns {End[]}
 */
export function endsOf({ start, waits_for: before, waited_for_by: after, released }, event) {
  const compiled = (/** @type {Edge} */ edge, /** @type {boolean} */ isIncoming) => ({
    ...{ place: edge, isIncoming, kind: kindOf(edge.kind), gap: edge.gap_ns, isHandOver: false },
  });
  /** @type {End[]} */
  const ends = [
    ...before.map((edge) => compiled(edge, true)),
    ...after.map((edge) => compiled(edge, false)),
  ];
  const handOver = (
    /** @type {Place} */ place,
    /** @type {boolean} */ isIncoming,
    /** @type {Kind} */ kind,
  ) => {
    const own = ends.filter((end) => end.isIncoming === isIncoming && end.place.row === place.row);
    for (const end of own) end.isHandOver = true;
    if (own.length > 0) return;
    const gap = isIncoming
      ? event.start - place.end_ns
      : place.start_ns - event.start - event.duration;
    ends.push({ place, isIncoming, kind, gap, isHandOver: true });
  };
  const { by, reason } = start;
  if (by && (reason === "semaphore" || reason === "transfer")) handOver(by, true, reason);
  for (const place of released) handOver(place, false, "semaphore");
  return ends;
}

/**
 * The nearest ends, one for each event and way, and those that are left over.
 * @param {End[]} ends
 * @param {number} [most]
 * @returns {{near: End[], rest: End[]}}
 */
export function nearest(ends, most = MOST_ARROWS) {
  /** @type {Map<string, End>} */
  const byEvent = new Map();
  for (const end of ends) {
    const key = `${end.isIncoming}${end.place.row}`;
    if (!byEvent.has(key)) byEvent.set(key, end);
  }
  const order = [...byEvent.values()].sort((a, b) => Math.abs(a.gap) - Math.abs(b.gap));
  return { near: order.slice(0, most), rest: order.slice(most) };
}

/** @typedef {"left" | "right" | "above" | "below"} Side */
/** @typedef {{side: Side, ends: End[], text: string}} Edgeward */

const WORDS = /** @type {Record<Side, (count: string) => string>} */ ({
  left: (count) => `← ${count} earlier`,
  right: (count) => `${count} later →`,
  above: (count) => `↑ ${count} above`,
  below: (count) => `↓ ${count} below`,
});

/**
 * What is not drawn, by the edge of the view beyond which it lies; of each the nearest first.
 * @param {End[]} ends
 * @param {(end: End) => Side} sideOf
 * @returns {Edgeward[]}
 */
export function edgewards(ends, sideOf) {
  /** @type {Map<Side, End[]>} */
  const sides = new Map();
  for (const end of ends) {
    const side = sideOf(end);
    const own = sides.get(side) ?? [];
    own.push(end);
    sides.set(side, own);
  }
  return [...sides].map(([side, own]) => {
    own.sort((a, b) => Math.abs(a.gap) - Math.abs(b.gap));
    return { side, ends: own, text: WORDS[side](String(own.length)) };
  });
}

/**
 * The dependency that `,` or `.` leads to: the one aimed at, else who let the event go on, else the
 * nearest.
 * @param {End[]} ends
 * @param {boolean} isIncoming
 * @param {End | null} aimed
 * @returns {End | null}
 */
export function chosen(ends, isIncoming, aimed) {
  if (aimed && aimed.isIncoming === isIncoming) return aimed;
  return inOrder(ends, isIncoming)[0] ?? null;
}

/**
 * The dependency to aim at after another one, around and around.
 * @param {End[]} ends
 * @param {boolean} isIncoming
 * @param {End | null} aimed
 * @returns {End | null}
 */
export function nextAim(ends, isIncoming, aimed) {
  const own = inOrder(ends, isIncoming);
  if (own.length === 0) return null;
  const now = chosen(ends, isIncoming, aimed);
  return own[(own.findIndex(({ place }) => place === now?.place) + 1) % own.length];
}

/**
 * @param {End[]} ends
 * @param {boolean} isIncoming
 * @returns {End[]} one for each event, hand-overs first, then the nearest
 */
function inOrder(ends, isIncoming) {
  const { near } = nearest(
    ends.filter((end) => end.isIncoming === isIncoming),
    Number.POSITIVE_INFINITY,
  );
  return near.sort((a, b) => Number(b.isHandOver) - Number(a.isHandOver));
}

/**
 * The track that shows an instruction.
 * @param {import("./rows.js").TimelineDocument} document
 * @param {number} part
 * @param {{core: number, track: string}} place
 * @returns {import("./rows.js").Track | null}
 */
export function trackOf({ tracks }, part, { core, track }) {
  const isIt = (/** @type {import("./rows.js").Track} */ one) =>
    one.kind === "engine" && one.part === part && one.core === core && one.name === track;
  return tracks.find(isIt) ?? null;
}
