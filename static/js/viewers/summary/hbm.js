/** Device memory over time by kind, as stacked steps with a legend that reads them at the pointer. */

import { make } from "../../kit/dom.js";
import { duration, memorySize, share } from "../../kit/units.js";
import { card, empty } from "./parts.js";
import { several, timelineAt } from "./words.js";

/** @typedef {{instance_id: string, device_idx: number, hbm_idx: number}} Memory */
/** @typedef {{kind: string, max_bytes: number, bytes: number[]}} Kind */
/** @typedef {{memories: Memory[], capacity_bytes: number | null, time_ns: number[], total_bytes: number[], peak: {time_ns: number, bytes: number} | null, kinds: Kind[]}} Usage */
/** @typedef {Kind & {hue: string}} Band */
/** @typedef {{profile: string, first: number, last: number, choose: (memory: string) => void, chosen: string}} Around */

const HUES = ["blue", "green", "orange", "violet", "pink", "sky", "yellow", "red"];
const OTHER = "other kinds";
const UNKNOWN = "unknown";
const [WIDTH, HEIGHT] = [1000, 200];
const TICKS = 4;
const SVG = "http://www.w3.org/2000/svg";

/**
 * What is drawn, from the bottom up: the largest kinds, the rest as one, and what nobody knows.
 * @param {Usage} usage
 * @returns {Band[]}
 */
export function bandsOf({ kinds, time_ns: times }) {
  const known = kinds.filter(({ kind }) => kind !== UNKNOWN);
  const shown = known.length > HUES.length ? known.slice(0, HUES.length - 1) : known;
  const rest = known.slice(shown.length);
  const bands = shown.map((kind, at) => ({ ...kind, hue: HUES[at] ?? "grey" }));
  if (rest.length) {
    const bytes = times.map((_, at) => rest.reduce((sum, kind) => sum + (kind.bytes[at] ?? 0), 0));
    bands.push({ kind: OTHER, bytes, max_bytes: Math.max(...bytes), hue: HUES.at(-1) ?? "grey" });
  }
  const unknown = kinds.find(({ kind }) => kind === UNKNOWN);
  return unknown ? [...bands, { ...unknown, hue: "grey" }] : bands;
}

/**
 * A round number that is at least so large, in binary units: 3 GiB, 24 MiB.
 * @param {number} bytes
 * @returns {number}
 */
export function ceiling(bytes) {
  if (bytes <= TICKS) return TICKS;
  const unit = 2 ** (10 * Math.floor(Math.log2(bytes) / 10));
  const steps = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768];
  return unit * (steps.find((step) => step * unit >= bytes) ?? 1024);
}

/**
 * The place of the value that holds at an instant; -1 before the first.
 * @param {number[]} times
 * @param {number} at
 * @returns {number}
 */
