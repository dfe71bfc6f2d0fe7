/** Which rows are shown, where they lie and how high they are. */

import { inOrder, valuesKey } from "./row-choices.js";
import { SEMAPHORE_HEIGHT, VALUE_HEIGHT, valueGroups } from "./value-rows.js";

/**
 * Where a row of a system run comes from; what does not apply is null or absent.
 * @typedef {{instance?: string | null, process?: number | string | null, source?: string | null, thread?: number | string | null, stream?: string | null, nc?: number | null, pcore?: number | null, direction?: string | null, cpu?: number | string | null}} Attrs
 * @typedef {{id: number, key: string, group: string, kind: string, name: string, part: number, core: number, table: string, rows: number, lanes: number, deepest: number, start_ns: number, end_ns: number, capacity: number, attrs?: Attrs}} Track
 * @typedef {{id: string, slug: string, title: string, subtitle: string, kind: string, part: number, core: number, tracks: number[], rows: number, depth?: number, cores?: number[]}} Group
 * @typedef {{id: string, group: string, title: string, subtitle: string, unit: string, attrs?: Attrs, count: number, interval_ns: number | null, max: number, capacity: number | null, shape: string, part?: number, core?: number, row?: string, lane?: number, lanes?: number, table?: string, value?: string}} Series
 * @typedef {{kind?: string, series?: Series[], origin_unix_ns?: string | null, profile?: string, run?: number, duration_ns: number, tile_buckets: number, row_tile_buckets: number, levels: {level: number, bucket_ns: number}[], parts: {part: number, name: string, span_ns: number, clock: string}[], groups: Group[], tracks: Track[], labels: Record<string, string[]>, notices: {code: string, message: string, count: number}[]}} TimelineDocument
 */
/**
 * A row: the head of a part or of a group, a track, a closed group's tracks in one, or a clock that
 * was not recorded; in a system run also a sampled series, or the engines of a device profile under
 * the track with the key `device`; in a device's run also values over time, a series a lane.
 * `lanes` above 1 stacks what overlaps.
 * @typedef {{kind: "part" | "head" | "track" | "closed" | "no-clock" | "series" | "device" | "values", group: Group, track: Track | null, y: number, height: number, lanes: number, series?: Series, values?: Series[], device?: string, name?: string, detail?: string, isPinned?: boolean}} Row
 */

/**
 * What the rows are laid out by; `room` is the height of the screen's plot, `choices` what a person
 * chose of the rows.
 * @typedef {{dma: "queue" | "engine", closed: Set<string>, lanes: Map<number, number>, room?: number, semaphores?: ReadonlySet<string>, choices?: import("./row-choices.js").RowChoices | null}} LayoutState
 * @typedef {(kind: Row["kind"], group: Group, height: [number, number], more?: Partial<Row>) => void} Add
 */

export const HEAD_HEIGHT = 21;
export const MOST_LANES = 4;
const CLOCK_HEIGHT = 24;
const LANE_HEIGHT = 17;
export const PADDING = 6;
const QUEUE_NEAR_HEIGHT = 54;
const GROUP_ORDER = ["errors", "clock", "core", "collectives", "dma", "dma_engines"];
export const ENGINE_ORDER = ["Tensor", "TensorMatrix", "Vector", "Scalar", "GpSimd", "Sync"];
const EARLY = 0.1;
/** @type {ReadonlySet<string>} */
const NONE = new Set();

/** Height at least and at most, by kind: rows grow to share what the screen has left. */
const HEIGHTS = new Map([
  ["engine", [22, 48]],
  ["dma_queue", [22, 38]],
  ["dma_engine", [14, 22]],
  ["error", [22, 22]],
  ["collective", [22, 48]],
  ["cc_core", [22, 38]],
  ["barrier", [18, 22]],
  ["clock", [CLOCK_HEIGHT, CLOCK_HEIGHT]],
]);

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
  const tracks = group.tracks.map((id) => document.tracks[id]);
  if (group.kind !== "core") return tracks.filter((track) => track.rows > 0);
  const place = (/** @type {Track} */ track) => {
    const found = ENGINE_ORDER.indexOf(track.name);
    return found < 0 ? ENGINE_ORDER.length : found;
  };
  return [...tracks].sort((a, b) => place(a) - place(b));
}

/**
 * Where a group's last event ends, ns.
 * @param {TimelineDocument} document
 * @param {Group} group
 * @returns {number}
 */
