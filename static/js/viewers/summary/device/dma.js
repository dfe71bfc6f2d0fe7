/** DMA: how busy each engine was, packets by size with their rate, and totals by type, source, queue. */

import { make } from "../../../kit/dom.js";
import { bytesPerSecond, count } from "../../../kit/units.js";
import { card, empty, table } from "../parts.js";
import { several } from "../words.js";
import { stackedBar, svg } from "./drawing.js";
import { figure, linked, term } from "./meaning.js";
import { inUnit, NONE, percent } from "./numbers.js";

/** @typedef {import("./shapes.js").Dma} Dma */
/** @typedef {import("./shapes.js").DmaEngine} DmaEngine */
/** @typedef {import("./shapes.js").DmaSize} DmaSize */
/** @typedef {import("./shapes.js").BusyPackets} BusyPackets */
/** The timeline at the packet that shows a row. @typedef {(row: {longest: import("./shapes.js").Place | null}) => string | null} Show */

const EVEN = 0.25;
const MOST_SIZES = 10;

/**
 * How evenly the engines work, in words.
 * @param {DmaEngine[]} engines
 * @returns {string}
 */
export function evenness(engines) {
  const shares = engines.map(({ active }) => active);
  const mean = shares.reduce((sum, one) => sum + one, 0) / Math.max(1, shares.length);
  if (!mean) return "";
  return Math.max(...shares) - Math.min(...shares) <= EVEN * mean ? "even" : "uneven";
}

/**
 * @param {DmaSize} size
 * @returns {string} 4 KiB; 8 B – 1 KiB
 */
export function sizeText({ least_bytes: least, most_bytes: most }) {
  const text = (/** @type {number} */ bytes) => inUnit(bytes, "bytes");
  return least === most ? text(most) : `${text(least)} – ${text(most)}`;
}

/**
 * Sizes as they are shown: those with most packets or bytes each for itself, in order of size.
 * @param {DmaSize[]} sizes
 * @returns {DmaSize[]}
 */
export function shownSizes(sizes) {
  const weight = (/** @type {DmaSize} */ { packets, sum_ns: ns }) => packets + ns;
  return [...sizes]
    .sort((a, b) => weight(b) - weight(a))
    .slice(0, MOST_SIZES)
    .sort((a, b) => a.most_bytes - b.most_bytes);
}

/**
 * A column for each engine, as high as its busy share.
 * @param {DmaEngine[]} engines
 * @param {Show} show
 * @returns {HTMLElement}
 */
function engineColumns(engines, show) {
  const most = Math.max(0.0001, ...engines.map(({ active }) => active));
  const width = 100 / engines.length;
  const columns = engines.map((one, at) => {
    const { engine, active } = one;
    const height = Math.max((active / most) * 100, active ? 2 : 0);
    const place = { x: `${at * width + width * 0.08}%`, width: `${width * 0.84}%` };
    const title = svg("title", {}, `E${engine}: busy ${percent(active)}`);
    const size = { y: `${100 - height}%`, height: `${height}%` };
    return way(svg("rect", { class: "ink--violet", ...place, ...size }, title), show(one));
  });
  const busiest = [...engines].sort((a, b) => b.active - a.active)[0];
  const address = busiest ? show(busiest) : null;
  const shares = engines.map(({ active }) => active);
  const [least, largest] = [Math.min(...shares), Math.max(...shares)];
  const spread = least === largest ? percent(largest) : `${percent(least)} – ${percent(largest)}`;
  const [first, last] = [engines[0]?.engine, engines.at(-1)?.engine];
  const label = `Busy share of DMA engines E${first} to E${last}: ${spread}, ${evenness(engines)}`;
  return make(
    "div",
    { class: "dma__engines" },
    make("p", {}, term("dma.active", `Busy per engine, E${first} to E${last}`, address)),
    svg("svg", { class: "dma__columns", role: "group", "aria-label": label }, ...columns),
    make(
      "p",
      { class: "dma__ends" },
      figure("dma.active", spread, address),
      make("span", {}, evenness(engines)),
    ),
  );
}

