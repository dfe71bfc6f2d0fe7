/** Finding and making elements; text is only ever put in as text. */

/**
 * The element for a selector, which must be there.
 * @param {string} selector
 * @param {ParentNode} [root]
 * @returns {HTMLElement}
 */
export function one(selector, root = document) {
  const found = root.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new Error(`no element for ${selector}`);
  return found;
}

/**
 * A new element with attributes and children; strings become text nodes.
 * @param {string} name
 * @param {Record<string, string | undefined>} [attributes]
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
}

/**
 * An icon from the project's sprite.
 * @param {string} name
 * @returns {SVGElement}
 */
export function icon(name) {
  const known = document.querySelector(".icon use");
  const sprite = known?.getAttribute("href")?.split("#")[0] ?? "/static/img/icons.svg";
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.append(use);
  return svg;
}

/**
 * Shows a short message; errors that need a decision are shown where they happened instead.
 * @param {string} text
 */
export function toast(text) {
  const place = document.getElementById("toast");
  if (!place) return;
  place.textContent = text;
  place.hidden = false;
  window.setTimeout(() => {
    place.hidden = true;
  }, 5000);
}

/**
 * Copies text and says so.
 * @param {string} text
 */
export async function copy(text) {
  await navigator.clipboard.writeText(text);
  toast("Copied");
}
