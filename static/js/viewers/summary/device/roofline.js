/** The roofline: rate against intensity, with the roof, the roof at the clock there was, and points. */

import { make } from "../../../kit/dom.js";
import { bytesPerSecond, THIN } from "../../../kit/units.js";
import { card, empty, table } from "../parts.js";
import { svg } from "./drawing.js";
import { figure, linked, term } from "./meaning.js";
import { inUnit, NONE, percent, scaled, times } from "./numbers.js";
import {
  decades,
  HEIGHT,
  PLOT,
  placed,
  roofCorners,
  rooflineScale,
  WIDTH,
} from "./roofline-scale.js";

/** @typedef {import("./shapes.js").Roofline} Roofline */
/** @typedef {import("./shapes.js").Point} Point */
/** @typedef {NonNullable<ReturnType<typeof rooflineScale>>} Scale */

const MOST_OPERATORS = 8;
const FULL_CLOCK = 0.9995;

/** @param {number | null} rate */
const rateText = (rate) => (rate === null ? NONE : scaled(rate, "FLOP/s"));

/**
 * The sentence under the plot.
 * @param {Roofline} roofline
 * @returns {string}
 */
export function rooflineWords({ whole, balance }) {
  const { intensity, roof, of_roof: part } = whole;
  if (intensity === null || roof === null || part === null || balance === null) {
    return "Without FLOPs and traffic in this region there is no point to place.";
  }
  const per = `${intensity.toFixed(1)} FLOP per byte`;
  const reaches = `The region reaches ${percent(part)} of that.`;
  return intensity < balance
    ? `Memory-bound: at ${per} HBM allows ${rateText(roof)}. ${reaches}`
    : `Compute-bound: at ${per} the arrays allow ${rateText(roof)}. ${reaches}`;
}

/**
 * @param {number} value
 * @returns {string} a tick's text
 */
function tick(value) {
  return value >= 1 ? String(Math.round(value)) : value.toPrecision(1);
}

/** @param {Scale} scale @returns {SVGElement[]} */
function grid(scale) {
  const lines = decades(scale.xs).flatMap((at) => [
    svg("line", {
      class: "roof__grid",
      x1: scale.x(at),
      x2: scale.x(at),
      y1: PLOT.top,
      y2: PLOT.bottom,
    }),
    svg(
      "text",
      { class: "roof__tick", x: scale.x(at), y: PLOT.bottom + 16, "text-anchor": "middle" },
      tick(at),
    ),
  ]);
  for (const at of decades(scale.ys)) {
    lines.push(
      svg("line", {
        class: "roof__grid",
        x1: PLOT.left,
        x2: PLOT.right,
        y1: scale.y(at),
        y2: scale.y(at),
      }),
      svg(
        "text",
        { class: "roof__tick", x: PLOT.left - 7, y: scale.y(at) + 4, "text-anchor": "end" },
        tick(at / 1e12),
      ),
    );
  }
  const middle = (PLOT.top + PLOT.bottom) / 2;
  lines.push(
    svg(
      "text",
      {
        class: "roof__tick",
        x: (PLOT.left + PLOT.right) / 2,
        y: HEIGHT - 14,
        "text-anchor": "middle",
      },
      "FLOP per HBM byte",
    ),
    svg(
      "text",
      {
        class: "roof__tick",
        transform: `rotate(-90 11 ${middle})`,
        x: 11,
        y: middle,
        "text-anchor": "middle",
      },
      "TFLOP/s, useful",
    ),
  );
  return lines;
}

/**
 * @param {Scale} scale
 * @param {number} peak
 * @param {number} bandwidth
 * @param {string} kind
 * @returns {SVGElement}
 */
function roofLine(scale, peak, bandwidth, kind) {
  const points = roofCorners(scale, peak, bandwidth)
    .map((corner) => corner.join(","))
    .join(" ");
  return svg("polyline", { class: `roof__line ${kind}`, points });
}

