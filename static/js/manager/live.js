/** The list kept up to date: a fragment every two seconds while something runs. */

import htmx from "../../vendor/htmx/htmx.js";
import { one } from "../kit/dom.js";
import { THIN } from "../kit/units.js";
import { mergeRows, rememberRows } from "./rows-merge.js";

const BUSY_MS = 2000;
const IDLE_MS = 15_000;
const SOON_MS = 700;
const SOON_FOR_MS = 10_000;

/** Polls the rows, merges them in, and says how old they are. */
export class LiveRows {
  /**
   * @param {(rows: Element[]) => void} shown told about rows that were put in
   */
  constructor(shown) {
    this.shown = shown;
    this.place = one("#rows");
    this.text = one("[data-updated]");
    this.updatedAt = Date.now();
    this.isStale = false;
    this.timer = 0;
    this.soonUntil = 0;
    rememberRows(this.place);
    this.listen();
    this.schedule();
    window.setInterval(() => this.showAge(), 1000);
  }

  listen() {
    htmx.defineExtension(
      "rows",
      /** @type {any} */ ({
        isInlineSwap: (/** @type {string} */ style) => style === "rows",
        handleSwap: (
          /** @type {string} */ style,
          /** @type {Element} */ _target,
          /** @type {ParentNode} */ fragment,
        ) => {
          if (style !== "rows") return false;
          return this.merge(fragment);
        },
      }),
    );
    // A request that a newer one replaced says nothing about the connection: only these do.
    for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
      this.place.addEventListener(name, () => {
        this.isStale = true;
      });
    }
    this.place.addEventListener("htmx:afterRequest", (event) => {
      if (/** @type {CustomEvent} */ (event).detail.successful) {
        this.isStale = false;
        this.updatedAt = Date.now();
      }
      this.showAge();
      this.schedule();
    });
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.refresh();
    });
  }

  get isRunning() {
    return this.place.querySelector("[data-running='yes']") !== null;
  }

  schedule() {
    window.clearTimeout(this.timer);
    const isSoon = this.isRunning && Date.now() < this.soonUntil;
    const wait = isSoon ? SOON_MS : this.isRunning || this.isStale ? BUSY_MS : IDLE_MS;
    this.timer = window.setTimeout(() => this.refresh(), wait);
  }

  /** Asks now, and often for a while: what was just sent is seen to be processed. */
  hurry() {
    this.soonUntil = Date.now() + SOON_FOR_MS;
    this.refresh();
  }

  /** Asks for the rows now. */
  refresh() {
    htmx.trigger(this.place, "refresh", {});
  }

  /**
   * @param {ParentNode} fragment
   * @returns {Element[]}
   */
  merge(fragment) {
    const part = (/** @type {ParentNode} */ root, /** @type {string} */ selector) =>
      /** @type {Element | null} */ (root.querySelector(selector));
    const next = part(fragment, "[data-kept]");
    if (!next) return [];
    const added = mergeRows(one("[data-kept]", this.place), next);
    for (const selector of ["thead", "[data-facts]"]) {
      const [old, now] = [part(this.place, selector), part(fragment, selector)];
      if (old && now && old.outerHTML !== now.outerHTML) old.replaceWith(now);
    }
    part(this.place, "#pager")?.remove();
    const pager = part(fragment, "#pager");
    if (pager) this.place.append(pager);
    this.showCounts();
    this.shown(added);
    return added;
  }

  showCounts() {
    const facts = one("[data-facts]", this.place).dataset;
    for (const pair of (facts.counts ?? "").split(" ")) {
      const [name, number] = pair.split("=");
      const place = document.querySelector(`[data-count="${name}"]`);
      if (place) place.textContent = number ?? "";
    }
    for (const name of ["total", "used"]) {
      const place = document.querySelector(`[data-${name}]:not([data-facts])`);
      if (place) place.textContent = facts[name] ?? "";
    }
  }

  showAge() {
    const seconds = Math.round((Date.now() - this.updatedAt) / 1000);
    this.text.classList.toggle("manager__updated--stale", this.isStale);
    if (this.isStale) {
      this.text.textContent = `No connection since ${new Date(this.updatedAt).toLocaleTimeString()}`;
    } else {
      this.text.textContent = seconds < 1 ? "Updated now" : `Updated ${seconds}${THIN}s ago`;
    }
  }
}
