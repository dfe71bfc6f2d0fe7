/** The page of a selection: what its sums look like. */

import { make } from "../../../kit/dom.js";
import { bytesPerSecond, count, duration, memorySize, share } from "../../../kit/units.js";
import { opcodeHue } from "../../summary/device/opcode-classes.js";
import { aboutText, engineHue, movedName } from "./words.js";

/** @typedef {import("./words.js").Part} Part */
/** @typedef {import("./words.js").Answer} Answer */

const MOST_OPCODES = 14;
const MOST_SIZES = 12;
const DIGITS = 3;

/**
 * A bar of a share, filled through the CSSOM since styles in elements are not allowed.
 * @param {number} part 0 to 1
 * @param {string} hue
 * @returns {HTMLElement}
 */
function bar(part, hue) {
  const fill = make("span", { class: `sums__fill sums__fill--${hue}` });
  fill.style.transform = `scaleX(${Math.min(1, part)})`;
  return make("span", { class: "sums__bar", "aria-hidden": "true" }, fill);
}

/**
 * @param {string} name
 * @param {string[]} heads the first one of the column of names
 * @param {(Node | string)[][]} rows
 * @returns {HTMLElement}
 */
function table(name, heads, rows) {
  const head = heads.map((text, at) =>
    make("th", { scope: "col", class: at > 0 ? "number" : undefined }, text),
  );
  const body = rows.map(([first, ...rest]) =>
    make(
      "tr",
      {},
      make("th", { scope: "row" }, first),
      ...rest.map((value) => make("td", { class: "number" }, value)),
    ),
  );
  const made = make("table", { class: "sums" }, make("caption", { class: "sr-only" }, name));
  made.append(make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...body));
  return made;
}

/**
 * @param {string | null} title
 * @param {...Node} content
 * @returns {HTMLElement}
 */
function section(title, ...content) {
  const heads = title === null ? [] : [make("h3", {}, title)];
  return make("section", { class: "panel__section" }, ...heads, ...content);
}

/**
 * @param {string} hue
 * @param {string} text
 * @param {string} [after] quiet words behind it
 * @returns {HTMLElement}
 */
function named(hue, text, after = "") {
  const label = make("span", { class: `sums__swatch sums__fill--${hue}` });
  const own = make("span", {}, label, text);
  if (after) own.append(make("span", { class: "quiet" }, ` ${after}`));
  return own;
}

/**
 * @param {{core: number}[]} rows
 * @param {{core: number}} row
 * @returns {string} its core, where there are several
 */
function coreText(rows, { core }) {
  return rows.some((other) => other.core !== core) ? `core ${core}` : "";
}

/**
 * @param {import("./words.js").Queue} row
 * @returns {string} how fast it moved while it was busy
 */
function rateText({ bytes, active_ns: ns }) {
  return ns > 0 ? `${bytesPerSecond((bytes / ns) * 1e9)} while busy` : "";
}

/**
 * @param {Part} part
 * @returns {HTMLElement[]}
 */
function engines({ engines: rows }) {
  const shown = rows.filter((row) => row.count > 0 || row.sum_ns > 0 || row.wait_ns > 0);
  if (shown.length === 0) return [];
  const body = shown.map((row) => [
    named(engineHue(row.name), row.name, coreText(rows, row)),
    count(row.count),
    duration(row.active_ns, DIGITS),
    make("span", { class: "sums__busy" }, bar(row.active, engineHue(row.name)), share(row.active)),
  ]);
  return [section(null, table("Engines", ["Engine", "Count", "Active", "Busy"], body))];
}

/**
 * @param {Part} part
 * @returns {HTMLElement[]}
 */
function opcodes({ opcodes: rows, opcodes_total: total }) {
  if (rows.length === 0) return [];
  const most = Math.max(...rows.map(({ sum_ns: ns }) => ns), 1);
  const line = (/** @type {import("./words.js").Opcode} */ row) => {
    const hue = opcodeHue(row.opcode);
    const longest = row.longest_ns === null ? "" : `longest ${duration(row.longest_ns, DIGITS)}`;
    const head = make("span", { class: "sums__line", title: longest });
    head.append(make("code", {}, row.opcode));
    if (hue === "unknown") head.append(make("span", { class: "badge badge--warn" }, "unknown"));
    head.append(
      make("span", { class: "sums__time" }, duration(row.sum_ns, DIGITS)),
      make("span", { class: "sums__count quiet" }, count(row.count)),
    );
    return make("li", {}, head, bar(row.sum_ns / most, hue));
  };
  const first = rows.slice(0, MOST_OPCODES).map(line);
  const rest = rows.slice(MOST_OPCODES).map(line);
  const own = section("Opcodes by summed time", make("ul", { class: "sums__list" }, ...first));
  if (rest.length > 0) {
    const more = make("details", {}, make("summary", {}, `${count(rest.length)} more`));
    more.append(make("ul", { class: "sums__list" }, ...rest));
    own.append(more);
  }
  if (total > rows.length)
    own.append(make("p", { class: "quiet" }, `The first ${rows.length} of ${count(total)}.`));
  return [own];
}

