/** Findings, the largest bound first: claim, evidence, advice, bound, place, and the way there. */

import { button, make } from "../../../kit/dom.js";
import { findingName } from "../../../timeline/address.js";
import { card, empty } from "../parts.js";
import { several } from "../words.js";
import { locator } from "./drawing.js";
import { term } from "./meaning.js";
import { times } from "./numbers.js";
import { findingAddress } from "./places.js";

/** @typedef {import("./shapes.js").Finding} Finding */
/** @typedef {import("./shapes.js").Range} Range */

const AT_FIRST = 6;
const NOTE = "Ranked by the most they could save. Bounds, not predictions; they do not add up.";

/** @type {[RegExp, string][]} */
const HUES = [
  [/\/dma\d|\/engines\d/, "violet"],
  [/\/clock\//, "orange"],
  [/\/tensor/, "blue"],
  [/\/vector$/, "green"],
  [/\/scalar$/, "orange"],
  [/\/gpsimd$/, "pink"],
];

/**
 * The colour of a finding's place: that of its rows, grey where it is about all of a core.
 * @param {Finding} finding
 * @returns {string}
 */
export function hueOf({ rule, evidence: { tracks, noun } }) {
  if (rule === "transposes") return "pink";
  if (/DMA/.test(noun)) return "violet";
  const found = new Set(
    tracks.map((key) => HUES.find(([pattern]) => pattern.test(key))?.[1] ?? "grey"),
  );
  return found.size === 1 ? ([...found][0] ?? "grey") : "grey";
}

/**
 * What the link of a finding is called.
 * @param {Finding} finding
 * @returns {string}
 */
export function showText({ evidence: { count, noun }, rule }) {
  if (rule === "core_difference") return "Show the core";
  return count ? `Show ${several(count, noun)}` : "Show the place";
}

/**
 * @param {Finding} finding
 * @returns {string} up to 2.7 ×; what saves nothing says so
 */
export function boundText({ bound }) {
  return bound.saved_ns > 0 ? `up to ${times(bound.factor)}` : "no bound";
}

/**
 * What the timeline calls a finding. It knows those of the whole first trace.
 * @param {Finding[]} findings
 * @param {Finding} finding
 * @param {Range} range
 * @returns {string | null}
 */
export function nameOnTimeline(findings, finding, { is_whole: isWhole, core }) {
  const isFirst = finding.evidence.tracks.every((key) => key.startsWith("p0/"));
  return isWhole && core === null && isFirst ? findingName(findings, finding) : null;
}

/**
 * @param {Finding} finding
 * @param {{profile: string, range: Range, findings: Finding[]}} around
 * @returns {HTMLElement}
 */
function one(finding, { profile, range, findings }) {
  const { title, detail, advice, bound, rank, range_count: places } = finding;
  const words = make("p", { class: "finding__detail" }, `${detail} `);
  words.append(make("span", { class: "finding__advice" }, advice));
  const address = findingAddress(profile, finding, nameOnTimeline(findings, finding, range));
  const isNotice = finding.rule === "doubtful_data";
  const link = make(
    "a",
    {
      href: isNotice || address === null ? "#card-data-notices" : address,
      "aria-describedby": `finding-${rank}`,
    },
    isNotice || address === null ? "See the notices" : showText(finding),
  );
  const where = `Happens in ${several(places, "place")} of the region`;
  const side = make(
    "div",
    { class: "finding__side" },
    make("p", { class: "finding__bound" }, term("findings.factor", boundText(finding)), link),
    locator(finding.ranges, range, hueOf(finding), where),
    make("p", { class: "finding__assumption" }, bound.assumption),
  );
  return make(
    "li",
    { class: "finding" },
    make("span", { class: "finding__rank", "aria-hidden": "true" }, String(rank)),
    make("div", { class: "finding__words" }, make("h3", { id: `finding-${rank}` }, title), words),
    side,
  );
}

/**
 * @param {Finding[]} findings
 * @param {{profile: string, range: Range}} around
 * @returns {HTMLElement}
 */
export function findingsCard(findings, around) {
  if (!findings.length) {
    return card("Findings", NOTE, empty("No rule finds anything in this region."));
  }
  const list = make("ol", { class: "findings" });
  const made = findings.map((finding) => one(finding, { ...around, findings }));
  list.append(...made.slice(0, AT_FIRST));
  const rest = made.slice(AT_FIRST);
  if (!rest.length) return card("Findings", NOTE, list);
  const more = button({
    text: `Show ${several(rest.length, "more finding")}`,
    class: "button--quiet findings__more",
    act: () => {
      list.append(...rest);
      more.remove();
      rest[0]?.querySelector("a")?.focus();
    },
  });
  return card("Findings", NOTE, list, more);
}
