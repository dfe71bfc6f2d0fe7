/** The menu of a row, by pointer and by key. */

import { make, one } from "../kit/dom.js";

/** @typedef {{text: string, act: () => void, danger?: boolean}} Choice */

/**
 * Opens the menu at a button; Esc or a click elsewhere closes it and focus returns.
 * @param {HTMLElement} button
 * @param {Choice[]} choices
 */
export function openMenu(button, choices) {
  const menu = one("#menu");
  const close = () => {
    menu.hidden = true;
    document.removeEventListener("pointerdown", outside, true);
    button.focus();
  };
  const outside = (/** @type {Event} */ event) => {
    if (event.target instanceof Node && !menu.contains(event.target)) close();
  };
  menu.replaceChildren(
    ...choices.map(({ text, act, danger }) => {
      const item = make("button", {
        type: "button",
        role: "menuitem",
        class: danger ? "menu__danger" : undefined,
      });
      item.textContent = text;
      item.addEventListener("click", () => {
        close();
        act();
      });
      return item;
    }),
  );
  menu.hidden = false;
  const box = button.getBoundingClientRect();
  menu.style.top = `${Math.min(box.bottom + 4, window.innerHeight - menu.offsetHeight - 8)}px`;
  menu.style.left = `${Math.max(8, box.right - menu.offsetWidth)}px`;
  const items = /** @type {HTMLElement[]} */ ([...menu.children]);
  items[0]?.focus();
  menu.onkeydown = (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") close();
    else if (step) {
      const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
      items[(now + step + items.length) % items.length]?.focus();
    } else return;
    event.preventDefault();
  };
  document.addEventListener("pointerdown", outside, true);
}
