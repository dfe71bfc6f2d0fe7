/** A page of a timeline made of tiny elements: what the tools look for by its attributes. */

import { TinyElement, useTinyDom } from "./tiny-dom.js";

useTinyDom();

/** An element that knows its attributes as data, its neighbours, and whether it is open. */
export class Part extends TinyElement {
  /** @param {string} name */
  constructor(name) {
    super(name);
    this.isOpen = false;
    this.value = "";
    this.checked = false;
    this.disabled = false;
    this.offsetWidth = 200;
    this.offsetHeight = 100;
    this.scrolls = 0;
    this.classList = /** @type {any} */ ({
      add: (/** @type {string} */ one) => this.setClasses([...this.classes(), one]),
      remove: (/** @type {string} */ one) =>
        this.setClasses(this.classes().filter((other) => other !== one)),
    });
  }

  classes() {
    return (this.getAttribute("class") ?? "").split(" ").filter(Boolean);
  }

  /** @param {string[]} classes */
  setClasses(classes) {
    this.setAttribute("class", classes.join(" "));
  }

  get dataset() {
    const data = [...this.attributes].filter(([name]) => name.startsWith("data-"));
    return Object.fromEntries(data.map(([name, value]) => [name.slice(5), value]));
  }

  get id() {
    return this.getAttribute("id") ?? "";
  }

  get firstElementChild() {
    return this.children.find((one) => one instanceof TinyElement) ?? null;
  }

  /** @param {string} name */
  removeAttribute(name) {
    this.attributes.delete(name);
  }

  /** @param {string} name @param {boolean} isOn */
  toggleAttribute(name, isOn) {
    if (name === "hidden") this.hidden = isOn;
  }

  /** @param {...TinyElement} added */
  before(...added) {
    Part.added.push(...added);
  }

  /** @param {...TinyElement} added */
  after(...added) {
    Part.added.push(...added);
  }

  showPopover() {
    this.isOpen = true;
  }

  hidePopover() {
    this.isOpen = false;
  }

  get open() {
    return this.isOpen;
  }

  showModal() {
    this.isOpen = true;
  }

  close() {
    this.isOpen = false;
  }

  scrollIntoView() {
    this.scrolls++;
  }

  focus() {
    Part.focused = this;
  }

  /** @param {string} _wanted */
  closest(_wanted) {
    return this.getAttribute("data-place") === null ? null : this;
  }

  /** @param {string} kind @param {Record<string, unknown>} [facts] */
  send(kind, facts = {}) {
    const event = { target: this, preventDefault: () => {}, ...facts };
    for (const act of this.listeners.get(kind) ?? []) /** @type {any} */ (act)(event);
  }
}

/** @type {TinyElement[]} what was put beside another element */
Part.added = [];
/** @type {Part | null} */
Part.focused = null;

/** @type {Map<string, Part>} */
const parts = new Map();

/** Makes every element of the page anew, and `one` find them by selector. */
export function newPage() {
  parts.clear();
  Part.added = [];
  Part.focused = null;
  const find = (/** @type {string} */ wanted) => {
    const made = Part.added.find(
      (one) => `[data-page="${one.getAttribute("data-page")}"]` === wanted,
    );
    if (made) return made;
    if (!parts.has(wanted)) parts.set(wanted, new Part("div"));
    return parts.get(wanted) ?? null;
  };
  const host = new Part("main");
  /** @type {string[]} */
  const told = [];
  Object.assign(host, {
    querySelector: find,
    querySelectorAll: (/** @type {string} */ wanted) =>
      wanted === "[data-mode]" ? (parts.get("[data-modes]")?.children ?? []) : [],
    dispatchEvent: (/** @type {CustomEvent} */ event) => told.push(event.detail),
    told,
  });
  Object.assign(globalThis, {
    HTMLElement: TinyElement,
    CustomEvent: class {
      constructor(/** @type {string} */ type, /** @type {any} */ { detail }) {
        Object.assign(this, { type, detail });
      }
    },
    window: { innerWidth: 1000, innerHeight: 600, location: { search: "" } },
    document: {
      createElement: (/** @type {string} */ name) => new Part(name),
      createElementNS: (/** @type {string} */ _, /** @type {string} */ name) => new Part(name),
      querySelector: () => null,
      querySelectorAll: () => [],
      getElementById: () => null,
    },
  });
  for (const inner of ["[data-palette]"]) {
    const dialog = /** @type {any} */ (find(inner));
    dialog.querySelector = find;
  }
  return {
    host: /** @type {any} */ (host),
    find: (/** @type {string} */ wanted) => /** @type {Part} */ (find(wanted)),
  };
}