export function groupEnd(document, group) {
  return group.tracks.reduce((end, id) => Math.max(end, document.tracks[id].end_ns), 0);
}

/**
 * A track's name in the gutter.
 * @param {TimelineDocument} document
 * @param {Track} track
 * @returns {string}
 */
export function trackName(document, track) {
  if (track.kind !== "clock") return track.name;
  const clocks = document.tracks.filter(
    ({ kind, part }) => kind === "clock" && part === track.part,
  );
  return clocks.length > 1 ? `Clock limit · core ${track.core}` : "Clock limit";
}

/**
 * What stands behind a group's title.
 * @param {TimelineDocument} document
 * @param {Group} group
 * @returns {string}
 */
export function groupSubtitle(document, group) {
  if (group.kind !== "dma_engines") return group.subtitle;
  const names = group.tracks.map((id) => document.tracks[id].name);
  const last = names.length > 1 ? `–${names.at(-1)}` : "";
  return `${names[0]}${last}`;
}

/**
 * Groups that start closed: cores which stop early.
 * @param {TimelineDocument} document
 * @returns {string[]} ids
 */
export function closedAtStart(document) {
  const isEarly = (/** @type {Group} */ group) =>
    groupEnd(document, group) < EARLY * document.duration_ns;
  const cores = document.groups.filter((group) => group.kind === "core");
  return cores.every(isEarly) ? [] : cores.filter(isEarly).map((group) => group.id);
}

/**
 * Height of a track's row before it grows, and how far it may.
 * @param {Track} track
 * @param {number} lanes lanes to draw; 1 means a skyline
 * @returns {[number, number]}
 */
export function trackHeight(track, lanes) {
  if (lanes > 1) {
    const height = track.capacity > 1 ? QUEUE_NEAR_HEIGHT : PADDING + lanes * LANE_HEIGHT;
    return [height, height];
  }
  const [least, most] = HEIGHTS.get(track.kind) ?? [22, 22];
  return [least, most];
}

/**
 * The part of a row where its bars lie, pixels from the row's top.
 * @param {{height: number}} row
 * @returns {{top: number, height: number}}
 */
export function innerOf({ height }) {
  const padding = height < 18 ? 1 : PADDING / 2;
  return { top: padding, height: height - 2 * padding };
}

/**
 * Every row with its place. A closed group keeps its head and one row for all its tracks.
 * @param {TimelineDocument} document
 * @param {LayoutState} state
 * @returns {{rows: Row[], height: number}}
 */
export function layoutRows(document, state) {
  const { dma, closed, room = 0, semaphores = NONE, choices = null } = state;
  /** @type {Row[]} */
  const rows = [];
  /** @type {number[]} */
  const limits = [];
  /** @type {Add} */
  const add = (kind, group, [least, most], more = {}) => {
    const { track = null, lanes = 1, values } = more;
    const key = track?.key ?? (values ? valuesKey(values) : "");
    const own = choices?.heights.get(key);
    rows.push({ kind, group, y: 0, height: own ?? least, ...more, track, lanes });
    limits.push(own ?? most);
  };
  const groups = shownGroups(document, dma);
  if (choices) addPinned(document, groups, state, add);
  groups.forEach((group, place) => {
    const isFirst = group.part !== groups[place - 1]?.part;
    if (isFirst && document.parts.length > 1) add("part", group, [HEAD_HEIGHT, HEAD_HEIGHT]);
    const own = groups.filter((other) => other.part === group.part);
    const hasClock = own.some((other) => other.kind === "clock");
    if (group.kind === "core" && !hasClock && own.find((g) => g.kind === "core") === group) {
      add("no-clock", group, [CLOCK_HEIGHT, CLOCK_HEIGHT]);
    }
    addGroup(document, group, state, add);
    if (group.part !== groups[place + 1]?.part) {
      for (const found of valueGroups(document, group.part, semaphores)) {
        addValues(found, closed, choices, add);
      }
    }
  });
  grow(rows, limits, room);
  let y = 0;
  for (const row of rows) {
    row.y = y;
    y += row.height;
  }
  return { rows, height: y };
}

/**
 * The rows of a group that stand in it: neither hidden nor pinned, in the chosen order.
 * @template Item
 * @param {Item[]} items
 * @param {(item: Item) => string} keyOf
 * @param {LayoutState["choices"]} choices
 * @returns {Item[]}
 */
