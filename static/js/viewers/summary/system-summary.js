/** The summary of a system run as cards: figures, processes, steps, late ranks, host gaps. */

import { make } from "../../kit/dom.js";
import { count, duration, share } from "../../kit/units.js";
import { longestCard } from "./devices.js";
import { card, claim, empty, shareBar, table, tiles } from "./parts.js";
import {
  gapWords,
  graphTitle,
  lateWords,
  rankName,
  rankPlace,
  several,
  timelineAt,
} from "./words.js";

/** @typedef {import("./words.js").Summary} Summary */
/** @typedef {import("./words.js").Late} Late */
/** @typedef {import("./words.js").Gap} Gap */
/** @typedef {import("./words.js").Process} Process */
/** @typedef {import("./words.js").Steps} Steps */
/** @typedef {import("./devices.js").Devices} Devices */

const MOST_GAPS = 6;
const MOST_RANKS = 8;
const MOST_DEVICES = 16;

/**
 * All cards of a summary.
 * @param {string} profile
 * @param {Summary} summary
 * @param {Devices} devices
 * @returns {HTMLElement[]}
 */
export function summaryCards(profile, summary, devices) {
  const processes = processCard(summary);
  const longest = longestCard(devices, MOST_DEVICES, `/profiles/${profile}/devices/`);
  for (const wide of [processes, longest]) wide.classList.add("summary__wide");
  return [
    figures(profile, summary, devices),
    processes,
    column(
      stepsCard(profile, summary.steps),
      lateCard(profile, summary.stragglers),
      ranksCard(summary.stragglers),
    ),
    column(gapsCard(profile, summary.gaps)),
    longest,
  ];
}

/**
 * @param {...HTMLElement} cards
 * @returns {HTMLElement}
 */
function column(...cards) {
  return make("div", { class: "summary__column" }, ...cards);
}

/**
 * @param {string} profile
 * @param {Summary} summary
 * @param {Devices} devices
 * @returns {HTMLElement}
 */
function figures(profile, summary, devices) {
  const { instances, processes, logical_cores: logical, physical_cores: physical } = summary;
  const busiest = Math.max(0, ...processes.map((one) => one.running_share));
  const strip = tiles([
    {
      label: "First to last",
      value: duration(summary.wall_ns, 4),
      note: several(summary.events, "event"),
    },
    { label: "Instances", value: count(instances) },
    { label: "Processes", value: count(processes.length) },
    { label: "Logical cores", value: count(logical), note: several(physical, "physical core") },
    { label: "Device time", value: duration(summary.device_ns, 4), note: "summed over cores" },
    { label: "A core ran", value: share(busiest), note: "of that time, at most" },
  ]);
  const one = make("div", { class: "tiles__one" }, make("dt", {}, "Device profiles"));
  const link = make("a", { href: `/profiles/${profile}/devices/` }, count(devices.total));
  const note = devices.ready === devices.total ? "all ready" : `${count(devices.ready)} ready`;
  one.append(
    make("dd", {}, link),
    make("dd", { class: "tiles__note" }, devices.total ? note : "none"),
  );
  strip.append(one);
  return strip;
}

/**
 * @param {Summary} summary
 * @returns {HTMLElement}
 */
function processCard({ processes, first_ns: first }) {
  /** @type {import("./parts.js").Column<Process>[]} */
  const columns = [
    { head: "Instance", cell: (row) => row.instance_id, title: (row) => row.instance_id },
    { head: "Process", cell: (row) => row.process_id },
    { head: "Cores", cell: (row) => count(row.cores), isNumber: true },
    { head: "Events", cell: (row) => count(row.events), isNumber: true },
    { head: "Begins", cell: (row) => duration(row.first_ns - first, 3), isNumber: true },
    { head: "Lasts", cell: (row) => duration(row.last_ns - row.first_ns, 3), isNumber: true },
    { head: "A core ran", cell: (row) => shareBar(row.running_share), isNumber: true },
    { head: "Share", cell: (row) => share(row.running_share), isNumber: true },
    { head: "Ran", cell: (row) => duration(row.running_ns, 3), isNumber: true },
    { head: "Gaps", cell: (row) => (row.gaps ? count(row.gaps.count) : "–"), isNumber: true },
    {
      head: "Longest",
      cell: (row) => (row.gaps ? duration(row.gaps.max_ns, 3) : "–"),
      isNumber: true,
    },
  ];
  const isRuntime = processes.some((one) => !one.from_hardware);
  const note = isRuntime
    ? "Without hardware events a core counts as running while nrt_execute does."
    : "Share of the time from the first event to the last.";
  return card("Processes", note, table("Processes", columns, processes));
}

/**
 * @param {string} profile
 * @param {Steps[]} steps
 * @returns {HTMLElement}
 */
