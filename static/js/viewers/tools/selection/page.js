/** The Selection page of the panel: follows the box, else the range, and asks for its sums. */

import { button, copy, icon, make } from "../../../kit/dom.js";
import { request } from "../../../kit/http.js";
import { duration, parseRange } from "../../../kit/units.js";
import { content } from "./content.js";
import { rangeText, rowsText, tableText } from "./words.js";

/** @typedef {import("../../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../box.js").BoxTool} BoxTool */
/** @typedef {import("../../../kit/scale.js").Range} Range */
/** @typedef {import("./words.js").Answer} Answer */
/** What is selected: a range, and tracks where it is a box. @typedef {{range: Range, tracks: string[] | null}} Chosen */

const WAIT_MS = 200;
const PAGE = "selection";
const FORMATS = /** @type {const} */ ([
  ["csv", "CSV"],
  ["parquet", "Parquet"],
  ["perfetto", "Perfetto"],
]);

export class SelectionPage {
  /**
   * @param {TimelineViewer} viewer
   * @param {BoxTool} boxes
   */
  constructor(viewer, boxes) {
    this.viewer = viewer;
    this.boxes = boxes;
    this.base = viewer.source.tiles.replace(/tiles\/$/, "");
    /** What was last seen; undefined before the first picture. @type {string | null | undefined} */
    this.seen = undefined;
    this.asked = "";
    this.timer = 0;
    /** @type {AbortController | null} */
    this.request = null;
    /** @type {Answer | null} */
    this.answer = null;
    this.problem = "";
    /** What a file of it would hold. */
    this.rows = "";
    /** @type {HTMLInputElement | null} */
    this.field = null;
  }

  /** @returns {Chosen | null} */
  chosen() {
    const { box } = this.boxes;
    if (box) return { range: box.range, tracks: box.tracks };
    return this.viewer.marked ? { range: this.viewer.marked, tracks: null } : null;
  }

  /** @returns {string | null} the query that asks for what is chosen */
  query() {
    const chosen = this.chosen();
    if (!chosen) return null;
    const query = new URLSearchParams({
      start_ns: String(Math.round(chosen.range.start)),
      end_ns: String(Math.round(chosen.range.end)),
    });
    if (chosen.tracks) query.set("tracks", chosen.tracks.join(","));
    return query.toString();
  }

  /** Looks, after every picture, whether something else is chosen; asks once it rests. */
  follow() {
    const query = this.query();
    if (query === this.seen) return;
    const isFirst = this.seen === undefined;
    this.seen = query;
    window.clearTimeout(this.timer);
    // An address that names an event shows the event; a page without one shows the range.
    const comesToFront = query !== null && (!isFirst || !this.viewer.wanted);
    this.timer = window.setTimeout(() => {
      const { tabs } = this.viewer;
      if (comesToFront && tabs.shown !== PAGE) tabs.show(PAGE);
      else if (query === null && tabs.shown === PAGE) tabs.show("event");
      else if (tabs.shown === PAGE) this.show();
    }, WAIT_MS);
  }

  /** Brings what is chosen into the page. */
  show() {
    const query = this.query();
    if (query !== null && query !== this.asked) void this.ask(query);
    this.fill();
  }

  /** @param {string} query */
  async ask(query) {
    this.request?.abort();
    this.request = new AbortController();
    this.asked = query;
    this.answer = null;
    this.problem = "";
    this.rows = "";
    try {
      const { signal } = this.request;
      const answer = await request(`${this.base}selection/?${query}`, { signal });
      if (this.asked === query) this.answer = answer;
      this.fill();
      await this.count(query, signal);
    } catch (error) {
      if (this.asked !== query) return;
      this.problem = error instanceof Error ? error.message : String(error);
      // The same range may be asked for again.
      this.asked = "";
    }
    this.fill();
  }

  /**
   * Asks how many rows a file of the selection holds.
   * @param {string} query
   * @param {AbortSignal} signal
   */
  async count(query, signal) {
    const answer = await fetch(`${this.base}export/?${query}`, { method: "HEAD", signal });
    if (this.asked === query) this.rows = rowsText(answer.status, answer.headers);
  }