function chosenOf(items, keyOf, choices) {
  if (!choices) return items;
  const { hidden, pinned, order } = choices;
  const isHere = (/** @type {Item} */ item) =>
    !hidden.has(keyOf(item)) && !pinned.includes(keyOf(item));
  return inOrder(items.filter(isHere), keyOf, order);
}

/**
 * @param {TimelineDocument} document
 * @param {Group} group
 * @param {LayoutState} state
 * @param {Add} add
 */
function addGroup(document, group, { closed, lanes, choices }, add) {
  const every = shownTracks(document, group);
  const tracks = chosenOf(every, ({ key }) => key, choices);
  if (tracks.length === 0 && every.length > 0) return;
  if (group.kind !== "clock" && group.kind !== "errors") {
    add("head", group, [HEAD_HEIGHT, HEAD_HEIGHT]);
    if (closed.has(group.id)) {
      add("closed", group, [HEAD_HEIGHT, HEAD_HEIGHT]);
      return;
    }
  }
  for (const track of tracks) addTrack(track, group, lanes, add);
}

/**
 * @param {Track} track
 * @param {Group} group
 * @param {Map<number, number>} lanes
 * @param {Add} add
 * @param {Partial<Row>} [more]
 */
function addTrack(track, group, lanes, add, more = {}) {
  const count = lanes.get(track.id) ?? 1;
  add("track", group, trackHeight(track, count), { ...more, track, lanes: count });
}

/**
 * @param {import("./value-rows.js").ValueGroup} found
 * @param {Set<string>} closed
 * @param {LayoutState["choices"]} choices
 * @param {Add} add
 */
function addValues({ group, rows }, closed, choices, add) {
  const chosen = chosenOf(rows, valuesKey, choices);
  if (chosen.length === 0) return;
  add("head", group, [HEAD_HEIGHT, HEAD_HEIGHT]);
  if (closed.has(group.id)) return;
  for (const values of chosen) add("values", group, valuesHeight(group), { values });
}

/** @param {Group} group */
function valuesHeight({ kind }) {
  return kind === "values" ? VALUE_HEIGHT : SEMAPHORE_HEIGHT;
}

/**
 * Pinned rows under a head of their own, in the order in which they were pinned; each says what it
 * belongs to.
 * @param {TimelineDocument} document
 * @param {Group[]} groups that are shown
 * @param {LayoutState} state
 * @param {Add} add
 */
function addPinned(document, groups, { closed, lanes, semaphores = NONE, choices }, add) {
  /** @type {Map<string, () => void>} */
  const found = new Map();
  for (const group of groups) {
    for (const track of shownTracks(document, group)) {
      const of = group.kind === "clock" || group.kind === "errors" ? "" : ` · ${group.title}`;
      const name = `${trackName(document, track)}${of}`;
      const more = { name, isPinned: true };
      found.set(track.key, () => addTrack(track, group, lanes, add, more));
    }
  }
  for (const { part } of document.parts) {
    for (const { group, rows } of valueGroups(document, part, semaphores)) {
      for (const values of rows) {
        const name = `${values[0].title} · ${group.title}`;
        const more = { values, name, isPinned: true };
        found.set(valuesKey(values), () => add("values", group, valuesHeight(group), more));
      }
    }
  }
  const isShown = (/** @type {string} */ key) => found.has(key) && !choices?.hidden.has(key);
  const pinned = (choices?.pinned ?? []).filter(isShown);
  if (pinned.length === 0) return;
  const words = { title: "Pinned", subtitle: "", kind: "pinned", part: groups[0]?.part ?? 0 };
  const head = { id: "pinned", slug: "pinned", ...words, core: 0, tracks: [], rows: 0 };
  add("head", head, [HEAD_HEIGHT, HEAD_HEIGHT]);
  if (!closed.has(head.id)) for (const key of pinned) found.get(key)?.();
}

/**
 * Gives the height that is left to the rows that may grow, evenly.
 * @param {Row[]} rows
 * @param {number[]} limits
 * @param {number} room
 */
function grow(rows, limits, room) {
  let left = room - rows.reduce((sum, row) => sum + row.height, 0);
  let growing = rows.flatMap((row, at) => (row.height < limits[at] ? [at] : []));
  while (growing.length > 0 && left >= growing.length) {
    const each = Math.floor(left / growing.length);
    for (const at of growing) {
      const more = Math.min(each, limits[at] - rows[at].height);
      rows[at].height += more;
      left -= more;
    }
    growing = growing.filter((at) => rows[at].height < limits[at]);
  }
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
