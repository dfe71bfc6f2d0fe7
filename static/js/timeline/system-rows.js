/** Which rows of a system timeline are shown, where they lie: heads by grouping, nested spans. */

import { HEAD_HEIGHT, PADDING } from "./rows.js";
import { entriesOf, headsOf } from "./system-heads.js";

/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./rows.js").Group} Group */
/** @typedef {import("./rows.js").Track} Track */
/** @typedef {import("./system-heads.js").Entry} Entry */
/** @typedef {import("./system-heads.js").Grouping} Grouping */
/**
 * How the rows are arranged: by which heads, what is closed, hidden and pinned, in which order, and
 * the tracks under which a device profile's engines are drawn, with how many rows they take, and how
 * many levels of nesting tracks have in view, by key; all they ever have where that is not known.
 * @typedef {{grouping: Grouping, closed: Set<string>, hidden: ReadonlySet<string>, pinned: readonly string[], order: readonly string[], heights: ReadonlyMap<string, number>, isCpuShown: boolean, devices: Map<string, {id: string, lanes: number}>, levels: Map<string, number>}} Arrangement
 */

export const SPAN_HEIGHT = 19;
export const MOST_LEVELS = 12;
export const SERIES_HEIGHT = 38;
const CPU_HEIGHT = 22;
export const DEVICE_LANE = 20;
const PINNED = { id: "pinned", title: "Pinned", subtitle: "" };

/**
 * @param {Partial<Arrangement>} [changes]
 * @returns {Arrangement}
 */
export function arrangementOf(changes = {}) {
  return {
    grouping: "source",
    closed: new Set(),
    hidden: new Set(),
    pinned: [],
    order: [],
    heights: new Map(),
    isCpuShown: false,
    devices: new Map(),
    levels: new Map(),
    ...changes,
  };
}

/**
 * How many levels of nesting a track has to show.
 * @param {Track} track
 * @returns {number}
 */
export function levelsOf(track) {
  return Math.max(1, Math.min(Math.max(track.lanes, track.deepest), MOST_LEVELS));
}

/**
 * Whether a row is shown at all: host CPU only when asked for, nothing that was hidden.
 * @param {Entry} entry
 * @param {Arrangement} arrangement
 * @returns {boolean}
 */
export function isShown({ key, source, series }, { hidden, isCpuShown }) {
  if (source === "host" && series?.unit === "percent" && !isCpuShown) return false;
  return !hidden.has(key);
}

/**
 * The rows in the order in which they stand, each with its heads; pinned ones first.
 * @param {TimelineDocument} document
 * @param {Arrangement} arrangement
 * @returns {{entry: Entry, heads: import("./system-heads.js").Head[]}[]}
 */
export function arranged(document, arrangement) {
  const { pinned, order, grouping } = arrangement;
  const shown = entriesOf(document).filter((entry) => isShown(entry, arrangement));
  const given = new Map(order.map((key, place) => [key, place]));
  const placed = shown.map((entry, at) => ({ entry, at, heads: headsOf(entry, grouping) }));
  const top = pinned.flatMap((key) => placed.filter(({ entry }) => entry.key === key));
  const rest = placed.filter(({ entry }) => !pinned.includes(entry.key));
  const path = (/** @type {typeof rest[number]} */ one) => one.heads.map(({ id }) => id).join("\n");
  // Rows of the same heads stand together, the heads in the order of their first row.
  /** @type {Map<string, number>} */
  const first = new Map();
  const outer = (/** @type {typeof rest[number]} */ one) => one.heads[0]?.id ?? "";
  for (const one of rest) {
    if (!first.has(outer(one))) first.set(outer(one), first.size);
    if (!first.has(path(one))) first.set(path(one), first.size);
  }
  const own = (/** @type {typeof rest[number]} */ { entry, at }) =>
    given.get(entry.key) ?? order.length + at;
  rest.sort(
    (a, b) =>
      (first.get(outer(a)) ?? 0) - (first.get(outer(b)) ?? 0) ||
      a.heads.length - b.heads.length ||
      (first.get(path(a)) ?? 0) - (first.get(path(b)) ?? 0) ||
      own(a) - own(b),
  );
  return [
    ...top.map(({ entry }) => ({ entry, heads: [PINNED] })),
    ...rest.map(({ entry, heads }) => ({ entry, heads })),
  ];
}

/**
 * Every row with its place.
 * @param {TimelineDocument} document
 * @param {Arrangement} arrangement
 * @returns {{rows: Row[], height: number}}
 */
