/** The groupings of a system timeline: under which heads a row stands, and what it is called. */

/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
/** @typedef {import("./rows.js").Track} Track */
/** @typedef {import("./rows.js").Series} Series */
/** @typedef {import("./rows.js").Attrs} Attrs */
/** @typedef {{id: string, title: string, subtitle: string}} Head */
/** @typedef {"framework" | "runtime" | "hardware" | "transfers" | "memory" | "host"} Source */
/**
 * A track or a series with the heads it stands under and its words in the gutter.
 * @typedef {{key: string, track: Track | null, series: Series | null, source: Source, attrs: Attrs, name: string, detail: string}} Entry
 */

export const GROUPINGS = /** @type {const} */ ([
  ["source", "host, process, source"],
  ["device", "CPU and device"],
  ["core", "core"],
  ["thread", "thread"],
  ["process", "process"],
  ["instance", "instance"],
]);

/** @typedef {typeof GROUPINGS[number][0]} Grouping */

const SOURCES = /** @type {Record<string, Source>} */ ({
  framework: "framework",
  neuron_rt: "runtime",
  runtime: "runtime",
  neuron_hw: "hardware",
  hardware: "hardware",
});
const NAMES = /** @type {Record<Source, string>} */ ({
  framework: "Framework",
  runtime: "Runtime",
  hardware: "Hardware",
  transfers: "Transfers",
  memory: "Memory",
  host: "Host",
});
const ORDER = /** @type {Source[]} */ (Object.keys(NAMES));
/** Runtime and hardware of a core stand together, before what is of the whole process. */
const RANK = { framework: 0, runtime: 1, hardware: 1, transfers: 2, memory: 3, host: 4 };

/**
 * A text of the address or of the storage as a grouping.
 * @param {string | null | undefined} text
 * @returns {Grouping}
 */
export function groupingOf(text) {
  return GROUPINGS.find(([id]) => id === text)?.[0] ?? "source";
}

/**
 * All rows there could be, in their first order: frameworks, then core by core runtime and hardware,
 * then transfers, memory and host.
 * @param {TimelineDocument} document
 * @returns {Entry[]}
 */
export function entriesOf(document) {
  const kinds = new Map(document.groups.map((group) => [group.id, group.kind]));
  const tracks = document.tracks
    .filter((track) => track.rows > 0)
    .map((track) => trackEntry(track, kinds.get(track.group) ?? ""));
  const series = (document.series ?? []).map((one) => seriesEntry(one));
  const place = new Map([...tracks, ...series].map((entry, at) => [entry, at]));
  return [...tracks, ...series].sort(
    (a, b) =>
      RANK[a.source] - RANK[b.source] ||
      (a.attrs.nc ?? -1) - (b.attrs.nc ?? -1) ||
      ORDER.indexOf(a.source) - ORDER.indexOf(b.source) ||
      (a.attrs.pcore ?? -1) - (b.attrs.pcore ?? -1) ||
      (place.get(a) ?? 0) - (place.get(b) ?? 0),
  );
}

/**
 * An order of rows as their places in the first order, short enough for an address.
 * @param {TimelineDocument} document
 * @param {readonly string[]} order keys
 * @returns {number[]}
 */
export function placesOf(document, order) {
  const places = new Map(entriesOf(document).map(({ key }, place) => [key, place]));
  return order.flatMap((key) => places.get(key) ?? []);
}

/**
 * @param {TimelineDocument} document
 * @param {number[]} places
 * @returns {string[]} keys
 */
export function orderOf(document, places) {
  const entries = entriesOf(document);
  return places.flatMap((place) => entries[place]?.key ?? []);
}

/**
 * @param {Track} track
 * @param {string} kind of its group
 * @returns {Entry}
 */
function trackEntry(track, kind) {
  const attrs = track.attrs ?? {};
  const source =
    kind === "transfers" || attrs.direction
      ? "transfers"
      : (SOURCES[attrs.source ?? ""] ?? SOURCES[kind] ?? "runtime");
  return { key: track.key, track, series: null, source, attrs, ...wordsOf(track, source, attrs) };
}

