/** What the rules found in a profile: a list in the panel, and bands where a chosen one happens. */

import { button, make } from "../kit/dom.js";
import { request } from "../kit/http.js";
import { count, duration, share } from "../kit/units.js";
import { findingName, readAddress } from "../timeline/address.js";
import { showEmptyPanel } from "./timeline-words.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../kit/scale.js").Range} Range */
/** @typedef {{rank: number, rule: string, title: string, detail: string, advice: string, bound: {factor: number, saved_ns: number, assumption: string}, evidence: {noun: string, count: number, tracks: string[]}, ranges: [number, number][], range_count: number}} Finding */
/** Where a finding happens: ranges as pairs of ns, on these tracks. @typedef {{tracks: ReadonlySet<string>, times: number[]}} Bands */

const SHOWN_AT_ONCE = 4;
const MARGIN = 0.15;

/**
 * The view that holds all of a finding, with a little around it.
 * @param {Finding} finding
 * @param {number} whole duration of the profile
 * @returns {Range | null} null where it says no range
 */
export function viewOf({ ranges }, whole) {
  if (ranges.length === 0) return null;
  const start = Math.min(...ranges.map(([from]) => from));
  const end = Math.max(...ranges.map(([, to]) => to));
  const around = Math.max((end - start) * MARGIN, 50);
  return { start: Math.max(0, start - around), end: Math.min(whole, end + around) };
}

/**
 * @param {Finding} finding
 * @returns {Bands}
 */
export function bandsOf({ evidence, ranges }) {
  return { tracks: new Set(evidence.tracks), times: ranges.flat() };
}

/**
 * The most that could be saved, in words.
 * @param {Finding} finding
 * @param {number} whole ns
 * @returns {string}
 */
export function boundWords({ bound }, whole) {
  if (bound.saved_ns <= 0) return "Nothing to save follows from it";
  const part = share(bound.saved_ns / Math.max(whole, 1));
  const under = bound.assumption ? `, ${bound.assumption}` : "";
  return `At most ${duration(bound.saved_ns, 3)} (${part})${under}`;
}

export class Findings {
  /**
   * @param {TimelineViewer} viewer
   * @param {string} profile
   */
  constructor(viewer, profile) {
    this.viewer = viewer;
    this.profile = profile;
    /** The rule that the address names, until the findings have come. */
    this.wanted = readAddress(window.location.search).finding ?? null;
    /** @type {Finding[]} */
    this.list = [];
    /** @type {Finding | null} */
    this.shown = null;
    this.error = "";
  }

  /** The rule whose bands are shown, for the address. */
  get rule() {
    return this.shown ? findingName(this.list, this.shown) : this.wanted;
  }

  /** Asks for the findings; the timeline does not wait for them. */
  async load() {
    try {
      const { findings } = await request(`/api/v1/profiles/${this.profile}/metrics/`);
      this.list = findings;
    } catch (error) {
      this.error = error instanceof Error ? error.message : String(error);
    }
    this.shown = this.list.find((one) => findingName(this.list, one) === this.wanted) ?? null;
    this.wanted = null;
    this.viewer.redraw();
    if (!this.viewer.selected) showEmptyPanel(this.viewer);
  }

  /** @returns {Bands | null} */
  get bands() {
    return this.shown && bandsOf(this.shown);
  }

  /**
   * Shows where a finding happens, or nothing any more.
   * @param {Finding} finding
   */
  choose(finding) {
    const { viewer } = this;
    this.shown = this.shown === finding ? null : finding;
    const view = this.shown && viewOf(this.shown, viewer.duration);
    if (view) viewer.glideTo(view);
    viewer.redraw();
    viewer.writeAddressSoon();
    showEmptyPanel(viewer);
  }

  /** @returns {HTMLElement | null} the list for the panel, the largest bound first */
  section() {
    if (this.error) {
      const words = `Findings cannot be had: ${this.error}`;
      return make("p", { class: "quiet panel__section" }, words);
    }
    if (this.list.length === 0) return null;
    const heading = make(
      "h3",
      {},
      "Findings ",
      make("span", { class: "quiet" }, count(this.list.length)),
    );
    const items = this.list.map((finding) => this.item(finding));
    const list = make("ul", { class: "edges" }, ...items.slice(0, SHOWN_AT_ONCE));
    const section = make("section", { class: "panel__section" }, heading, list);
    if (items.length > SHOWN_AT_ONCE) {
      const all = button({
        text: "Show all",
        class: "button--quiet",
        act: () => {
          list.append(...items.slice(SHOWN_AT_ONCE));
          all.remove();
        },
      });
      section.append(all);
    }
    section.append(make("p", { class: "quiet" }, "What could be saved does not add up."));
    return section;
  }

  /**
   * @param {Finding} finding
   * @returns {HTMLElement}
   */
  item(finding) {
    const isShown = this.shown === finding;
    const title = make("span", {}, finding.title);
    const bound = make("span", { class: "quiet" }, boundWords(finding, this.viewer.duration));
    const go = make(
      "button",
      {
        type: "button",
        class: "edges__go",
        "aria-pressed": String(isShown),
        title: finding.detail,
      },
      title,
      bound,
    );
    go.addEventListener("click", () => this.choose(finding));
    const parts = isShown
      ? [make("p", { class: "quiet" }, finding.detail), make("p", {}, finding.advice)]
      : [];
    return make("li", {}, go, ...parts);
  }
}
