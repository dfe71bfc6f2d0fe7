/** Search, status and order: kept in the form, in the address, and as removable chips. */

import { button, icon, one } from "../kit/dom.js";

const WAIT_MS = 250;

/** The list's form; every change asks for the rows anew. */
export class Filters {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.form = /** @type {HTMLFormElement} */ (one("#filters"));
    this.timer = 0;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.moved(0);
    });
    this.form.addEventListener("input", () => this.moved(WAIT_MS));
    this.showChips();
  }

  /**
   * @param {string} name
   * @returns {HTMLInputElement}
   */
  field(name) {
    return /** @type {HTMLInputElement} */ (one(`[name="${name}"]`, this.form));
  }

  /** @returns {HTMLInputElement[]} */
  get boxes() {
    return /** @type {HTMLInputElement[]} */ ([...this.form.querySelectorAll("[name='status']")]);
  }

  /** @param {string} ordering */
  order(ordering) {
    this.field("ordering").value = ordering;
    this.moved(0);
  }

  /** @param {string} page */
  turn(page) {
    this.field("page").value = page;
    this.moved(0, { isTurning: true });
  }

  /**
   * Opens or folds the device profiles of a system profile.
   * @param {string} id
   */
  fold(id) {
    const known = this.form.querySelector(`[name="open"][value="${CSS.escape(id)}"]`);
    if (known) known.remove();
    else {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = "open";
      field.value = id;
      this.form.append(field);
    }
    this.moved(0, { isTurning: true });
  }

  /** Drops the last filter: the statuses first, then the words. */
  dropLast() {
    const chosen = this.boxes.filter((box) => box.checked);
    if (chosen.length > 0) for (const box of chosen) box.checked = false;
    else this.field("search").value = "";
    this.moved(0);
    this.field("search").focus();
  }

  /**
   * @param {number} afterMs
   * @param {{isTurning?: boolean}} [options] otherwise the first page is asked for
   */
  moved(afterMs, { isTurning = false } = {}) {
    if (!isTurning) this.field("page").value = "1";
    this.showChips();
    this.showAddress();
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.changed(), afterMs);
  }

  showAddress() {
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) {
      const isPlain =
        (name === "page" && value === "1") || (name === "ordering" && value === "-created_at");
      if (value && !isPlain) query.append(name, String(value));
    }
    const text = query.toString();
    window.history.replaceState(null, "", text ? `?${text}` : window.location.pathname);
    this.showNav(query.getAll("status"));
  }

  /** @param {string[]} chosen */
  showNav(chosen) {
    for (const link of document.querySelectorAll(".nav__one")) {
      const own = new URL(/** @type {HTMLAnchorElement} */ (link).href).searchParams.get("status");
      const isCurrent = own ? chosen.length === 1 && chosen[0] === own : chosen.length === 0;
      if (isCurrent) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  showChips() {
    const chips = this.boxes
      .filter((box) => box.checked)
      .map((box) => {
        const act = () => {
          box.checked = false;
          this.moved(0);
        };
        const label = `Drop the filter ${box.value}`;
        const chip = button({ text: `status:${box.value}`, label, act });
        chip.className = "chip";
        chip.append(icon("close"));
        return chip;
      });
    one("[data-chips]", this.form).replaceChildren(...chips);
  }
}
