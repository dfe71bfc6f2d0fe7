/** Collectives, the share of kernels, data notices and facts about the system. */

import { icon, make } from "../../../kit/dom.js";
import { count, THIN } from "../../../kit/units.js";
import { card, empty, table } from "../parts.js";
import { stackedBar } from "./drawing.js";
import { figure, linked, term } from "./meaning.js";
import { inUnit, NONE, percent } from "./numbers.js";

/** @typedef {import("./shapes.js").Summary} Summary */
/** @typedef {import("./shapes.js").Operation} Operation */
/** @typedef {import("./shapes.js").DataNotice} DataNotice */

/**
 * @param {Summary} summary
 * @param {(row: Operation) => string | null} show
 * @returns {HTMLElement}
 */
export function collectivesCard({ collectives }, show) {
  const title = "Collectives";
  if (!collectives.operations.length) {
    return card(title, "", empty("No collectives in this region."));
  }
  const time = (/** @type {keyof Operation} */ name) => (/** @type {Operation} */ row) =>
    figure("collectives.median_ns", inUnit(Number(row[name]), "ns"), show(row));
  /** @type {import("../parts.js").Column<Operation>[]} */
  const columns = [
    { head: "Operation", cell: (row) => linked(row.operation, show(row)) },
    { head: "Count", cell: (row) => count(row.count), isNumber: true },
    {
      head: "Summed",
      cell: (row) => figure("collectives.sum_ns", inUnit(row.sum_ns, "ns"), show(row)),
      isNumber: true,
    },
    { head: "Shortest", cell: time("min_ns"), isNumber: true },
    { head: "Median", cell: time("median_ns"), isNumber: true },
    { head: "Longest", cell: time("max_ns"), isNumber: true },
  ];
  return card(
    title,
    `${count(collectives.count)} in this region`,
    table(title, columns, collectives.operations),
  );
}

/**
 * @param {Summary} summary
 * @param {(row: Summary["nki"]["engines"][number]) => string | null} show
 * @returns {HTMLElement}
 */
export function nkiCard({ nki }, show) {
  const title = "NKI kernels";
  if (!nki.engines.length) {
    const why = nki.missing
      ? `Not available: needs ${nki.missing}.`
      : "No instruction in this region.";
    return card(title, "", empty(why));
  }
  const lines = nki.engines.map((row) => {
    const { engine, kernel, all, kernel_ns: ns, all_ns: allNs } = row;
    const part = all ? kernel / all : null;
    const line = make(
      "li",
      {
        title: `${count(kernel)} of ${count(all)} instructions, ${inUnit(ns, "ns")} of ${inUnit(allNs, "ns")}`,
      },
      term("nki.kernel", engine, show(row)),
      stackedBar([{ share: part ?? 0, hue: "blue" }]),
      figure("nki.kernel_ns", inUnit(ns, "ns"), show(row)),
      figure("nki.kernel", part === null ? NONE : percent(part), show(row)),
    );
    return line;
  });
  return card(
    title,
    "instructions that come from a kernel's source",
    make("ul", { class: "busy" }, ...lines),
  );
}

/**
 * @param {DataNotice[]} notices
 * @returns {HTMLElement}
 */
export function noticesCard(notices) {
  const made = card("Data notices", "");
  if (!notices.length) {
    made.append(empty("Nothing is missing or odd in this capture."));
    return made;
  }
  made
    .querySelector("header")
    ?.append(make("span", { class: "badge badge--warn" }, count(notices.length)));
  const items = notices.map(({ title, detail, count: many }) => {
    const words = make("p", {}, make("strong", {}, title));
    if (detail) words.append(` ${detail}`);
    if (many > 1) words.append(make("span", { class: "quiet" }, ` ${count(many)}${THIN}×`));
    return make("li", { class: "notices__one" }, icon("warn"), words);
  });
  made.append(make("ul", { class: "notices" }, ...items));
  return made;
}

/**
 * @param {Summary} summary
 * @returns {HTMLElement}
 */
export function systemCard({ system }) {
  const facts = make("dl", { class: "facts sum-facts" });
  for (const { title, value } of system) {
    const text = value === null || value === "" ? NONE : String(value);
    facts.append(make("dt", {}, title), make("dd", {}, text));
  }
  return card("System", "", facts);
}
