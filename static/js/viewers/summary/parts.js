/** Cards, tables and bars that summaries are made of. */

import { make } from "../../kit/dom.js";

/**
 * @param {string} title
 * @param {string} note
 * @param {...HTMLElement} content
 * @returns {HTMLElement}
 */
export function card(title, note, ...content) {
  const id = `card-${title.toLowerCase().replaceAll(" ", "-")}`;
  const head = make("header", { class: "card__head" }, make("h2", { id }, title));
  if (note) head.append(make("p", {}, note));
  return make("section", { class: "card", "aria-labelledby": id }, head, ...content);
}

/**
 * @param {string} text
 * @returns {HTMLElement} what a card says that has nothing to show
 */
export function empty(text) {
  return make("p", { class: "card__empty" }, text);
}

/**
 * Tiles of figures, side by side.
 * @param {{label: string, value: string, note?: string}[]} figures
 * @returns {HTMLElement}
 */
export function tiles(figures) {
  const made = figures.map(({ label, value, note }) => {
    const one = make("div", { class: "tiles__one" });
    one.append(make("dt", {}, label), make("dd", {}, value));
    if (note) one.append(make("dd", { class: "tiles__note" }, note));
    return one;
  });
  return make("dl", { class: "tiles" }, ...made);
}

/**
 * A column: its head, what stands in it, and whether that is a number.
 * @template Row
 * @typedef {{head: string, cell: (row: Row) => Node | string, isNumber?: boolean, title?: (row: Row) => string}} Column
 */

/**
 * @template Row
 * @param {string} label
 * @param {Column<Row>[]} columns
 * @param {Row[]} rows
 * @returns {HTMLElement}
 */
export function table(label, columns, rows) {
  const style = (/** @type {Column<Row>} */ { isNumber }) =>
    isNumber ? "plain__number" : "plain__name";
  const heads = columns.map((column) =>
    make("th", { scope: "col", class: style(column) }, column.head),
  );
  const body = rows.map((row) =>
    make(
      "tr",
      {},
      ...columns.map((column) =>
        make("td", { class: style(column), title: column.title?.(row) }, column.cell(row)),
      ),
    ),
  );
  const made = make("table", { class: "plain", "aria-label": label });
  made.append(make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body));
  const scroll = { class: "card__scroll", tabindex: "0", role: "group", "aria-label": label };
  return make("div", scroll, made);
}

/**
 * A bar for a share of a whole; the number stands beside it.
 * @param {number} value between 0 and 1
 * @param {"host" | "late" | ""} [kind]
 * @returns {HTMLElement}
 */
export function shareBar(value, kind = "") {
  const fill = make("span", { class: "share__fill" });
  fill.style.transform = `scaleX(${Math.min(Math.max(value, 0), 1)})`;
  const style = kind ? `share share--${kind}` : "share";
  return make("span", { class: style, "aria-hidden": "true" }, fill);
}

/**
 * A ranked claim with a way to see it.
 * @param {{place: number, title: string, text: string, link?: {href: string, text: string}}} claim
 * @param {...HTMLElement} more
 * @returns {HTMLElement}
 */
export function claim({ place, title, text, link }, ...more) {
  const made = make("li", { class: "claims__one" });
  made.append(
    make("span", { class: "claims__place", "aria-hidden": "true" }, String(place)),
    make("p", { class: "claims__title" }, title),
  );
  if (link) made.append(make("a", { href: link.href }, link.text));
  made.append(make("p", { class: "claims__text" }, text), ...more);
  return made;
}

/**
 * Puts an error where the page's content would be, with a way to try again.
 * @param {HTMLElement} place
 * @param {unknown} error
 * @param {() => void} again
 */
export function showError(place, error, again) {
  const text = error instanceof Error ? error.message : String(error);
  const retry = make("button", { class: "button", type: "button" }, "Try again");
  retry.addEventListener("click", again);
  place.replaceChildren(make("span", { class: "field-error", role: "alert" }, text), " ", retry);
  place.hidden = false;
}