export function layoutSystem(document, arrangement) {
  const groups = new Map(document.groups.map((group) => [group.id, group]));
  const placed = arranged(document, arrangement);
  /** @type {Row[]} */
  const rows = [];
  /** @type {string[]} */
  let path = [];
  for (const { entry, heads } of placed) {
    const ids = heads.map(({ id }) => id);
    let closedAt = ids.findIndex((id) => arrangement.closed.has(id));
    if (closedAt < 0) closedAt = ids.length;
    const same = ids.findIndex((id, at) => path[at] !== id);
    const from = same < 0 ? ids.length : same;
    for (let at = from; at < heads.length && at <= closedAt; at++) {
      const members = placed.filter(({ heads: other }) => other[at]?.id === ids[at]);
      const group = headGroup(heads[at], members, at);
      rows.push(row("head", group, null, HEAD_HEIGHT, 1));
      if (at === closedAt && group.tracks.length > 0)
        rows.push(row("closed", group, null, HEAD_HEIGHT, 1));
    }
    path = ids;
    if (closedAt === ids.length) rows.push(...rowsOf(entry, groups, arrangement));
  }
  let y = 0;
  for (const one of rows) {
    one.y = y;
    y += one.height;
  }
  return { rows, height: y };
}

/**
 * The row of a track or series, and the device's engines under it.
 * @param {Entry} entry
 * @param {Map<string, Group>} groups
 * @param {Arrangement} arrangement
 * @returns {Row[]}
 */
function rowsOf(entry, groups, { devices, levels: seen, heights }) {
  const { track, series, name, detail } = entry;
  if (series) {
    const group = headGroup({ id: entry.key, title: name, subtitle: detail }, [], 0);
    const usual = entry.attrs.cpu == null ? SERIES_HEIGHT : CPU_HEIGHT;
    const height = heights.get(entry.key) ?? usual;
    return [{ ...row("series", group, null, height, 1), series, name, detail }];
  }
  const group = track && groups.get(track.group);
  if (!track || !group) return [];
  const levels = Math.min(seen.get(track.key) ?? MOST_LEVELS, levelsOf(track));
  const height = heights.get(entry.key) ?? PADDING + levels * SPAN_HEIGHT;
  /** @type {Row[]} */
  const rows = [{ ...row("track", group, track, height, levels), name, detail }];
  const device = devices.get(track.key);
  if (device) {
    const lanes = device.lanes;
    const under = row("device", group, null, PADDING + lanes * DEVICE_LANE, lanes);
    rows.push({ ...under, device: track.key, name: "Device profile", detail: "engines" });
  }
  return rows;
}

/**
 * @param {Row["kind"]} kind
 * @param {Group} group
 * @param {Track | null} track
 * @param {number} height
 * @param {number} lanes
 * @returns {Row}
 */
function row(kind, group, track, height, lanes) {
  return { kind, group, track, y: 0, height, lanes };
}

/**
 * A head as the group of the tracks under it.
 * @param {import("./system-heads.js").Head} head
 * @param {{entry: Entry}[]} members
 * @param {number} depth
 * @returns {Group}
 */
function headGroup({ id, title, subtitle }, members, depth) {
  const tracks = members.flatMap(({ entry }) => (entry.track ? [entry.track] : []));
  const cores = new Set(
    members.flatMap(({ entry }) =>
      entry.source === "hardware" && entry.attrs.pcore != null ? [entry.attrs.pcore] : [],
    ),
  );
  return {
    ...{ id, slug: "", title, subtitle, kind: "head", part: 0, core: 0, depth },
    tracks: tracks.map((track) => track.id),
    // Transfers are events of the runtime once more.
    rows: tracks.reduce((sum, { rows, attrs }) => sum + (attrs?.direction ? 0 : rows), 0),
    cores: [...cores].sort((a, b) => a - b),
  };
}

/**
 * The groups whose tiles a frame needs: those of the tracks in its rows.
 * @param {TimelineDocument} document
 * @param {Row[]} rows
 * @returns {Group[]}
 */
export function groupsOf(document, rows) {
  const wanted = new Set(
    rows.flatMap(({ kind, group, track }) => {
      if (track) return [track.group];
      return kind === "closed" ? group.tracks.map((id) => document.tracks[id].group) : [];
    }),
  );
  return document.groups.filter((group) => wanted.has(group.id));
}