export function placeAt(times, at) {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * The outline of a band between two heights, as steps.
 * @param {number[]} xs where each value begins
 * @param {number[]} floor y of the lower edge
 * @param {number[]} top y of the upper edge
 * @returns {string} a path
 */
export function outline(xs, floor, top) {
  if (!xs.length) return "";
  const forth = xs.map((x, at) => `H${x}V${top[at]}`).join("");
  const back = [...xs.keys()]
    .reverse()
    .map((at) => `V${floor[at]}H${xs[at]}`)
    .join("");
  return `M${xs[0]} ${floor[0]}${forth}H${WIDTH}${back}Z`;
}

/**
 * @param {Usage} usage
 * @param {Around} around
 * @returns {HTMLElement}
 */
export function hbmCard(usage, around) {
  const { peak } = usage;
  if (!peak) {
    const none = "This run holds no allocation of device memory.";
    return card("Device memory", "", empty(none));
  }
  const made = card("Device memory", peakWords(usage, around), chart(usage, around));
  const head = made.querySelector("header");
  const link = make("a", { href: timelineAt(around.profile, peak.time_ns, peak.time_ns) }, "Peak");
  head?.append(link);
  if (usage.memories.length > 1) head?.append(chooser(usage.memories, around));
  return made;
}

/**
 * @param {Usage} usage
 * @param {Pick<Around, "first" | "chosen">} around
 * @returns {string}
 */
export function peakWords({ peak, capacity_bytes: capacity, memories }, { first, chosen }) {
  if (!peak) return "";
  const part = capacity ? `, ${share(peak.bytes / capacity)} of ${memorySize(capacity)}` : "";
  const where = chosen === "" ? ` in ${several(memories.length, "memory", "memories")}` : "";
  return `At most ${memorySize(peak.bytes)}${where} at ${duration(peak.time_ns - first, 3)}${part}.`;
}

/**
 * @param {Memory[]} memories
 * @param {Around} around
 * @returns {HTMLElement}
 */
function chooser(memories, { choose, chosen }) {
  const isOneHost = new Set(memories.map(({ instance_id: instance }) => instance)).size === 1;
  const options = memories.map(
    ({ instance_id: instance, device_idx: device, hbm_idx: hbm }, at) => {
      const host = isOneHost ? "" : `${instance} · `;
      return make("option", { value: String(at) }, `${host}device ${device}, HBM ${hbm}`);
    },
  );
  const all = make("option", { value: "" }, `all ${memories.length} memories`);
  const select = /** @type {HTMLSelectElement} */ (
    make("select", { class: "card__select", "aria-label": "Memory" }, all, ...options)
  );
  select.value = chosen;
  select.addEventListener("change", () => choose(select.value));
  return select;
}

/**
 * @param {Usage} usage
 * @param {Around} around
 * @returns {HTMLElement}
 */
function chart(usage, { first, last }) {
  const bands = bandsOf(usage);
  const most = ceiling(Math.max(...usage.total_bytes));
  const span = Math.max(last - first, 1);
  const xs = usage.time_ns.map((at) => round(((Math.max(at, first) - first) / span) * WIDTH));
  const picture = svg("svg", {
    viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
    preserveAspectRatio: "none",
    role: "img",
    "aria-label": "Device memory in use over time, by kind",
  });
  for (let tick = 1; tick <= TICKS; tick++) {
    const y = round(HEIGHT - (HEIGHT * tick) / TICKS);
    picture.append(svg("path", { class: "memory__grid", d: `M0 ${y}H${WIDTH}` }));
  }
  let floor = xs.map(() => 0);
  const y = (/** @type {number} */ bytes) => round(HEIGHT - (bytes / most) * HEIGHT);
  for (const band of bands) {
    const top = floor.map((bytes, at) => bytes + (band.bytes[at] ?? 0));
    const d = outline(xs, floor.map(y), top.map(y));
    const area = svg("path", { d });
    // The page's policy refuses styles in attributes.
    area.style.fill = `var(--c-${band.hue})`;
    picture.append(area);
    floor = top;
  }
  const line = svg("path", { class: "memory__line", d: "" });
  picture.append(line);
  const legend = legendOf(bands);
  const plot = make("div", { class: "memory__plot" });
  plot.append(picture);
  follow(plot, (part) => {
    const at = part === null ? -1 : placeAt(usage.time_ns, first + part * span);
    line.setAttribute("d", part === null ? "" : `M${round(part * WIDTH)} 0V${HEIGHT}`);
    legend.read(at, part === null ? null : part * span, usage.total_bytes[at] ?? 0);
  });
  return make("div", { class: "memory" }, scaleOf(most), plot, timesOf(span), legend.element);
}

/**
 * Tells where the pointer is, from 0 to 1, and null when it leaves.
 * @param {HTMLElement} plot
 * @param {(part: number | null) => void} told
 */
function follow(plot, told) {
  plot.addEventListener("pointermove", (event) => {
    const { left, width } = plot.getBoundingClientRect();
    told(Math.min(1, Math.max(0, (event.clientX - left) / Math.max(width, 1))));
  });
  plot.addEventListener("pointerleave", () => told(null));
}

/**
 * @param {number} most
 * @returns {HTMLElement}
 */
function scaleOf(most) {
  const scale = make("div", { class: "memory__scale", "aria-hidden": "true" });
  for (let tick = TICKS; tick >= 0; tick--) {
    scale.append(make("span", {}, memorySize((most * tick) / TICKS)));
  }
  return scale;
}

/**
 * @param {number} span ns
 * @returns {HTMLElement}
 */
function timesOf(span) {
  const times = make("div", { class: "memory__times", "aria-hidden": "true" });
  for (let tick = 0; tick <= TICKS; tick++) {
    times.append(make("span", {}, tick ? duration((span * tick) / TICKS, 3) : "0"));
  }
  return times;
}

/**
 * The kinds with their most or, while the pointer is over the plot, what they hold there.
 * @param {Band[]} bands
 * @returns {{element: HTMLElement, read: (at: number, ns: number | null, total: number) => void}}
 */
function legendOf(bands) {
  const head = make("p", { class: "memory__when" });
  const values = bands.map(() => make("span", { class: "number" }));
  const list = make("ul", {});
  bands.forEach(({ kind, hue }, at) => {
    const sign = make("span", { class: "memory__sign" });
    sign.style.background = `var(--c-${hue})`;
    list.prepend(make("li", {}, sign, make("span", {}, kind), values[at] ?? ""));
  });
  const read = (
    /** @type {number} */ at,
    /** @type {number | null} */ ns,
    /** @type {number} */ total,
  ) => {
    head.textContent =
      ns === null ? "The most of each" : `${memorySize(total)} at ${duration(ns, 3)}`;
    bands.forEach((band, place) => {
      const bytes = ns === null ? band.max_bytes : (band.bytes[at] ?? 0);
      const value = values[place];
      if (value) value.textContent = memorySize(bytes);
    });
  };
  read(-1, null, 0);
  return { element: make("div", { class: "memory__legend" }, head, list), read };
}

/**
 * @param {string} name
 * @param {Record<string, string>} attributes
 * @returns {SVGElement}
 */
function svg(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

/**
 * @param {number} value
 * @returns {number} to a tenth
 */
function round(value) {
  return Math.round(value * 10) / 10;
}
