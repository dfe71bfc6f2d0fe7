/** The Rows dialog: which rows are shown, pinned, how high, in which order; all of it by keyboard. */

import { button, make, one } from "../kit/dom.js";
import { count } from "../kit/units.js";
import { HEIGHT_STEP } from "../timeline/row-choices.js";

/**
 * A row to choose; `above` says what it stands in, `height` is its chosen height in pixels.
 * @typedef {{key: string, name: string, above: string, isShown: boolean, isPinned: boolean, height: number | null}} Listed
 * What a timeline offers to the dialog. `show` takes several rows at once; `drawn` says how high a
 * row is now.
 * @typedef {object} RowModel
 * @property {() => Listed[]} list in the order in which they stand
 * @property {(keys: string[], isShown: boolean) => void} show
 * @property {(key: string) => void} pin
 * @property {(key: string, step: 1 | -1) => void} move
 * @property {(key: string, height: number | null) => void} resize
 * @property {(key: string) => number} drawn
 * @property {() => void} restore the set of rows that there was at first
 */

/**
 * Rows whose name, or what they stand in, holds all words.
 * @param {Listed[]} rows
 * @param {string} text
 * @returns {Listed[]}
 */
export function matchingRows(rows, text) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter(({ name, above }) => {
    const about = `${name} ${above}`.toLowerCase();
    return words.every((word) => about.includes(word));
  });
}

/**
 * How many rows are shown of how many there are.
 * @param {RowModel} model
 * @returns {string}
 */
export function rowsText(model) {
  const rows = model.list();
  return `Rows ${count(rows.filter(({ isShown }) => isShown).length)} / ${count(rows.length)}`;
}

/**
 * Fills the dialog as it opens and whenever something in it is used.
 * @param {HTMLElement} host
 * @param {RowModel} model
 * @returns {() => void} opens it
 */
export function rowDialog(host, model) {
  const dialog = /** @type {HTMLDialogElement} */ (one("[data-row-dialog]", host));
  const filter = /** @type {HTMLInputElement} */ (one("[data-row-filter]", dialog));
  const fill = (/** @type {{key: string, name: string}} */ focused = { key: "", name: "" }) => {
    const found = matchingRows(model.list(), filter.value);
    const place = one("[data-row-list]", dialog);
    place.replaceChildren(...found.map((row) => item(model, row, fill)));
    if (found.length === 0) place.append(make("li", { class: "quiet" }, "No row has this name."));
    const again = [...place.children].find((one) => one.getAttribute("data-key") === focused.key);
    const target = again?.querySelector(`[data-does="${focused.name}"]`);
    if (target instanceof HTMLElement) target.focus();
  };
  filter.addEventListener("input", () => fill());
  const found = () => matchingRows(model.list(), filter.value).map(({ key }) => key);
  const acts = /** @type {Record<string, () => void>} */ ({
    all: () => model.show(found(), true),
    none: () => model.show(found(), false),
    only: () => {
      const own = found();
      const others = model.list().map(({ key }) => key);
      model.show(
        others.filter((key) => !own.includes(key)),
        false,
      );
      model.show(own, true);
    },
    restore: () => model.restore(),
  });
  for (const [name, act] of Object.entries(acts)) {
    one(`[data-rows-${name}]`, dialog).addEventListener("click", () => {
      act();
      fill();
    });
  }
  return () => {
    filter.value = "";
    fill();
    dialog.showModal();
  };
}

/**
 * @param {RowModel} model
 * @param {Listed} row
 * @param {(focused: {key: string, name: string}) => void} fill
 * @returns {HTMLElement}
 */
function item(model, { key, name, above, isShown, isPinned, height }, fill) {
  const full = above ? `${name}, ${above}` : name;
  const does = (
    /** @type {string} */ text,
    /** @type {string} */ label,
    /** @type {() => void} */ act,
  ) => {
    const after = () => {
      act();
      fill({ key, name: text });
    };
    const made = button({ text, label: `${label}: ${full}`, class: "button--quiet", act: after });
    made.setAttribute("data-does", text);
    return made;
  };
  const check = /** @type {HTMLInputElement} */ (
    make("input", { type: "checkbox", "data-does": "show", "aria-label": `Show ${full}` })
  );
  check.checked = isShown;
  check.addEventListener("change", () => {
    model.show([key], check.checked);
    fill({ key, name: "show" });
  });
  const grow = (/** @type {1 | -1} */ way) =>
    model.resize(key, (height ?? model.drawn(key)) + way * HEIGHT_STEP);
  const words = make("span", { class: "rowlist__name" }, name);
  words.append(make("span", { class: "quiet" }, ` ${above}`));
  const tools = [
    does("−", "Lower", () => grow(-1)),
    does("+", "Higher", () => grow(1)),
    does(isPinned ? "Unpin" : "Pin", isPinned ? "Unpin" : "Pin", () => model.pin(key)),
    does("↑", "Move up", () => model.move(key, -1)),
    does("↓", "Move down", () => model.move(key, 1)),
  ];
  if (height !== null)
    tools.unshift(does(`${height} px`, "Its own height", () => model.resize(key, null)));
  return make("li", { class: "rowlist__row", "data-key": key }, check, words, ...tools);
}
