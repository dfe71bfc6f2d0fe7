/** The critical path: who is on it for how long, and its longest links, each on the timeline. */

import { make } from "../../../kit/dom.js";
import { count } from "../../../kit/units.js";
import { card, empty, table } from "../parts.js";
import { locator, stackedBar } from "./drawing.js";
import { figure } from "./meaning.js";
import { inUnit, percent } from "./numbers.js";
import { linkAddress } from "./places.js";

/** @typedef {import("./shapes.js").CriticalPath} CriticalPath */
/** @typedef {import("./shapes.js").Link} Link */
/** @typedef {import("./shapes.js").Resource} Resource */
/** @typedef {import("./shapes.js").Range} Range */

/** @type {Record<string, string>} */
const HUES = { work: "blue", transfer: "violet", latency: "yellow", unexplained: "grey" };

/** @type {Record<string, string>} */
const KINDS = {
  work: "works",
  transfer: "transfers",
  latency: "starts late",
  unexplained: "not explained",
};

/**
 * @param {Resource | Link} resource
 * @returns {string}
 */
export function resourceName({ core, name }) {
  return core === null ? name : `${name} of core ${core}`;
}

/**
 * A link in words: what took the time, and what went on then.
 * @param {Link} link
 * @returns {string}
 */
export function linkWords(link) {
  const { kind, opcode, after_opcode: after, released_by: by } = link;
  const where = resourceName(link);
  const what = kind === "transfer" && opcode ? `transfer of ${opcode} on ${where}` : null;
  const did = what ?? (opcode && kind !== "unexplained" ? `${opcode} on ${where}` : where);
  const late = kind === "latency" ? `${did} could start and did not yet` : did;
  if (!after || by === "first") return late;
  return by === "engine order"
    ? `${late}; then ${after}`
    : `${late}; ${after} waited for this ${by}`;
}

/**
 * @param {CriticalPath} path
 * @param {{profile: string, range: Range}} around
 * @returns {HTMLElement}
 */
export function criticalPathCard(path, { profile, range }) {
  const title = "Critical path";
  if (path.missing) return card(title, "", empty(`Not available: needs ${path.missing}.`));
  const note = `Back from the last instruction, always to what was waited for: ${inUnit(path.ns, "ns")}.`;
  const largest = Math.max(1, ...path.resources.map(({ ns }) => ns));
  /** @type {import("../parts.js").Column<Resource>[]} */
  const columns = [
    { head: "Resource", cell: resourceName, title: resourceName },
    { head: "On the path", cell: ({ kind }) => KINDS[kind] ?? kind },
    { head: "Links", cell: (row) => count(row.count), isNumber: true },
    {
      head: "",
      cell: ({ ns, kind }) =>
        stackedBar([{ share: ns / largest, hue: HUES[kind] ?? "grey" }], "thin"),
    },
    {
      head: "Time",
      cell: ({ ns }) => figure("critical_path.ns", inUnit(ns, "ns")),
      isNumber: true,
    },
    {
      head: "Share",
      cell: ({ share }) => figure("critical_path.share", percent(share)),
      isNumber: true,
    },
  ];
  const links = path.links.map((link) => {
    const { start_ns: start, end_ns: end, ns, kind } = link;
    return make(
      "li",
      {},
      figure("critical_path.ns", inUnit(ns, "ns")),
      make("span", { class: "path__words" }, linkWords(link)),
      locator([[start, end]], range, HUES[kind] ?? "grey", "Where it lies in the region"),
      make(
        "a",
        { href: linkAddress(profile, link), "aria-label": `Show ${linkWords(link)}` },
        "Show",
      ),
    );
  });
  return card(
    title,
    note,
    make(
      "div",
      { class: "path" },
      make(
        "div",
        {},
        make("h3", {}, "Who is on it"),
        table("Resources on the critical path", columns, path.resources),
      ),
      make(
        "div",
        {},
        make("h3", {}, `Its ${links.length} longest links`),
        make("ol", { class: "path__links" }, ...links),
      ),
    ),
  );
}
