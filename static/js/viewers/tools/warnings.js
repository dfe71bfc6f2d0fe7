/** Warnings over the rows they happen on: small DMA, tensors loaded again, throttling; and a page of them. */

import { button, make } from "../../kit/dom.js";
import { count, duration } from "../../kit/units.js";
import { viewOf } from "../findings.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../findings.js").Finding} Finding */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Layer} Layer */

const QUERY = "warnings";
const [FILL, CAP_PX, STRIP_PX] = [0.08, 2, 3];

/** What is drawn without being asked for, by rule; the first word of its list. @type {Record<string, string>} */
const KINDS = {
  small_transfers: "Small DMA transfers",
  reloaded_tensor: "Tensor loaded again",
  throttling: "Throttling",
  doubtful_data: "Records are missing",
};

/**
 * The findings that are warnings, in the order of their kinds.
 * @param {Finding[]} findings
 * @returns {Finding[]}
 */
export function warningsOf(findings) {
  return Object.keys(KINDS).flatMap((kind) => findings.filter(({ rule }) => rule === kind));
}

/**
 * Where bands lie on a surface: left edges and widths of at least a pixel, inside the view.
 * @param {[number, number][]} ranges ns
 * @param {import("../../kit/scale.js").Scale} scale
 * @returns {{x: number, width: number}[]} those that touch are one
 */
export function bandsAt(ranges, scale) {
  /** @type {{x: number, width: number}[]} */
  const bands = [];
  for (const [start, end] of [...ranges].sort((a, b) => a[0] - b[0])) {
    if (scale.x(end) < 0) continue;
    const left = Math.max(scale.x(start), 0);
    const right = Math.min(Math.max(scale.x(end), left + 1), scale.width);
    if (left >= scale.width) continue;
    const last = bands.at(-1);
    if (last && left <= last.x + last.width) {
      last.width = Math.max(last.width, right - last.x);
    } else {
      bands.push({ x: left, width: right - left });
    }
  }
  return bands;
}

/**
 * Where a warning happens, in words: how often, from when to when, for how long.
 * @param {Finding} warning
 * @returns {string} empty where it says no range
 */
export function placeWords({ ranges, range_count: places }) {
  if (!ranges.length) return "";
  const start = Math.min(...ranges.map(([from]) => from));
  const end = Math.max(...ranges.map(([, to]) => to));
  const sum = ranges.reduce((total, [from, to]) => total + to - from, 0);
  const where = `${duration(start, 4)} to ${duration(end, 4)}`;
  if (places === 1) return `${where}, ${duration(sum, 3)}`;
  const least = places > ranges.length ? "at least " : "";
  return `${count(places)} places from ${where}, ${least}${duration(sum, 3)} together`;
}

export class WarningBands {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.isOn = true;
    /** @type {Finding[] | null} */
    this.listed = null;
  }

  /** @returns {Finding[]} */
  get warnings() {
    return warningsOf(this.viewer.findings?.list ?? []);
  }

  /** @param {boolean} isOn */
  set(isOn) {
    this.isOn = isOn;
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
  }

  /**
   * @param {Layer} layer
   * @param {import("./toolbox.js").Surface} surface
   */
  draw(layer, surface) {
    const { viewer } = this;
    const list = viewer.findings?.list ?? null;
    if (surface === "rows" && list !== this.listed) this.fill();
    if (!this.isOn) return;
    const { context } = layer;
    context.save();
    context.fillStyle = layer.palette.warnCss;
    for (const { ranges, evidence } of this.warnings) {
      // What is about the whole capture has no place to be marked.
      if (!evidence.tracks.length) continue;
      const bands = bandsAt(ranges, layer.scale);
      if (surface !== "rows") {
        const y = layer.height - STRIP_PX;
        for (const { x, width } of bands) context.fillRect(x, y, width, STRIP_PX);
        continue;
      }
      const tracks = new Set(evidence.tracks);
      for (const row of viewer.frame?.rows ?? []) {
        if (!row.track || !tracks.has(row.track.key)) continue;
        const top = row.y - viewer.scrollY;
        if (top > layer.height || top + row.height < 0) continue;
        for (const { x, width } of bands) {
          context.globalAlpha = FILL;
          context.fillRect(x, top + 1, width, row.height - 2);
          context.globalAlpha = 1;
          context.fillRect(x, top + 1, width, CAP_PX);
        }
      }
    }
    context.restore();
  }

  /** Writes the page anew: findings come after the first picture. */
  fill() {
    this.listed = this.viewer.findings?.list ?? null;
    const body = this.viewer.tabs.body(QUERY);
    body?.replaceChildren(...this.page());
    this.viewer.tabs.tell(QUERY, this.errors.length + this.warnings.length);
  }

  /** Rows of hardware errors. */
  get errors() {
    return this.viewer.document.tracks.filter(({ kind, rows }) => kind === "error" && rows > 0);
  }

  /** @returns {HTMLElement[]} */
  page() {
    const items = [
      ...this.errors.map((track) =>
        make(
          "li",
          { class: "warnings__one" },
          make("h3", {}, `${track.name}: ${count(track.rows)}`),
          make("p", {}, "The row stands on top; select one to see what it says."),
        ),
      ),
      ...this.warnings.map((warning) => this.item(warning)),
    ];
    if (!items.length) return [make("p", { class: "quiet" }, "No warnings in this profile.")];
    return [make("ul", { class: "warnings" }, ...items)];
  }

  /**
   * @param {Finding} warning
   * @returns {HTMLElement}
   */
  item(warning) {
    const { viewer } = this;
    const { rule, title, detail, advice } = warning;
    const hasPlace = warning.evidence.tracks.length > 0;
    const view = hasPlace ? viewOf(warning, viewer.duration) : null;
    const parts = [
      make("p", { class: "quiet" }, KINDS[rule] ?? rule),
      make("h3", {}, title),
      make("p", {}, detail),
      make("p", { class: "warnings__advice" }, advice),
    ];
    const where = placeWords(warning);
    if (where && hasPlace) parts.push(make("p", { class: "quiet" }, where));
    const item = make("li", { class: "warnings__one" }, ...parts);
    if (view) {
      const act = () => viewer.glideTo(view);
      item.append(button({ text: "Show", class: "button--quiet", act }));
    }
    return item;
  }
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool | null} null in a system run
 */
export function warnings(viewer) {
  if (viewer.document.kind === "system") return null;
  const tool = new WarningBands(viewer);
  return {
    name: "warnings",
    read: (query) => {
      tool.isOn = query.get(QUERY) !== "0";
    },
    write: (query) => {
      if (!tool.isOn) query.set(QUERY, "0");
    },
    draw: (layer, surface) => tool.draw(layer, surface),
    toggles: [{ name: "Warnings", isOn: () => tool.isOn, set: (isOn) => tool.set(isOn) }],
    commands: () => [
      { name: "List the warnings", run: () => viewer.tabs.show(QUERY) },
      {
        name: tool.isOn ? "Hide the warnings" : "Show the warnings",
        run: () => tool.set(!tool.isOn),
      },
    ],
    tab: { name: QUERY, title: "Warnings", show: () => tool.fill() },
  };
}