/**
 * @param {DmaSize[]} sizes
 * @param {Show} show
 * @returns {HTMLElement}
 */
function sizeLines(sizes, show) {
  const shown = shownSizes(sizes);
  const most = Math.max(1, ...shown.map(({ packets }) => packets));
  const lines = shown.map((size) =>
    make(
      "li",
      {},
      make("span", {}, linked(sizeText(size), show(size))),
      stackedBar([{ share: size.packets / most, hue: "violet" }], "thin"),
      figure("dma.packets", count(size.packets), show(size)),
    ),
  );
  return make(
    "div",
    { class: "dma__sizes" },
    make("p", {}, term("dma.packets", "Packets by size")),
    make("ul", {}, ...lines),
  );
}

const [WIDTH, HEIGHT] = [420, 150];
const ROOM = { left: 58, right: 410, top: 10, bottom: 116 };

/**
 * How fast a packet of each size moves: both scales logarithmic, one dot a size, as large as its
 * part of the bytes.
 * @param {DmaSize[]} sizes
 * @param {Show} show
 * @returns {HTMLElement | null}
 */
export function rateBySize(sizes, show) {
  const known = sizes.filter(
    ({ bytes_per_s: rate, most_bytes: most }) => (rate ?? 0) > 0 && most > 0,
  );
  if (known.length < 2) return null;
  const logs = (/** @type {number[]} */ values) => values.map((value) => Math.log10(value));
  const [x0, x1] = [
    Math.min(...logs(known.map((one) => one.most_bytes))),
    Math.max(...logs(known.map((one) => one.most_bytes))),
  ];
  const rates = logs(known.map((one) => Number(one.bytes_per_s)));
  const [y0, y1] = [Math.floor(Math.min(...rates)), Math.ceil(Math.max(...rates) + 1e-9)];
  const x = (/** @type {number} */ log) =>
    ROOM.left + ((log - x0) / Math.max(x1 - x0, 0.1)) * (ROOM.right - ROOM.left - 12) + 6;
  const y = (/** @type {number} */ log) =>
    ROOM.bottom - ((log - y0) / Math.max(y1 - y0, 1)) * (ROOM.bottom - ROOM.top);
  const total = known.reduce((sum, { bytes }) => sum + bytes, 0) || 1;
  const made = [];
  for (let power = y0; power <= y1; power++) {
    made.push(
      svg("line", {
        class: "roof__grid",
        x1: ROOM.left,
        x2: ROOM.right,
        y1: y(power),
        y2: y(power),
      }),
      svg(
        "text",
        { class: "roof__tick", x: ROOM.left - 6, y: y(power) + 4, "text-anchor": "end" },
        bytesPerSecond(10 ** power),
      ),
    );
  }
  for (const one of known) {
    const at = { cx: x(Math.log10(one.most_bytes)), cy: y(Math.log10(Number(one.bytes_per_s))) };
    const words = `${sizeText(one)}: ${bytesPerSecond(Number(one.bytes_per_s))} a packet, ${several(one.packets, "packet")}`;
    made.push(
      way(
        svg(
          "circle",
          { class: "ink--violet dma__dot", ...at, r: 3 + 6 * Math.sqrt(one.bytes / total) },
          svg("title", {}, words),
        ),
        show(one),
      ),
    );
  }
  const [least, most] = [known[0], known.at(-1)];
  if (least && most) {
    made.push(
      svg(
        "text",
        { class: "roof__tick", x: ROOM.left, y: ROOM.bottom + 18 },
        inUnit(10 ** x0, "bytes"),
      ),
      svg(
        "text",
        { class: "roof__tick", x: ROOM.right, y: ROOM.bottom + 18, "text-anchor": "end" },
        inUnit(10 ** x1, "bytes"),
      ),
      svg(
        "text",
        {
          class: "roof__tick",
          x: (ROOM.left + ROOM.right) / 2,
          y: ROOM.bottom + 18,
          "text-anchor": "middle",
        },
        "bytes of a packet",
      ),
    );
  }
  const label = `Rate of a packet by its size: ${known.map((one) => `${sizeText(one)} ${bytesPerSecond(Number(one.bytes_per_s))}`).join(", ")}`;
  return make(
    "div",
    { class: "dma__rates" },
    make("p", {}, term("dma.bytes_per_s", "Rate of a packet by size")),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "group", "aria-label": label }, ...made),
  );
}

