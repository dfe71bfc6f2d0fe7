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
 * A button that does something.
 * @param {{text?: string, icon?: string, label?: string, class?: string, act: () => void}} options
 * @returns {HTMLButtonElement}
 */
export function button({ text, icon: name, label, class: classes = "", act }) {
  const element = /** @type {HTMLButtonElement} */ (
    make("button", { class: `button ${classes}`.trim(), type: "button", "aria-label": label })
  );
  if (name) element.append(icon(name));
  if (text) element.append(text);
  element.addEventListener("click", act);
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
 * A bar that is filled through the CSSOM, because inline styles are not allowed.
 * @param {string} label
 * @returns {{element: HTMLElement, set: (share: number, text: string) => void}}
 */
export function progressBar(label) {
  const fill = make("span", { class: "progress__fill" });
  const limits = { "aria-valuemin": "0", "aria-valuemax": "100" };
  const attributes = { class: "progress", role: "progressbar", "aria-label": label, ...limits };
  const element = make("span", attributes, fill);
  const set = (/** @type {number} */ share, /** @type {string} */ text) =>
    setBar(element, share, text);
  return { element, set };
}

/**
 * @param {HTMLElement} element an element of class progress with its fill
 * @param {number} share between 0 and 1
 * @param {string} text what a screen reader says
 */
export function setBar(element, share, text) {
  const fill = element.firstElementChild;
  if (fill instanceof HTMLElement) fill.style.transform = `scaleX(${share})`;
  element.setAttribute("aria-valuenow", String(Math.floor(share * 100)));
  element.setAttribute("aria-valuetext", text);
}

let toastTimer = 0;

/**
 * Shows a short message; errors that need a decision are shown where they happened instead.
 * @param {string} text
 * @param {string} [sign] name of an icon
 */
export function toast(text, sign) {
  const place = document.getElementById("toast");
  if (!place) return;
  place.replaceChildren(...(sign ? [icon(sign)] : []), text);
  place.hidden = false;
  window.clearTimeout(toastTimer);
  toastTimer = window.setTimeout(() => {
    place.hidden = true;
  }, 6000);
}

const LATER = "toast";

/**
 * Shows a message on the next page instead.
 * @param {string} text
 */
export function toastAfterLoad(text) {
  try {
    sessionStorage.setItem(LATER, text);
  } catch {
    // Without storage the next page speaks for itself.
  }
}

/** Shows the message the page before left. */
export function showKeptToast() {
  try {
    const text = sessionStorage.getItem(LATER);
    sessionStorage.removeItem(LATER);
    if (text) toast(text, "check");
  } catch {
    // Without storage nothing was left.
  }
}

/**
 * Copies text and says so. The clipboard needs a secure origin; elsewhere a selection does it.
 * @param {string} text
 */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied", "check");
  } catch {
    const area = /** @type {HTMLTextAreaElement} */ (make("textarea", { class: "sr-only" }));
    area.value = text;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    toast(
      isCopied ? "Copied" : "The browser does not let this page copy",
      isCopied ? "check" : "warn",
    );
  }
}
