/** Menus by pointer and by key; the browser opens, closes and stacks them. */

const GAP_PX = 4;
const EDGE_PX = 8;

/**
 * Puts every menu beside the button that opened it and walks its items with the arrow keys.
 * @param {ParentNode & EventTarget} root
 */
export function initMenus(root = document) {
  root.addEventListener("toggle", (event) => opened(/** @type {ToggleEvent} */ (event)), true);
  root.addEventListener("keydown", (event) => walk(/** @type {KeyboardEvent} */ (event)));
}

/** @param {ToggleEvent} event */
function opened(event) {
  const menu = event.target;
  if (!(menu instanceof HTMLElement) || !menu.classList.contains("menu")) return;
  const owner = document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
  owner?.setAttribute("aria-expanded", String(event.newState === "open"));
  if (event.newState !== "open" || !owner) return;
  const box = owner.getBoundingClientRect();
  const lowest = window.innerHeight - menu.offsetHeight - EDGE_PX;
  const isLeft = menu.getAttribute("role") !== "menu";
  const left = isLeft ? box.left : box.right - menu.offsetWidth;
  menu.style.top = `${Math.max(EDGE_PX, Math.min(box.bottom + GAP_PX, lowest))}px`;
  menu.style.left = `${Math.max(EDGE_PX, Math.min(left, window.innerWidth - menu.offsetWidth - EDGE_PX))}px`;
  itemsOf(menu)[0]?.focus();
}

/**
 * @param {Element} menu
 * @returns {HTMLElement[]}
 */
function itemsOf(menu) {
  return /** @type {HTMLElement[]} */ ([...menu.querySelectorAll("[role='menuitem'], input")]);
}

/** @param {KeyboardEvent} event */
function walk(event) {
  const menu = /** @type {HTMLElement} */ (event.target).closest(".menu:popover-open");
  if (!menu) return;
  const items = itemsOf(menu);
  const now = items.indexOf(/** @type {HTMLElement} */ (document.activeElement));
  const places = /** @type {Record<string, number>} */ ({
    ArrowDown: (now + 1) % items.length,
    ArrowUp: (now - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  });
  const place = places[event.key];
  if (place === undefined) return;
  event.preventDefault();
  items[place]?.focus();
}
