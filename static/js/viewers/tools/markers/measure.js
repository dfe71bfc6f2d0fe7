/** Between two markers, or within a region: how long, and what happened there in numbers. */

import { make } from "../../../kit/dom.js";
import { request } from "../../../kit/http.js";
import { count, duration, exact } from "../../../kit/units.js";
import { byTime, difference, measuredRange } from "../../../timeline/annotations.js";
import { inUnit } from "../../summary/device/numbers.js";

/** @typedef {import("../markers.js").Markers} Markers */
/** @typedef {import("../../../data/annotation-board.js").Annotation} Annotation */
/** @typedef {{start: number, end: number}} Range */
/** @typedef {{value: number | null, missing: string | null}} Value */
/** @typedef {{id: string, title: string, unit: string}} Meaning */

/** What is told of a range of a device, in this order. */
const TOLD = [
  ...["compute_ns", "idle_ns", "instructions", "mfu", "hfu", "tensor_active", "vector_active"],
  ...["scalar_active", "gpsimd_active", "sync_active", "dma_packets", "dma_bytes"],
  ...["dma_average_bytes", "dma_active", "hbm_read_bytes", "hbm_write_bytes", "mbu"],
  ...["spill_save_bytes", "spill_reload_bytes", "throttled"],
];
const MOST_NAMES = 8;

/**
 * The numbers of a range of a device, by title; what cannot be given says what it would take.
 * @param {Record<string, Value>} metrics
 * @param {Meaning[]} meanings
 * @returns {[string, string][]}
 */
export function deviceNumbers(metrics, meanings) {
  /** @type {[string, string][]} */
  const rows = [];
  for (const id of TOLD) {
    const meaning = meanings.find((one) => one.id === id);
    const found = metrics[id];
    if (!meaning || !found) continue;
    const text =
      found.value === null ? `needs ${found.missing}` : inUnit(found.value, meaning.unit);
    rows.push([meaning.title, text]);
  }
  return rows;
}

/**
 * The numbers of a range of a system run: how many events, and the largest sums by name.
 * @param {{events: number, by_name: {name: string, count: number, sum_ns: number}[]}} found
 * @returns {[string, string][]}
 */
export function systemNumbers({ events, by_name: names }) {
  return [
    ["Events", count(events)],
    ...names
      .slice(0, MOST_NAMES)
      .map(
        (one) =>
          /** @type {[string, string]} */ ([
            one.name,
            `${count(one.count)} × · ${duration(one.sum_ns, 3)}`,
          ]),
      ),
  ];
}

/**
 * The difference of two, exact, with its sign.
 * @param {Annotation} one
 * @param {Annotation} other
 * @returns {string}
 */
export function differenceText(one, other) {
  const ns = difference(one, other);
  return `${ns < 0 ? "−" : "+"}${exact(Math.abs(ns))} (${count(Math.abs(ns))} ns)`;
}

export class Measure {
  /** @param {Markers} markers */
  constructor(markers) {
    this.markers = markers;
    this.select = /** @type {HTMLSelectElement} */ (make("select", { class: "field" }));
    this.select.addEventListener("change", () => markers.compareWith(this.select.value || null));
    const label = make("label", { class: "marks__field" }, make("span", {}, "Compare with"));
    label.append(this.select);
    this.delta = make("p", { class: "marks__delta", "aria-live": "polite" });
    this.numbers = make("div", {});
    this.link = make("a", { class: "button" }, "Open in Summary");
    this.zoom = make("button", { class: "button", type: "button" }, "Zoom to it");
    this.zoom.addEventListener("click", () => {
      const range = markers.measuredRange();
      if (range) markers.goTo(range);
    });
    this.tools = make("div", { class: "marks__tools" }, this.zoom, this.link);
    this.element = make("section", { class: "panel__section", "aria-label": "Measure" });
    this.element.append(label, this.delta, this.numbers, this.tools);
    this.element.hidden = true;
    /** The range whose numbers are shown or asked for. */
    this.asked = "";
    /** @type {AbortController | null} */
    this.request = null;
    this.drawn = "";
  }

  /** @param {Annotation | null} chosen */
  show(chosen) {
    this.element.hidden = chosen === null;
    if (!chosen) {
      this.forget();
      return;
    }
    const { board, other: id } = this.markers;
    const other = id ? board.find(id) : null;
    this.fillChoices(chosen, other);
    const range = measuredRange(chosen, other);
    const length = range ? exact(range.end - range.start) : "";
    this.delta.textContent = other
      ? `Δ ${differenceText(chosen, other)}`
      : length && `Length ${length}`;
    this.tools.hidden = range === null;
    if (range) this.ask(range);
    else this.forget();
  }

  /**
   * @param {Annotation} chosen
   * @param {Annotation | null} other
   */
  fillChoices(chosen, other) {
    const others = byTime(this.markers.board.annotations).filter(({ id }) => id !== chosen.id);
    const drawn = JSON.stringify([chosen.id, others.map(({ id, version }) => [id, version])]);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      const options = others.map(({ id, name, start_ns: ns }) =>
        make("option", { value: id }, `${name} · ${exact(ns)}`),
      );
      this.select.replaceChildren(make("option", { value: "" }, "nothing"), ...options);
    }
    this.select.value = other?.id ?? "";
  }

  forget() {
    this.request?.abort();
    this.asked = "";
    this.numbers.replaceChildren();
  }

  /** @param {Range} range */
  ask(range) {
    const text = `${range.start}-${range.end}`;
    const { viewer, profile } = this.markers;
    const isSystem = viewer.document.kind === "system";
    this.link.hidden = isSystem;
    this.link.setAttribute("href", `/profiles/${profile}/summary/?t=${text}`);
    // The numbers are asked for where they are seen only.
    if (text === this.asked || viewer.tabs.shown !== "markers") return;
    this.asked = text;
    this.request?.abort();
    this.request = new AbortController();
    void this.fetch(range, isSystem, this.request.signal);
  }

  /**
   * @param {Range} range
   * @param {boolean} isSystem
   * @param {AbortSignal} signal
   */
  async fetch({ start, end }, isSystem, signal) {
    const { profile, viewer } = this.markers;
    const base = `/api/v1/profiles/${profile}/`;
    const query = `?start_ns=${start}&end_ns=${end}`;
    this.numbers.setAttribute("aria-busy", "true");
    try {
      const rows = isSystem
        ? systemNumbers(
            await request(`${base}runs/${viewer.source.run}/range-statistics/${query}`, { signal }),
          )
        : deviceNumbers(
            (await request(`${base}metrics/${query}`, { signal })).metrics,
            await request("/api/v1/metrics/", { signal }),
          );
      const list = make("dl", { class: "panel__fields" });
      for (const [name, value] of rows) list.append(make("dt", {}, name), make("dd", {}, value));
      if (!signal.aborted) this.numbers.replaceChildren(list);
    } catch (error) {
      if (signal.aborted) return;
      const text = error instanceof Error ? error.message : String(error);
      this.numbers.replaceChildren(make("p", { class: "quiet" }, `No numbers here: ${text}`));
    } finally {
      if (!signal.aborted) this.numbers.removeAttribute("aria-busy");
    }
  }
}
