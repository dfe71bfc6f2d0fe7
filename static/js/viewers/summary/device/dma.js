/** DMA: how busy each engine was, packets by size with their rate, and totals by type, source, queue. */

import { make } from "../../../kit/dom.js";
import { bytesPerSecond, count } from "../../../kit/units.js";
import { card, empty, table } from "../parts.js";
import { several } from "../words.js";
import { stackedBar, svg } from "./drawing.js";
import { figure, term } from "./meaning.js";
import { inUnit, NONE, percent } from "./numbers.js";

/** @typedef {import("./shapes.js").Dma} Dma */
/** @typedef {import("./shapes.js").DmaEngine} DmaEngine */
/** @typedef {import("./shapes.js").DmaSize} DmaSize */
/** @typedef {import("./shapes.js").BusyPackets} BusyPackets */

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
 * @returns {HTMLElement}
 */
function engineColumns(engines) {
  const most = Math.max(0.0001, ...engines.map(({ active }) => active));
  const width = 100 / engines.length;
  const columns = engines.map(({ engine, active }, at) => {
    const height = Math.max((active / most) * 100, active ? 2 : 0);
    const place = { x: `${at * width + width * 0.08}%`, width: `${width * 0.84}%` };
    const title = svg("title", {}, `E${engine}: busy ${percent(active)}`);
    return svg(
      "rect",
      { class: "ink--violet", ...place, y: `${100 - height}%`, height: `${height}%` },
      title,
    );
  });
  const shares = engines.map(({ active }) => active);
  const [least, largest] = [Math.min(...shares), Math.max(...shares)];
  const spread = least === largest ? percent(largest) : `${percent(least)} – ${percent(largest)}`;
  const [first, last] = [engines[0]?.engine, engines.at(-1)?.engine];
  const label = `Busy share of DMA engines E${first} to E${last}: ${spread}, ${evenness(engines)}`;
  return make(
    "div",
    { class: "dma__engines" },
    make("p", {}, term("dma.active", `Busy per engine, E${first} to E${last}`)),
    svg("svg", { class: "dma__columns", role: "img", "aria-label": label }, ...columns),
    make(
      "p",
      { class: "dma__ends" },
      figure("dma.active", spread),
      make("span", {}, evenness(engines)),
    ),
  );
}

/**
 * @param {DmaSize[]} sizes
 * @returns {HTMLElement}
 */
function sizeLines(sizes) {
  const shown = shownSizes(sizes);
  const most = Math.max(1, ...shown.map(({ packets }) => packets));
  const lines = shown.map((size) =>
    make(
      "li",
      {},
      make("span", {}, sizeText(size)),
      stackedBar([{ share: size.packets / most, hue: "violet" }], "thin"),
      figure("dma.packets", count(size.packets)),
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
 * @returns {HTMLElement | null}
 */
export function rateBySize(sizes) {
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
      svg(
        "circle",
        { class: "ink--violet dma__dot", ...at, r: 3 + 6 * Math.sqrt(one.bytes / total) },
        svg("title", {}, words),
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
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": label }, ...made),
  );
}

/** @type {import("../parts.js").Column<BusyPackets>[]} */
const TOTALS = [
  { head: "Packets", cell: (row) => figure("dma.packets", count(row.packets)), isNumber: true },
  { head: "Bytes", cell: (row) => figure("dma.bytes", inUnit(row.bytes, "bytes")), isNumber: true },
  { head: "Busy", cell: (row) => figure("dma.active", percent(row.active)), isNumber: true },
];

/** @param {string} text */
const spoken = (text) => text.replaceAll("_", " ");

/**
 * @template {BusyPackets} Row
 * @param {string} title
 * @param {Row[]} rows
 * @param {(row: Row) => string} name
 * @param {import("../parts.js").Column<Row>[]} [more]
 * @returns {HTMLElement[]}
 */
function totals(title, rows, name, more = []) {
  if (!rows.length) return [];
  /** @type {import("../parts.js").Column<Row>} */
  const first = { head: title, cell: name, title: name };
  return [
    table(`DMA by ${title.toLowerCase()}`, [first, .../** @type {any} */ (TOTALS), ...more], rows),
  ];
}

/**
 * @param {Dma} dma
 * @returns {HTMLElement}
 */
export function dmaCard(dma) {
  if (dma.missing) return card("DMA", "", empty(`Not available: needs ${dma.missing}.`));
  if (!dma.packets) return card("DMA", "", empty("No packet starts in this region."));
  const mean = inUnit((dma.bytes ?? 0) / dma.packets, "bytes");
  const about = `${several(dma.packets, "packet")} · ${inUnit(dma.bytes, "bytes")} · mean ${mean}`;
  const busiest = Math.max(...dma.engines.map(({ active }) => active));
  const core = dma.engines.find(({ active }) => active === busiest)?.core;
  const engines = dma.engines.filter((one) => one.core === core);
  const drawings = make("div", { class: "dma" });
  if (engines.length) drawings.append(engineColumns(engines));
  drawings.append(sizeLines(dma.sizes));
  const made = card("DMA", about, drawings);
  const rates = rateBySize(dma.sizes);
  if (rates) made.append(rates);
  const isCoreSaid = new Set(dma.queues.map((queue) => queue.core)).size > 1;
  made.append(
    ...totals("Type", dma.types, ({ type }) => spoken(type)),
    ...totals("Source", dma.sources, ({ source }) => spoken(source)),
    ...totals(
      "Queue",
      dma.queues,
      (queue) => (isCoreSaid ? `${queue.name} · core ${queue.core}` : queue.name),
      [
        {
          head: "Achieved",
          cell: (row) =>
            figure("dma.achieved", row.achieved === null ? NONE : percent(row.achieved)),
          title: (row) =>
            row.achieved_bytes_per_s === null ? "" : bytesPerSecond(row.achieved_bytes_per_s),
          isNumber: true,
        },
      ],
    ),
  );
  return made;
}