/**
 * The roofs with their words.
 * @param {Scale} scale
 * @param {Roofline} roofline
 * @param {number} cores
 * @returns {SVGElement[]}
 */
function roofs(scale, roofline, cores) {
  const { peak_flops: peak = 0, hbm_bytes_per_s: bandwidth = 0, balance = 0 } = roofline;
  if (!peak || !bandwidth || !balance) return [];
  const made = [];
  const throttled = roofline.throttled_peak_flops;
  if (throttled && throttled < peak * FULL_CLOCK) {
    const share = percent(roofline.throttled_share ?? throttled / peak);
    made.push(
      roofLine(scale, throttled, bandwidth, "roof__line--throttled"),
      svg(
        "text",
        {
          class: "roof__words roof__words--warn",
          x: PLOT.right,
          y: scale.y(throttled) + 14,
          "text-anchor": "end",
        },
        `${scaled(throttled, "FLOP/s")} at ${share} of the clock`,
      ),
    );
  }
  const bend = scale.x(balance);
  const [[fromX, fromY] = [0, 0], [toX, toY] = [0, 0]] = roofCorners(scale, peak, bandwidth);
  const angle = (Math.atan2(toY - fromY, toX - fromX) * 180) / Math.PI;
  const at = { x: fromX + (toX - fromX) * 0.3, y: fromY + (toY - fromY) * 0.3 - 6 };
  made.push(
    svg("line", { class: "roof__balance", x1: bend, x2: bend, y1: scale.y(peak), y2: PLOT.bottom }),
    svg("text", { class: "roof__tick", x: bend + 4, y: PLOT.bottom - 5 }, balance.toFixed(1)),
    roofLine(scale, peak, bandwidth, ""),
    svg(
      "text",
      { class: "roof__words", x: PLOT.right, y: scale.y(peak) - 7, "text-anchor": "end" },
      `${scaled(peak, "FLOP/s")}, ${cores} ${cores === 1 ? "core" : "cores"}, BF16`,
    ),
    svg(
      "text",
      { class: "roof__words", ...at, transform: `rotate(${angle.toFixed(2)} ${at.x} ${at.y})` },
      `HBM ${bytesPerSecond(bandwidth)}`,
    ),
  );
  return made;
}

/**
 * The whole region's point, with what is missing up to the roof.
 * @param {Scale} scale
 * @param {Point} whole
 * @returns {SVGElement[]}
 */
function wholePoint(scale, { rate, intensity, roof }) {
  if (!rate || !intensity || !roof) return [];
  const [x, y] = [scale.x(intensity), scale.y(rate)];
  // Words stand right of the point, left of it where the plot ends.
  const isRight = x < PLOT.right - 120;
  const words = { x: x + (isRight ? 11 : -11), "text-anchor": isRight ? "start" : "end" };
  const made = [
    svg("circle", { class: "roof__point roof__point--whole", cx: x, cy: y, r: 5 }),
    svg("text", { class: "roof__name", ...words, y: y + 12 }, "this region"),
    svg("text", { class: "roof__tick", ...words, y: y + 26 }, rateText(rate)),
  ];
  if (y - scale.y(roof) < 24) return made;
  const middle = (y + scale.y(roof)) / 2;
  return [
    svg("line", { class: "roof__gap", x1: x, x2: x, y1: y - 6, y2: scale.y(roof) }),
    svg(
      "text",
      { class: "roof__tick", x: x - 7, y: middle + 4, "text-anchor": "end" },
      times(roof / rate),
    ),
    ...made,
  ];
}

/**
 * Operators as points; classes of opcodes, whose traffic nobody counts, as marks of their rate at
 * the right edge.
 * @param {Scale} scale
 * @param {Roofline} roofline
 * @returns {SVGElement[]}
 */
