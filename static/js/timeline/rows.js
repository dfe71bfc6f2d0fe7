/** Which rows are shown, where they lie and how high they are. */

/**
 * @typedef {{id: number, key: string, group: string, kind: string, name: string, part: number, core: number, table: string, rows: number, lanes: number, deepest: number, start_ns: number, end_ns: number, capacity: number}} Track
 * @typedef {{id: string, slug: string, title: string, subtitle: string, kind: string, part: number, core: number, tracks: number[], rows: number}} Group
 * @typedef {{profile?: string, run?: number, duration_ns: number, tile_buckets: number, row_tile_buckets: number, levels: {level: number, bucket_ns: number}[], parts: {part: number, name: string, span_ns: number, clock: string}[], groups: Group[], tracks: Track[], labels: Record<string, string[]>, notices: {code: string, message: string, count: number}[]}} TimelineDocument
 * @typedef {{kind: "head" | "track", group: Group, track: Track | null, y: number, height: number, lanes: number}} Row
 */

export const HEAD_HEIGHT = 21;
const CLOCK_HEIGHT = 24;
const ENGINE_HEIGHT = 24;
const LANE_HEIGHT = 17;
const QUEUE_HEIGHT = 22;
const QUEUE_NEAR_HEIGHT = 54;
const DMA_ENGINE_HEIGHT = 14;
const GROUP_ORDER = ["errors", "clock", "core", "dma", "dma_engines"];

/**
 * Groups to show, in their order; DMA by queue or by engine.
 * @param {TimelineDocument} document
 * @param {"queue" | "engine"} dma
 * @returns {Group[]}
 */
export function shownGroups(document, dma) {
  const hidden = dma === "queue" ? "dma_engines" : "dma";
  return document.groups
    .filter((group) => group.kind !== hidden && group.tracks.length > 0)
    .map((group, place) => ({ group, place }))
    .sort(
      (a, b) =>
        a.group.part - b.group.part ||
        GROUP_ORDER.indexOf(a.group.kind) - GROUP_ORDER.indexOf(b.group.kind) ||
        a.place - b.place,
    )
    .map(({ group }) => group);
}

/**
 * Tracks of a group in the order in which a person meets them.
 * @param {TimelineDocument} document
 * @param {Group} group
 * @returns {Track[]}
 */
export function shownTracks(document, group) {
  const order = ["Tensor", "TensorMatrix", "Vector", "Scalar", "GpSimd", "Sync"];
  const tracks = group.tracks.map((id) => document.tracks[id]);
  if (group.kind !== "core") return tracks.filter((track) => track.rows > 0);
  return [...tracks].sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
}

/**
 * @param {Track} track
 * @param {number} lanes lanes to draw; 1 means a skyline
 * @returns {number}
 */
export function trackHeight(track, lanes) {
  if (track.kind === "clock") return CLOCK_HEIGHT;
  if (track.kind === "dma_engine") return DMA_ENGINE_HEIGHT;
  if (track.kind === "dma_queue") return lanes > 1 ? QUEUE_NEAR_HEIGHT : QUEUE_HEIGHT;
  return lanes > 1 ? 6 + lanes * LANE_HEIGHT : ENGINE_HEIGHT;
}

/**
 * Every row with its place; closed groups keep their head only.
 * @param {TimelineDocument} document
 * @param {{dma: "queue" | "engine", closed: Set<string>, lanes: Map<number, number>}} state
 * @returns {{rows: Row[], height: number}}
 */
export function layoutRows(document, state) {
  /** @type {Row[]} */
  const rows = [];
  let y = 0;
  for (const group of shownGroups(document, state.dma)) {
    const isBare = group.kind === "clock" || group.kind === "errors";
    if (!isBare) {
      rows.push({ kind: "head", group, track: null, y, height: HEAD_HEIGHT, lanes: 0 });
      y += HEAD_HEIGHT;
      if (state.closed.has(group.id)) continue;
    }
    for (const track of shownTracks(document, group)) {
      const lanes = state.lanes.get(track.id) ?? 1;
      const height = trackHeight(track, lanes);
      rows.push({ kind: "track", group, track, y, height, lanes });
      y += height;
    }
  }
  return { rows, height: y };
}

/**
 * The row at a height, or null.
 * @param {Row[]} rows
 * @param {number} y
 * @returns {Row | null}
 */
export function rowAt(rows, y) {
  let low = 0;
  let high = rows.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const row = rows[middle];
    if (y < row.y) high = middle - 1;
    else if (y >= row.y + row.height) low = middle + 1;
    else return row;
  }
  return null;
}
