/** Parts of a whole as one bar with a legend each: Tensor FLOPs, device memory; and busy time. */

import { make } from "../../../kit/dom.js";
import { card, empty } from "../parts.js";
import { stackedBar, swatch } from "./drawing.js";
import { figure, term } from "./meaning.js";
import { inUnit, NONE, percent } from "./numbers.js";

/** @typedef {import("./shapes.js").Summary} Summary */
/** @typedef {import("./shapes.js").Flops} Flops */
/** @typedef {import("./shapes.js").FlopsPart} FlopsPart */
/** The timeline's address of the event that shows a row. @typedef {(row: {longest: import("./shapes.js").Place | null}) => string | null} Show */
/** @typedef {import("./shapes.js").Busy} Busy */

/** @type {Record<string, {text: string, hue: string, isHatched?: boolean}>} */
const FLOPS = {
  useful: { text: "Useful", hue: "blue" },
  transposes: { text: "Transposes", hue: "pink" },
  not_full: { text: "Active, array not full", hue: "sky" },
  active_throttled: { text: "Active, lost to the clock", hue: "orange", isHatched: true },
  unused_throttled: { text: "Idle, below full clock", hue: "grey", isHatched: true },
  unused: { text: "Idle", hue: "trough" },
};

/** @type {Record<string, {text: string, hue: string}>} */
const HBM = {
  read: { text: "Read", hue: "violet" },
  written: { text: "Written", hue: "pink" },
  spill_reload: { text: "Spill reload", hue: "red" },
  spill_save: { text: "Spill save", hue: "orange" },
  unused: { text: "Unused", hue: "trough" },
};

/** @type {Record<string, string>} */
const UNITS = {
  Tensor: "blue",
  Vector: "green",
  Scalar: "orange",
  GpSimd: "pink",
  Sync: "grey",
  DMA: "violet",
};

/**
 * A line of a legend: colour, name, share, amount.
 * @param {{metric: string, text: string, hue: string, isHatched?: boolean, share: number | null, amount: string, show: string | null}} line
 * @returns {HTMLElement}
 */
function legendLine({ metric, text, hue, isHatched, share, amount, show }) {
  return make(
    "li",
    {},
    swatch(hue, isHatched),
    term(metric, text, show),
    figure(metric, share === null ? NONE : percent(share), show),
    make("span", { class: "legend__amount" }, amount),
  );
}

/**
 * The amount of a part of the Tensor FLOPs: operations where they are counted, time elsewhere.
 * @param {FlopsPart} part
 * @returns {string}
 */
export function flopsAmount({ flops, ns }) {
  return flops === null ? inUnit(ns, "ns") : inUnit(flops, "flop");
}

/**
 * What FLOPs are counted as, where that is not as they were recorded.
 * @param {Flops} flops
 * @returns {string} empty where both are the same
 */
export function flopsNote({ parts }) {
  const sum = (/** @type {"flops" | "recorded_flops"} */ name) =>
    parts.reduce((total, part) => total + (part[name] ?? 0), 0);
  const [counted, recorded] = [sum("flops"), sum("recorded_flops")];
  if (counted === recorded) return "";
  const useful = parts.find(({ id }) => id === "useful")?.recorded_flops ?? null;
  const [all, own] = [inUnit(recorded, "flop"), inUnit(useful, "flop")];
  return `In BF16 equivalents, as the peak is. As recorded, and as MFU and HFU count: ${all}, ${own} of it useful.`;
}

/**
 * @param {Summary} summary
 * @param {number} core whose array is shown
 * @param {Show} show
 * @returns {HTMLElement}
 */
