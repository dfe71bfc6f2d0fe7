/** The Show menu: what is shown and what is not, a box for each choice of a tool. */

import { make, one } from "../../kit/dom.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */

/**
 * Fills the menu whenever it opens, so that it is never behind.
 * @param {TimelineViewer} viewer
 */
export function showToggles({ host, toolbox }) {
  const menu = one("#view-menu", host);
  one("[data-view-menu]", host).hidden = toolbox.toggles.length === 0;
  menu.addEventListener("beforetoggle", () => {
    menu.replaceChildren(
      ...toolbox.toggles.map(({ name, isOn, set }) => {
        const box = /** @type {HTMLInputElement} */ (make("input", { type: "checkbox" }));
        box.checked = isOn();
        box.addEventListener("change", () => set(box.checked));
        return make("label", { class: "menu__check" }, box, name);
      }),
    );
  });
}