  fill() {
    const { viewer } = this;
    const body = viewer.tabs.body(PAGE);
    const chosen = this.chosen();
    if (!chosen) {
      body.replaceChildren(this.empty());
      return;
    }
    const parts = this.problem
      ? [make("p", { class: "field-error panel__loading", role: "alert" }, this.problem)]
      : this.answer
        ? content(this.answer, chosen.tracks !== null)
        : [make("p", { class: "panel__loading quiet" }, "Counting …")];
    const isTyping = this.field !== null && this.field === document.activeElement;
    if (isTyping) body.replaceChildren(body.children[0], ...parts);
    else body.replaceChildren(this.head(chosen), ...parts);
  }

  /** @returns {HTMLElement} */
  empty() {
    const { viewer } = this;
    const all = button({
      text: "Sum up what is in view",
      act: () => {
        const { start, end } = viewer.range;
        const inside = { start: Math.max(0, start), end: Math.min(viewer.duration, end) };
        viewer.mark({ start: Math.round(inside.start), end: Math.round(inside.end) });
      },
    });
    const words =
      "Drag on the ruler or press R for a range of time, press B for a box over some rows.";
    return make("div", { class: "panel__empty" }, make("p", {}, words), all);
  }

  /**
   * @param {Chosen} chosen
   * @returns {HTMLElement}
   */
  head({ range, tracks }) {
    const { viewer } = this;
    const title = make("h2", {}, duration(range.end - range.start, 4));
    const zoom = button({ text: "Zoom to it", icon: "fit", act: () => viewer.glideTo(range) });
    const top = make("div", { class: "sums__title" }, title, zoom);
    const actions = make("div", { class: "sums__actions" }, ...this.actions(range, tracks));
    return make(
      "div",
      { class: "panel__head" },
      ...[top, this.rangeField(range), actions, this.downloads()],
    );
  }

  /** @returns {HTMLElement} files of the rows, and what they hold */
  downloads() {
    const links = FORMATS.map(([format, name]) => {
      const href = `${this.base}export/?${this.query()}&format=${format}`;
      return make("a", { class: "button", href, download: "" }, icon("download"), name);
    });
    const words = make("span", { class: "quiet", "data-rows": "" }, this.rows);
    return make("div", { class: "sums__actions" }, ...links, words);
  }

  /**
   * @param {Range} range
   * @param {string[] | null} tracks
   * @returns {HTMLElement[]}
   */
  actions(range, tracks) {
    const { viewer } = this;
    const region = viewer.toolbox.commands.find(({ name }) => /range as a region$/.test(name));
    const t = `${Math.round(range.start)}-${Math.round(range.end)}`;
    const path = window.location.pathname.replace(/timeline\/$/, "summary/");
    const summary = make("a", { class: "button", href: `${path}?t=${t}` }, "Summary of this range");
    const actions = [
      button({
        text: "Copy table",
        icon: "copy",
        act: () => {
          if (this.answer) void copy(tableText(this.answer));
        },
      }),
      summary,
    ];
    if (region) {
      const act = () => {
        if (tracks) viewer.mark(range);
        region.run();
      };
      actions.unshift(button({ text: "Save as region", icon: "marker", act }));
    }
    return actions;
  }

  /**
   * @param {Range} range
   * @returns {HTMLElement}
   */
  rangeField(range) {
    const field = /** @type {HTMLInputElement} */ (
      make("input", {
        class: "field sums__range",
        "aria-label": "Selected range, such as 20us-24.6us",
        spellcheck: "false",
        autocomplete: "off",
        value: rangeText(range),
      })
    );
    this.field = field;
    field.addEventListener("change", () => {
      const typed = parseRange(field.value);
      field.setAttribute("aria-invalid", String(typed === null));
      if (!typed) return;
      const wanted = { start: typed[0], end: Math.min(typed[1], this.viewer.duration) };
      if (wanted.end <= wanted.start) {
        field.setAttribute("aria-invalid", "true");
        return;
      }
      if (this.boxes.box) this.boxes.setRange(wanted);
      else this.viewer.mark(wanted);
    });
    return field;
  }
}
