/** The lower edge of a row in the gutter: drawn up or down it makes the row lower or higher. */

import { make } from "../kit/dom.js";

/**
 * @param {HTMLElement} element a row of the gutter
 * @param {number} height of the row, pixels
 * @param {(height: number | null) => void} resize null gives the row its own height back
 */
export function resizeRows(element, height, resize) {
  const grip = make("span", { class: "row__grip", title: "Drag: height. Double click: its own" });
  grip.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    event.stopPropagation();
    const from = event.clientY;
    const stop = new AbortController();
    const { signal } = stop;
    // The row is made anew with every height, so that the page hears of the pointer.
    document.addEventListener("pointermove", (moved) => resize(height + moved.clientY - from), {
      signal,
    });
    for (const kind of ["pointerup", "pointercancel"]) {
      document.addEventListener(kind, () => stop.abort(), { signal });
    }
  });
  grip.addEventListener("dblclick", (event) => {
    event.stopPropagation();
    resize(null);
  });
  element.append(grip);
}
