/** The Rows dialog: which rows are shown, pinned, in which order; all of it by keyboard too. */

import { button, make, one } from "../../kit/dom.js";
import { entriesOf } from "../../timeline/system-heads.js";
import { arranged, arrangementOf } from "../../timeline/system-rows.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../timeline/system-heads.js").Entry} Entry */

/**
 * How many rows are shown of how many there are.
 * @param {SystemTimeline} viewer
 * @returns {string}
 */
export function rowsText({ document, arrangement }) {
  const all = entriesOf(document).length;
  return `Rows ${arranged(document, arrangement).length} / ${all}`;
}

/** @param {SystemTimeline} viewer */
export function showRowList(viewer) {
  const dialog = /** @type {HTMLDialogElement} */ (one("[data-row-dialog]", viewer.host));
  fill(viewer);
  dialog.showModal();
}

/**
 * @param {SystemTimeline} viewer
 * @param {{key: string, name: string}} [focused] what keeps the focus
 */
function fill(viewer, focused) {
  const { document, arrangement } = viewer;
  const everything = arrangementOf({ ...arrangement, hidden: new Set(), isCpuShown: true });
  const place = one("[data-row-list]", viewer.host);
  const items = arranged(document, everything).map(({ entry, heads }) => {
    const above = heads.map(({ title, subtitle }) => `${title} ${subtitle}`.trim()).join(" · ");
    return item(viewer, entry, above);
  });
  place.replaceChildren(...items);
  if (!focused) return;
  const again = [...place.children].find((one) => one.getAttribute("data-key") === focused.key);
  const target = again?.querySelector(`[data-does="${focused.name}"]`);
  if (target instanceof HTMLElement) target.focus();
}

/**
 * @param {SystemTimeline} viewer
 * @param {Entry} entry
 * @param {string} above
 * @returns {HTMLElement}
 */
function item(viewer, entry, above) {
  const { arrangement } = viewer;
  const { key } = entry;
  const name = [entry.name, entry.detail].filter(Boolean).join(" · ");
  const does = (
    /** @type {string} */ what,
    /** @type {string} */ label,
    /** @type {() => void} */ act,
  ) => {
    const made = button({
      text: what,
      label: `${label}: ${name}`,
      class: "button--quiet",
      act: () => {
        act();
        fill(viewer, { key, name: what });
      },
    });
    made.dataset.does = what;
    return made;
  };
  const isCpu = entry.source === "host" && entry.series?.unit === "percent";
  const isOff = arrangement.hidden.has(key) || (isCpu && !arrangement.isCpuShown);
  const check = /** @type {HTMLInputElement} */ (
    make("input", { type: "checkbox", "data-does": "show", "aria-label": `Show ${name}` })
  );
  check.checked = !isOff;
  check.addEventListener("change", () => {
    if (isCpu) viewer.rearrange({ isCpuShown: check.checked });
    if (isCpu !== true || arrangement.hidden.has(key)) viewer.hide(key);
    fill(viewer, { key, name: "show" });
  });
  const isPinned = arrangement.pinned.includes(key);
  const pin = does(isPinned ? "Unpin" : "Pin", isPinned ? "Unpin" : "Pin", () => viewer.pin(key));
  const up = does("↑", "Move up", () => viewer.moveRow(key, -1));
  const down = does("↓", "Move down", () => viewer.moveRow(key, 1));
  const words = make("span", { class: "rowlist__name" }, name);
  words.append(make("span", { class: "quiet" }, ` ${above}`));
  return make("li", { class: "rowlist__row", "data-key": key }, check, words, pin, up, down);
}