/**
 * @param {Show} show
 * @returns {import("../parts.js").Column<BusyPackets>[]}
 */
function totalColumns(show) {
  const number = (
    /** @type {string} */ head,
    /** @type {string} */ metric,
    /** @type {(row: BusyPackets) => string} */ text,
  ) => ({
    ...{ head, isNumber: true },
    cell: (/** @type {BusyPackets} */ row) => figure(metric, text(row), show(row)),
  });
  return [
    number("Packets", "dma.packets", ({ packets }) => count(packets)),
    number("Bytes", "dma.bytes", ({ bytes }) => inUnit(bytes, "bytes")),
    number("Busy", "dma.active", ({ active }) => percent(active)),
  ];
}

/**
 * A mark of a drawing as the way to its event, for the pointer; tables hold the same for the keys.
 * @param {SVGElement} mark
 * @param {string | null} address
 * @returns {SVGElement}
 */
function way(mark, address) {
  return address ? svg("a", { href: address, tabindex: -1 }, mark) : mark;
}

/** @param {string} text */
const spoken = (text) => text.replaceAll("_", " ");

/**
 * @template {BusyPackets} Row
 * @param {string} title
 * @param {Row[]} rows
 * @param {(row: Row) => string} name
 * @param {Show} show
 * @param {import("../parts.js").Column<Row>[]} [more]
 * @returns {HTMLElement[]}
 */
function totals(title, rows, name, show, more = []) {
  if (!rows.length) return [];
  /** @type {import("../parts.js").Column<Row>} */
  const first = { head: title, cell: (row) => linked(name(row), show(row)), title: name };
  const columns = [first, .../** @type {any} */ (totalColumns(show)), ...more];
  return [table(`DMA by ${title.toLowerCase()}`, columns, rows)];
}

/**
 * @param {Dma} dma
 * @param {Show} show
 * @returns {HTMLElement}
 */
export function dmaCard(dma, show) {
  if (dma.missing) return card("DMA", "", empty(`Not available: needs ${dma.missing}.`));
  if (!dma.packets) return card("DMA", "", empty("No packet starts in this region."));
  const mean = inUnit((dma.bytes ?? 0) / dma.packets, "bytes");
  const about = `${several(dma.packets, "packet")} · ${inUnit(dma.bytes, "bytes")} · mean ${mean}`;
  const busiest = Math.max(...dma.engines.map(({ active }) => active));
  const core = dma.engines.find(({ active }) => active === busiest)?.core;
  const engines = dma.engines.filter((one) => one.core === core);
  const drawings = make("div", { class: "dma" });
  if (engines.length) drawings.append(engineColumns(engines, show));
  drawings.append(sizeLines(dma.sizes, show));
  const made = card("DMA", about, drawings);
  const rates = rateBySize(dma.sizes, show);
  if (rates) made.append(rates);
  const isCoreSaid = new Set(dma.queues.map((queue) => queue.core)).size > 1;
  made.append(
    ...totals("Type", dma.types, ({ type }) => spoken(type), show),
    ...totals("Source", dma.sources, ({ source }) => spoken(source), show),
    ...totals(
      "Queue",
      dma.queues,
      (queue) => (isCoreSaid ? `${queue.name} · core ${queue.core}` : queue.name),
      show,
      [
        {
          head: "Achieved",
          cell: (row) =>
            figure("dma.achieved", row.achieved === null ? NONE : percent(row.achieved), show(row)),
          title: (row) =>
            row.achieved_bytes_per_s === null ? "" : bytesPerSecond(row.achieved_bytes_per_s),
          isNumber: true,
        },
      ],
    ),
  );
  return made;
}