function stepsCard(profile, steps) {
  const none = "No nrt_execute in this run, so there are no steps.";
  if (!steps.length) return card("Steps", "", empty(none));
  const time = (/** @type {number} */ ns) => duration(ns, 3);
  /** @type {import("./parts.js").Column<Steps>[]} */
  const columns = [
    { head: "Graph", cell: graphTitle, title: graphTitle },
    { head: "Steps", cell: (row) => count(row.count), isNumber: true },
    { head: "Ranks", cell: (row) => count(row.ranks), isNumber: true },
    { head: "p50", cell: (row) => time(row.median_ns), isNumber: true },
    { head: "p99", cell: (row) => time(row.p99_ns), isNumber: true },
    { head: "Sum", cell: (row) => time(row.sum_ns), isNumber: true },
    {
      head: "Slowest",
      cell: ({ slowest: { start_ns: start, end_ns: end } }) =>
        make("a", { href: timelineAt(profile, start, end) }, time(end - start)),
      isNumber: true,
    },
  ];
  const note = "Calls of one graph on all ranks at the same time.";
  return card("Steps", note, table("Steps", columns, steps));
}

/**
 * @param {Late[]} late
 * @returns {HTMLElement}
 */
function ranksCard(late) {
  const most = [...late].sort((a, b) => b.costs_most.cost_ns - a.costs_most.cost_ns)[0];
  if (!most) return card("Ranks", "", empty("One rank alone waits for nobody."));
  const largest = Math.max(1, most.ranks[0]?.cost_ns ?? 1);
  /** @type {import("./parts.js").Column<import("./words.js").Lateness>[]} */
  const columns = [
    { head: "Rank", cell: (row) => rankName(row.rank), title: (row) => rankPlace(row.rank) },
    {
      head: "Last",
      cell: (row) => `${count(row.times_last)} of ${count(row.meetings)}`,
      isNumber: true,
    },
    {
      head: "After the first",
      cell: (row) => duration(row.median_after_first_ns, 3),
      isNumber: true,
    },
    { head: "", cell: (row) => shareBar(row.cost_ns / largest, "late"), isNumber: true },
    { head: "Costs", cell: (row) => duration(row.cost_ns, 3), isNumber: true },
  ];
  const shown = most.ranks.slice(0, MOST_RANKS);
  const note = `${shown.length} of ${several(most.rank_count, "rank")}, at ${most.name}; median after the first.`;
  return card("Ranks", note, table("Ranks", columns, shown));
}

/**
 * @param {string} profile
 * @param {Late[]} late
 * @returns {HTMLElement}
 */
function lateCard(profile, late) {
  const note = "Arrivals closer than the clocks agree mean nothing.";
  if (!late.length) return card("Late ranks", "", empty("No step of several ranks."));
  const ordered = late
    .filter(({ costs_most: worst }) => worst.cost_ns > 0)
    .sort((a, b) => b.costs_most.cost_ns - a.costs_most.cost_ns);
  if (!ordered.length) return card("Late ranks", "", empty("All ranks come at the same time."));
  const list = make("ol", { class: "claims" });
  ordered.forEach((one, at) => {
    const worst = one.worst[0];
    const link = worst && {
      href: timelineAt(profile, worst.first_ns, worst.first_ns + worst.spread_ns),
      text: `Worst: ${duration(worst.cost_ns, 3)}`,
    };
    list.append(claim({ place: at + 1, ...lateWords(one), link }));
  });
  return card("Late ranks", note, list);
}

/**
 * @param {string} profile
 * @param {Gap[]} gaps
 * @returns {HTMLElement}
 */
function gapsCard(profile, gaps) {
  const none = "Devices are never idle between two executions.";
  if (!gaps.length) return card("Host gaps", "", empty(none));
  const list = make("ol", { class: "claims" });
  gaps.slice(0, MOST_GAPS).forEach((gap, at) => {
    const link = { href: timelineAt(profile, gap.start_ns, gap.end_ns), text: "Show in timeline" };
    list.append(claim({ place: at + 1, ...gapWords(gap), link }, activities(gap)));
  });
  const shown = Math.min(gaps.length, MOST_GAPS);
  return card("Host gaps", `The ${several(shown, "longest", "longest")} between executions.`, list);
}

/**
 * @param {Gap} gap
 * @returns {HTMLElement}
 */
function activities({ host, host_other_ns: other, duration_ns: whole }) {
  const bars = make("div", { class: "claims__bars" });
  const rest = other
    ? [{ name: "other events", source: null, ns: other, share: other / whole }]
    : [];
  for (const { name, source, ns, share: part } of [...host.slice(0, 4), ...rest]) {
    const text = name === null ? make("span", {}, "nothing recorded") : make("code", {}, name);
    if (source) text.title = source;
    bars.append(
      shareBar(part, "host"),
      text,
      make("span", { class: "number" }, duration(ns, 3)),
      make("span", { class: "number" }, share(part)),
    );
  }
  return bars;
}
