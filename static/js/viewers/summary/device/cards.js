/** All cards of a device profile's summary, in the order of the page. */

import { make } from "../../../kit/dom.js";
import { boundsCard } from "./bounds.js";
import { criticalPathCard } from "./critical-path.js";
import { dmaCard } from "./dma.js";
import { collectivesCard, nkiCard, noticesCard, systemCard } from "./facts.js";
import { findingsCard } from "./findings.js";
import { busyCard, hbmCard, tensorCard } from "./partitions.js";
import { eventAddress, tileEvents } from "./places.js";
import { select } from "./region-bar.js";
import { rooflineCard } from "./roofline.js";
import { metricStrip } from "./strip.js";

/** @typedef {import("./shapes.js").Summary} Summary */
/** @typedef {import("./shapes.js").Place} Place */

/**
 * The core whose units are shown first: the one that computes most.
 * @param {Summary} summary
 * @returns {number}
 */
export function busiestCore({ busy, range }) {
  /** @type {Map<number, number>} */
  const sums = new Map();
  for (const { core, active_ns: ns, is_computing: computes } of busy) {
    if (computes) sums.set(core, (sums.get(core) ?? 0) + (ns ?? 0));
  }
  const [most] = [...sums].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  return most?.[0] ?? range.core ?? range.cores[0]?.core ?? 0;
}

/**
 * @param {string} name of the place in the grid
 * @param {...HTMLElement} cards
 * @returns {HTMLElement}
 */
function place(name, ...cards) {
  return make("div", { class: `sum__place sum__place--${name}` }, ...cards);
}

/**
 * The cards of one core's units, with a choice of the core where there are several.
 * @param {Summary} summary
 * @param {string} profile
 * @returns {HTMLElement}
 */
function unitCards(summary, profile) {
  const show = (/** @type {{longest: Place | null}} */ one) => eventAddress(profile, one.longest);
  const row = place("units");
  const cores = [...new Set(summary.busy.map(({ core }) => core))].sort((a, b) => a - b);
  const fill = (/** @type {number} */ core) => {
    const made = [
      tensorCard(summary, core, show),
      busyCard(summary, core, show),
      hbmCard(summary, show),
    ];
    if (cores.length > 1) {
      const options = cores.map((one) => ({ value: String(one), text: `core ${one}` }));
      const act = (/** @type {string} */ value) => {
        fill(Number(value));
        row.querySelector("select")?.focus();
      };
      made[0]
        ?.querySelector("header")
        ?.append(select("Core of these cards", options, String(core), act));
    }
    row.replaceChildren(...made);
  };
  fill(busiestCore(summary));
  return row;
}

/**
 * @param {Summary} summary
 * @param {{profile: string, meanings: Map<string, import("./shapes.js").Meaning>, opcodes: import("./opcodes.js").OpcodeTable}} around
 * @returns {HTMLElement[]}
 */
export function summaryCards(summary, { profile, meanings, opcodes }) {
  const around = { profile, range: summary.range };
  const show = (/** @type {{longest: Place | null}} */ one) => eventAddress(profile, one.longest);
  const events = tileEvents(summary);
  opcodes.show(summary.opcodes, show);
  return [
    metricStrip(summary.strip, meanings, (metric) => eventAddress(profile, events[metric])),
    place("findings", findingsCard(summary.findings, around)),
    place("roofline", rooflineCard(summary.roofline, summary.machine.cores, show)),
    unitCards(summary, profile),
    place(
      "main",
      opcodes.element,
      boundsCard(summary.bounds),
      criticalPathCard(summary.critical_path, around),
    ),
    place(
      "side",
      dmaCard(summary.dma, show),
      noticesCard(summary.notices),
      collectivesCard(summary, show),
      nkiCard(summary, show),
      systemCard(summary),
    ),
  ];
}