export function tensorCard({ tensor_flops: tensor }, core, show) {
  const title = "Tensor FLOPs";
  if (tensor.missing) return card(title, "", empty(`Not available: needs ${tensor.missing}.`));
  const flops = tensor.cores.find((one) => one.core === core) ?? tensor.cores[0];
  if (!flops) return card(title, "", empty("No Tensor engine in this region."));
  const pieces = flops.parts.map(({ id, share }) => ({ ...(FLOPS[id] ?? FLOPS.unused), share }));
  const list = make("ul", { class: "legend" });
  for (const part of flops.parts) {
    const { id, share } = part;
    const look = FLOPS[id] ?? { text: id, hue: "grey" };
    // An engine that always ran at full clock lost nothing to it; that needs no line.
    if (id === "unused_throttled" && share === 0) continue;
    list.append(
      legendLine({
        ...{ ...look, metric: `tensor_flops.${id}`, share },
        ...{ amount: flopsAmount(part), show: show(part) },
      }),
    );
  }
  const made = card(title, `core ${flops.core}, share of its peak × time`, drawn(pieces), list);
  const counted = flopsNote(flops);
  if (counted) made.append(note(counted));
  if (!flops.has_limits) {
    made.append(note(`The clock of core ${flops.core} was not recorded: it counts as full.`));
  }
  return made;
}

/**
 * @param {Parameters<typeof stackedBar>[0]} pieces
 * @returns {HTMLElement}
 */
function drawn(pieces) {
  return make("div", { class: "card__bar" }, stackedBar(pieces));
}

/**
 * @param {string} text
 * @returns {HTMLElement}
 */
function note(text) {
  return make("p", { class: "card__note" }, text);
}

/**
 * @param {Summary} summary
 * @param {Show} show
 * @returns {HTMLElement}
 */
export function hbmCard({ hbm, range }, show) {
  const title = "HBM bandwidth";
  if (hbm.missing && !hbm.parts.length) {
    return card(title, "", empty(`Not available: needs ${hbm.missing}.`));
  }
  const pieces = hbm.parts.map(({ id, share }) => ({
    ...(HBM[id] ?? HBM.unused),
    share: share ?? 0,
  }));
  const list = make("ul", { class: "legend" });
  for (const part of hbm.parts) {
    const { id, bytes, share } = part;
    const look = HBM[id] ?? { text: id, hue: "grey" };
    list.append(
      legendLine({
        ...{ ...look, metric: `hbm.${id}`, share },
        ...{ amount: inUnit(bytes, "bytes"), show: show(part) },
      }),
    );
  }
  const possible = hbm.capacity_bytes === null ? "" : inUnit(hbm.capacity_bytes, "bytes");
  const about = possible && `${possible} possible in ${inUnit(range.duration_ns, "ns")}`;
  const made = card(title, about, drawn(pieces), list);
  made.append(
    note("Intermediates named by the kernel are not spills, so they count as reads and writes."),
  );
  return made;
}

/**
 * @param {Busy} busy
 * @returns {Parameters<typeof stackedBar>[0]} first the part below full clock
 */
export function busyPieces({ unit, active, active_ns: ns, throttled_ns: slow }) {
  const hue = UNITS[unit] ?? "grey";
  if (active === null || !ns) return [];
  const hatched = active * (Math.min(slow ?? 0, ns) / ns);
  return [
    { share: hatched, hue, isHatched: true },
    { share: active - hatched, hue },
  ];
}

/**
 * @param {Summary} summary
 * @param {number} core
 * @param {Show} show
 * @returns {HTMLElement}
 */
export function busyCard({ busy }, core, show) {
  const own = busy.filter((one) => one.core === core);
  const list = make("ul", { class: "busy" });
  for (const one of own) {
    const name = one.unit === "DMA" ? "DMA, any queue" : one.unit;
    const value = one.active === null ? NONE : percent(one.active);
    const line = make(
      "li",
      { title: one.missing ? `Needs ${one.missing}` : undefined },
      term("busy.active", name, show(one)),
      stackedBar(busyPieces(one)),
      figure("busy.active_ns", inUnit(one.active_ns, "ns"), show(one)),
      figure("busy.active", value, show(one)),
    );
    list.append(line);
  }
  const made = card("Busy time by unit", `core ${core}, union of intervals`, list);
  if (own.some((one) => (one.throttled_ns ?? 0) > 0)) {
    const key = make(
      "p",
      { class: "card__note" },
      swatch("grey", true),
      " the part below full clock",
    );
    made.append(key);
  }
  return made;
}