/**
 * @param {Part} part
 * @returns {HTMLElement[]}
 */
function waits({ engines: rows }, /** @type {number} */ length) {
  const own = rows.filter(({ waits: number, wait_ns: ns }) => number > 0 || ns > 0);
  if (own.length === 0) return [];
  const body = own.map((row) => [
    named(engineHue(row.name), row.name, coreText(rows, row)),
    count(row.waits),
    duration(row.wait_ns, DIGITS),
    share(row.wait_ns / length),
  ]);
  const heads = ["Engine", "Count", "Time", "Share"];
  return [section("Waits for semaphores", table("Waits for semaphores", heads, body))];
}

/**
 * @param {Part} part
 * @returns {HTMLElement[]}
 */
function transfers({ queues, sizes, routes }) {
  const own = queues.filter(({ packets, bytes }) => packets > 0 || bytes > 0);
  /** @type {HTMLElement[]} */
  const found = [];
  if (own.length > 0) {
    const body = own.map((row) => [
      make("span", { title: rateText(row) }, named("violet", row.name, coreText(own, row))),
      count(row.packets),
      memorySize(Math.round(row.bytes)),
      share(row.active),
    ]);
    const heads = ["Queue", "Packets", "Bytes", "Busy"];
    found.push(section("DMA", table("DMA", heads, body)));
  }
  if (sizes.some(({ packets }) => packets > 0)) found.push(histogram(sizes));
  if (routes.length > 0) {
    const body = routes.map((row) => [
      `${row.from ?? "unnamed"} → ${row.to ?? "unnamed"}`,
      count(row.transfers),
      memorySize(row.bytes),
    ]);
    found.push(
      section(
        "Whole transfers",
        table("Whole transfers", ["From, to", "Transfers", "Bytes"], body),
      ),
    );
  }
  return found;
}

/**
 * @param {import("./words.js").Size[]} sizes
 * @returns {HTMLElement}
 */
function histogram(sizes) {
  const most = Math.max(...sizes.map(({ packets }) => packets));
  const largest = [...sizes].sort((a, b) => b.packets - a.packets).slice(0, MOST_SIZES);
  const shown = sizes.filter((one) => largest.includes(one) && one.packets > 0);
  const body = shown.map(({ least_bytes: least, most_bytes: top, packets, bytes }) => [
    least === top ? memorySize(top) : `${memorySize(least)} – ${memorySize(top)}`,
    make("span", { class: "sums__busy" }, bar(packets / most, "violet"), count(packets)),
    memorySize(Math.round(bytes)),
  ]);
  const own = section(
    "Packets by size",
    table("Packets by size", ["Size", "Packets", "Bytes"], body),
  );
  const left = sizes.filter(({ packets }) => packets > 0).length - shown.length;
  if (left > 0) own.append(make("p", { class: "quiet" }, `and ${count(left)} rarer sizes`));
  return own;
}

/**
 * @param {Part} part
 * @returns {HTMLElement[]}
 */
function moved({ moved: rows }) {
  const own = rows.flatMap(({ id, bytes }) => (bytes ? [{ id, bytes }] : []));
  if (own.length === 0) return [];
  const body = own.map(({ id, bytes }) => [movedName(id), memorySize(Math.round(bytes))]);
  return [
    section("Bytes of instructions", table("Bytes of instructions", ["Where", "Bytes"], body)),
  ];
}

/**
 * @param {Answer} answer
 * @param {boolean} isBox
 * @returns {HTMLElement[]}
 */
export function content(answer, isBox) {
  if (answer.parts.length === 0)
    return [make("p", { class: "panel__empty" }, "No rows are chosen.")];
  return answer.parts.flatMap((part) => {
    const about = make("p", { class: "panel__section quiet", "data-about": "" });
    about.append(
      [answer.parts.length > 1 ? `Part ${part.part + 1}` : "", aboutText(part, isBox)]
        .filter(Boolean)
        .join(" · "),
    );
    return [
      about,
      ...engines(part),
      ...opcodes(part),
      ...waits(part, answer.duration_ns),
      ...transfers(part),
      ...moved(part),
    ];
  });
}