/**
 * @param {Track} track
 * @param {Source} source
 * @param {Attrs} attrs
 * @returns {{name: string, detail: string}}
 */
function wordsOf(track, source, { thread, stream, nc, pcore }) {
  if (source === "hardware") {
    const core = pcore ?? nc;
    return { name: core === null || core === undefined ? track.name : `Core ${core}`, detail: "" };
  }
  if (source === "transfers") {
    return { name: track.name, detail: nc == null ? "" : `logical core ${nc}` };
  }
  const otherwise = stream != null ? `stream ${stream}` : thread != null ? `thread ${thread}` : "";
  return { name: NAMES[source], detail: track.name.replace(/^NC (\d+) · /, "") || otherwise };
}

/**
 * @param {Series} series
 * @returns {Entry}
 */
function seriesEntry(series) {
  const source = series.group === "host" ? "host" : "memory";
  const { title, subtitle, attrs } = series;
  const key = `series/${series.id}`;
  // Clocks of samplers are off by parts of a thousand, which nobody wants to read.
  const every = series.interval_ns && Number((series.interval_ns / 1e9).toPrecision(2));
  const detail = series.shape === "sampled" && every ? `${every} s samples` : subtitle;
  return { key, track: null, series, source, attrs: attrs ?? {}, name: title, detail };
}

/**
 * The heads above a row, outermost first.
 * @param {Entry} entry
 * @param {Grouping} grouping
 * @returns {Head[]}
 */
export function headsOf(entry, grouping) {
  const { attrs, source } = entry;
  const process = processHead(attrs);
  const host = head(`i/${attrs.instance ?? ""}`, attrs.instance ?? "Host", "");
  switch (grouping) {
    case "device": {
      const isDevice = source === "hardware" || source === "transfers" || source === "memory";
      return [isDevice ? head("device", "Device", "") : head("cpu", "CPU", ""), process];
    }
    case "core": {
      if (attrs.nc === null || attrs.nc === undefined) return [head("nocore", "No core", "")];
      const of = attrs.process === undefined ? "" : `process ${attrs.process}`;
      return [head(`${process.id}/nc${attrs.nc}`, `Logical core ${attrs.nc}`, of)];
    }
    case "thread": {
      const thread = attrs.stream ?? attrs.thread;
      if (source === "runtime" || source === "framework") {
        const title = attrs.stream ? String(thread) : `Thread ${thread ?? "unknown"}`;
        return [head(`${process.id}/t${thread}`, title, process.subtitle)];
      }
      return [head(`${process.id}/${source}`, NAMES[source], process.subtitle)];
    }
    case "process":
      return [process];
    case "instance":
      return [host, process];
    default:
      return [process, ...sourceHead(entry, process)];
  }
}

/**
 * @param {Entry} entry
 * @param {Head} process
 * @returns {Head[]}
 */
function sourceHead({ attrs, source }, process) {
  if ((source === "hardware" || source === "runtime") && attrs.nc != null) {
    const id = `${process.id}/${source === "hardware" ? "hw" : "rt"}${attrs.nc}`;
    return [head(id, NAMES[source], `logical core ${attrs.nc}`)];
  }
  if (source === "hardware") return [head(`${process.id}/hw`, "Hardware", "")];
  if (attrs.cpu != null) return [head(`${process.id}/cpus`, "CPUs", "one by one")];
  if (source === "framework" || source === "runtime" || attrs.process == null) return [];
  return [head(`${process.id}/memory`, "Memory and transfers", "")];
}

/**
 * @param {Attrs} attrs
 * @returns {Head}
 */
function processHead({ instance, process }) {
  const id = `p/${instance ?? ""}/${process ?? ""}`;
  if (process === null || process === undefined) return head(id, instance ?? "Host", "host");
  return head(id, instance ?? "Host", `process ${process}`);
}

/**
 * @param {string} id
 * @param {string} title
 * @param {string} subtitle
 * @returns {Head}
 */
function head(id, title, subtitle) {
  return { id, title, subtitle };
}
