/** Find: events by a part of their name, on the server, with the next and the previous hit. */

import { one } from "../../kit/dom.js";
import { request } from "../../kit/http.js";
import { count, duration } from "../../kit/units.js";
import { goTo } from "./places.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {{row: number, start_ts: number, place: number, name: string, instance_id: string, process_id: number | string, thread_id: number | string, nc_idx: number | null, pcore_idx: number | null}} Event */
/** @typedef {{count: number, first: Event | null, last: Event | null, previous: Event | null, next: Event | null}} Found */

const WAIT_MS = 250;

export class Find {
  /** @param {SystemTimeline} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.field = /** @type {HTMLInputElement} */ (one("[data-find]", viewer.host));
    this.words = one("[data-find-count]", viewer.host);
    this.timer = 0;
    /** @type {Event | null} */
    this.now = null;
    this.listen();
  }

  listen() {
    this.field.addEventListener("input", () => {
      window.clearTimeout(this.timer);
      this.now = null;
      this.timer = window.setTimeout(() => void this.step(1, true), WAIT_MS);
    });
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") {
        event.preventDefault();
        void this.step(event.shiftKey ? -1 : 1);
      }
      if (event.key === "Escape") {
        this.field.blur();
        this.viewer.stage.focus();
      }
    });
  }

  focus() {
    this.field.focus();
    this.field.select();
  }

  /**
   * Goes to the next or previous hit; at the end it begins anew.
   * @param {1 | -1} step
   * @param {boolean} [isCount] only counts, and stays where the view is
   */
  async step(step, isCount = false) {
    const text = this.field.value.trim();
    this.viewer.found = text;
    this.viewer.redraw();
    if (!text) {
      this.words.textContent = "";
      return;
    }
    const query = new URLSearchParams({ q: text });
    if (this.now) {
      query.set("after_ns", String(this.now.start_ts));
      query.set("after_row", String(this.now.row));
    } else query.set("after_ns", String(Math.round(this.viewer.range.start) - 1));
    /** @type {Found} */
    const found = await request(`${this.viewer.system.base}find/?${query}`);
    if (this.field.value.trim() !== text) return;
    if (found.count === 0) {
      this.words.textContent = `Nothing is named “${text}”.`;
      return;
    }
    const target =
      (step > 0 ? found.next : found.previous) ?? (step > 0 ? found.first : found.last);
    const span = (found.last?.start_ts ?? 0) - (found.first?.start_ts ?? 0);
    const hits = `${count(found.count)} hit${found.count === 1 ? "" : "s"}`;
    if (isCount || !target) {
      this.words.textContent = `${hits} in ${duration(span, 3)}`;
      return;
    }
    this.now = target;
    this.words.textContent = `${count(target.place)} of ${hits}`;
    await goTo(this.viewer, target);
  }
}
