/** As much of a document as modules need that only make elements: no layout, no events fired. */

/** An element with its attributes, children and listeners. */
export class TinyElement {
  /** @param {string} name */
  constructor(name) {
    this.localName = name;
    /** @type {Map<string, string>} */
    this.attributes = new Map();
    /** @type {(TinyElement | string)[]} */
    this.children = [];
    /** @type {Map<string, (() => void)[]>} */
    this.listeners = new Map();
    /** @type {Record<string, string>} */
    this.style = {};
    this.hidden = false;
    const element = this;
    this.classList = {
      /** @param {string} added */
      add(added) {
        element.setAttribute("class", `${element.getAttribute("class") ?? ""} ${added}`.trim());
      },
    };
  }

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    this.attributes.set(name, value);
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  set title(/** @type {string} */ text) {
    this.setAttribute("title", text);
  }

  /** @param {...(TinyElement | string)} added */
  append(...added) {
    this.children.push(...added);
  }

  /** @param {...(TinyElement | string)} added */
  replaceChildren(...added) {
    this.children = added;
  }

  /** Where the focus went is not known here. */
  focus() {}

  /** Takes no part in the tree any more: parents are not known here. */
  remove() {
    this.hidden = true;
  }

  /** @param {string} kind @param {() => void} act */
  addEventListener(kind, act) {
    this.listeners.set(kind, [...(this.listeners.get(kind) ?? []), act]);
  }

  /** @param {string} kind */
  fire(kind) {
    for (const act of this.listeners.get(kind) ?? []) act();
  }

  /** @returns {string} the text of all that is in it */
  get textContent() {
    return this.children.map((one) => (typeof one === "string" ? one : one.textContent)).join("");
  }

  set textContent(text) {
    this.children = [text];
  }

  /**
   * All elements below with this name, or with this class where it begins with a dot.
   * @param {string} wanted
   * @returns {TinyElement[]}
   */
  all(wanted) {
    const found = [];
    for (const one of this.children) {
      if (typeof one === "string") continue;
      const classes = (one.getAttribute("class") ?? "").split(" ");
      if (wanted.startsWith(".") ? classes.includes(wanted.slice(1)) : one.localName === wanted)
        found.push(one);
      found.push(...one.all(wanted));
    }
    return found;
  }

  /** @param {string} wanted */
  querySelector(wanted) {
    return this.all(wanted)[0] ?? null;
  }
}

/** Makes `document.createElement` give elements like these. */
export function useTinyDom() {
  const document = {
    createElement: (/** @type {string} */ name) => new TinyElement(name),
    createElementNS: (/** @type {string} */ _space, /** @type {string} */ name) =>
      new TinyElement(name),
    querySelector: () => null,
  };
  Object.assign(globalThis, { document, HTMLElement: TinyElement });
}
