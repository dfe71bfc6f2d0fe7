/** Opcodes by engine: counts, times, percentiles; sorted by any column, filtered by words. */

import { make } from "../../../kit/dom.js";
import { count, THIN } from "../../../kit/units.js";
import { card, empty } from "../parts.js";
import { several } from "../words.js";
import { stackedBar, swatch } from "./drawing.js";
import { figure, linked } from "./meaning.js";
import { inUnit } from "./numbers.js";
import { opcodeHue } from "./opcode-classes.js";

/** @typedef {import("./shapes.js").Opcode} Opcode */
/** @typedef {"opcode" | "engine" | "count" | "sum_ns" | "median_ns" | "p95_ns" | "max_ns"} Order */

const AT_FIRST = 16;

/** @type {{order: Order, head: string, metric: string | null, isNumber: boolean}[]} */
const COLUMNS = [
  { order: "opcode", head: "Opcode", metric: null, isNumber: false },
  { order: "engine", head: "Engine", metric: null, isNumber: false },
  { order: "count", head: "Count", metric: "opcodes.count", isNumber: true },
  { order: "sum_ns", head: "Summed time", metric: "opcodes.sum_ns", isNumber: true },
  { order: "median_ns", head: "Median", metric: "opcodes.median_ns", isNumber: true },
  { order: "p95_ns", head: "p95", metric: "opcodes.p95_ns", isNumber: true },
  { order: "max_ns", head: "Longest", metric: "opcodes.max_ns", isNumber: true },
];

/**
 * @param {Opcode} row
 * @returns {string} MATMUL; ACTIVATE · EXP
 */
export function opcodeName(row) {
  return row.function ? `${row.opcode} · ${row.function}` : row.opcode;
}

/**
 * The rows whose names, engine or core hold all words, in an order: numbers fall, names rise.
 * @param {Opcode[]} rows
 * @param {string} words
 * @param {Order} order
 * @returns {Opcode[]}
 */
export function chosenOpcodes(rows, words, order) {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found = rows.filter((row) => {
    const text = `${opcodeName(row)} ${row.track} ${row.engine} core ${row.core}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
  const value = (/** @type {Opcode} */ row) =>
    order === "opcode"
      ? opcodeName(row)
      : order === "engine"
        ? `${row.track} ${row.core}`
        : row[order];
  return found.sort((a, b) => {
    const [one, other] = [value(a), value(b)];
    if (typeof one === "string" && typeof other === "string") {
      return one.localeCompare(other) || b.sum_ns - a.sum_ns;
    }
    return Number(other ?? -1) - Number(one ?? -1) || b.sum_ns - a.sum_ns;
  });
}

/**
 * @param {Opcode} row
 * @param {number} largest summed time of a row, ns
 * @param {boolean} isCoreSaid
 * @param {string | null} show the timeline at its longest instruction
 * @returns {HTMLElement}
 */
function line(row, largest, isCoreSaid, show) {
  const hue = opcodeHue(row.opcode);
  const code = make("code", {}, opcodeName(row));
  const name = make("td", { class: "plain__name" }, swatch(hue), linked(code, show));
  const engine = make("td", {}, isCoreSaid ? `${row.track}${THIN}·${THIN}${row.core}` : row.track);
  if (isCoreSaid) engine.title = `${row.track} of core ${row.core}`;
  const number = (/** @type {string} */ metric, /** @type {string} */ text) =>
    make("td", { class: "plain__number" }, figure(metric, text, show));
  const bar = stackedBar([{ share: largest ? row.sum_ns / largest : 0, hue }], "thin");
  return make(
    "tr",
    {},
    name,
    engine,
    number("opcodes.count", count(row.count)),
    number("opcodes.sum_ns", inUnit(row.sum_ns, "ns")),
    make("td", { class: "plain__bar" }, bar),
    number("opcodes.median_ns", inUnit(row.median_ns, "ns")),
    number("opcodes.p95_ns", inUnit(row.p95_ns, "ns")),
    number("opcodes.max_ns", inUnit(row.max_ns, "ns")),
  );
}

/** The card keeps its filter, order and length while the region changes. */
export class OpcodeTable {
  constructor() {
    /** @type {Opcode[]} */
    this.rows = [];
    this.words = "";
    /** @type {Order} */
    this.order = "sum_ns";
    this.isWhole = false;
    /** @type {(row: Opcode) => string | null} */
    this.address = () => null;
    this.body = make("tbody");
    this.foot = make("p", { class: "card__foot", role: "status" });
    this.heads = COLUMNS.map((column) => this.head(column));
    this.filter = make("input", {
      ...{ class: "field sum-filter", type: "search", placeholder: "Filter" },
      ...{ "aria-label": "Filter opcodes", autocomplete: "off", spellcheck: "false" },
    });
    this.filter.addEventListener("input", () => {
      this.words = /** @type {HTMLInputElement} */ (this.filter).value;
      this.fill();
    });
    const heads = [...this.heads];
    // The bar of the summed time has no head of its own.
    heads.splice(4, 0, make("td", { "aria-hidden": "true" }));
    const table = make("table", { class: "plain plain--dense", "aria-label": "Opcodes" });
    table.append(make("thead", {}, make("tr", {}, ...heads)), this.body);
    const scroll = { class: "card__scroll", tabindex: "0", role: "group", "aria-label": "Opcodes" };
    this.element = card("Opcodes", "", make("div", scroll, table), this.foot);
    this.element.querySelector("header")?.append(this.filter);
  }

  /**
   * @param {(typeof COLUMNS)[number]} column
   * @returns {HTMLElement}
   */
  head({ order, head, metric, isNumber }) {
    const press = make(
      "button",
      { class: "sort", type: "button", "data-order": order, "data-metric": metric ?? undefined },
      head,
    );
    press.addEventListener("click", () => {
      this.order = order;
      this.fill();
    });
    return make("th", { scope: "col", class: isNumber ? "plain__number" : "plain__name" }, press);
  }

  /**
   * @param {Opcode[]} rows
   * @param {(row: Opcode) => string | null} address the timeline at a row's longest instruction
   */
  show(rows, address) {
    this.rows = rows;
    this.address = address;
    this.fill();
  }

  fill() {
    const found = chosenOpcodes(this.rows, this.words, this.order);
    const shown = this.isWhole ? found : found.slice(0, AT_FIRST);
    const largest = Math.max(0, ...this.rows.map((row) => row.sum_ns));
    const isCoreSaid = new Set(this.rows.map((row) => row.core)).size > 1;
    this.body.replaceChildren(
      ...shown.map((row) => line(row, largest, isCoreSaid, this.address(row))),
    );
    COLUMNS.forEach(({ order }, at) => {
      const isRising = order === "opcode" || order === "engine";
      const sorted = order === this.order ? (isRising ? "ascending" : "descending") : "none";
      this.heads[at]?.setAttribute("aria-sort", sorted);
    });
    this.foot.replaceChildren(...this.footWords(found.length, shown.length));
  }

  /**
   * @param {number} found
   * @param {number} shown
   * @returns {(HTMLElement | string)[]}
   */
  footWords(found, shown) {
    if (!this.rows.length) return [empty("No instruction starts in this region.")];
    if (!found) return [empty(`No opcode matches “${this.words}”.`)];
    if (found === shown) return [several(found, "row")];
    const more = make("button", { class: "button button--quiet", type: "button" }, "Show all");
    more.addEventListener("click", () => {
      this.isWhole = true;
      this.fill();
      this.filter.focus();
    });
    return [`${count(shown)} of ${several(found, "row")} `, more];
  }
}