function others(scale, roofline) {
  const named = (/** @type {Point} */ point) =>
    svg("title", {}, `${point.name}: ${rateText(point.rate)}`);
  const points = placed({ ...roofline, whole: { ...roofline.whole, rate: null } }).map((point) => {
    const place = { cx: scale.x(Number(point.intensity)), cy: scale.y(Number(point.rate)), r: 3.5 };
    return svg("circle", { class: "roof__point", ...place }, named(point));
  });
  const marks = roofline.classes
    .filter(({ rate, intensity }) => rate && !intensity)
    .map((point) => {
      const y = scale.y(Number(point.rate));
      const turned = point.is_transpose ? " roof__mark--transpose" : "";
      const d = `M${PLOT.right - 7} ${y}l7 -4v8z`;
      return svg("path", { class: `roof__mark${turned}`, d }, named(point));
    });
  return [...points, ...marks];
}

/**
 * Points in words: a table beside the drawing, for those who read and for classes without traffic.
 * @param {Roofline} roofline
 * @param {(point: Point) => string | null} show
 * @returns {HTMLElement}
 */
function pointTable({ classes, operators }, show) {
  const largest = [...operators].sort((a, b) => b.flops - a.flops).slice(0, MOST_OPERATORS);
  /** @type {import("../parts.js").Column<Point>[]} */
  const columns = [
    {
      head: "Class or operator",
      cell: (point) => linked(point.name, show(point)),
      title: ({ name }) => name,
    },
    {
      head: "Rate",
      cell: (point) => figure("roofline.rate", rateText(point.rate), show(point)),
      isNumber: true,
    },
    {
      head: "FLOP/B",
      cell: (point) =>
        figure("roofline.intensity", point.intensity?.toFixed(1) ?? NONE, show(point)),
      isNumber: true,
      title: ({ missing }) => (missing ? `Not known: needs ${missing}` : ""),
    },
    {
      head: "Of roof",
      cell: (point) =>
        figure(
          "roofline.of_roof",
          point.of_roof === null ? NONE : percent(point.of_roof),
          show(point),
        ),
      isNumber: true,
    },
  ];
  return table("Roofline points", columns, [...classes, ...largest]);
}

/**
 * @param {Roofline} roofline
 * @param {number} cores
 * @param {(point: Point) => string | null} show
 * @returns {HTMLElement}
 */
export function rooflineCard(roofline, cores, show) {
  const scale = rooflineScale(roofline);
  if (!scale) {
    const missing = roofline.missing ?? "the chip's peak and bandwidth";
    return card("Roofline", "", empty(`Not available: needs ${missing}.`));
  }
  const words = rooflineWords(roofline);
  const drawing = svg(
    "svg",
    {
      class: "roof",
      viewBox: `0 0 ${WIDTH} ${HEIGHT}`,
      role: "img",
      "aria-label": `Roofline. ${words}`,
    },
    ...grid(scale),
    ...roofs(scale, roofline, cores),
    ...others(scale, roofline),
    ...wholePoint(scale, roofline.whole),
  );
  const made = card(
    "Roofline",
    "",
    make("div", { class: "roof__room" }, drawing),
    make("p", { class: "roof__claim" }, words),
  );
  made.querySelector("header")?.append(legend(roofline));
  if (roofline.classes.length + roofline.operators.length) made.append(pointTable(roofline, show));
  const unknown = roofline.classes.find(({ missing }) => missing)?.missing;
  if (unknown)
    made.append(make("p", { class: "card__note" }, `FLOP/B of a class: needs ${unknown}.`));
  return made;
}

/**
 * @param {Roofline} roofline
 * @returns {HTMLElement}
 */
function legend({ whole, classes, operators }) {
  const made = make("p", { class: "roof__legend" });
  made.append(
    make("span", { class: "roof__key roof__key--whole" }, term("roofline.rate", "region")),
  );
  if (operators.length) made.append(make("span", { class: "roof__key" }, "operator"));
  if (classes.some(({ intensity }) => !intensity)) {
    made.append(make("span", { class: "roof__key roof__key--class" }, "rate of a class"));
  }
  made.title = whole.flops ? `${inUnit(whole.flops, "flop")}${THIN}useful` : "";
  return made;
}
