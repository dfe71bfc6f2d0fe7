/** A timeline with markers for tests: a viewer with tiles, a server in memory, fields to write in. */

import { MemoryServer } from "./annotation-server.js";
import { makeStore, makeTile } from "./make-tile.js";
import { layerOf, makeViewer, Sheet } from "./make-viewer.js";
import { TinyElement } from "./tiny-dom.js";

/** An element to write in: it knows its value, its parents, and whether it has the focus. */
export class Field extends TinyElement {
  /** @param {string} name */
  constructor(name) {
    super(name);
    this.value = "";
    this.checked = false;
    this.disabled = false;
    /** @type {Record<string, string>} */
    this.dataset = {};
    /** @type {Field | null} */
    this.parentElement = null;
  }

  /** @param {...(TinyElement | string)} added */
  append(...added) {
    for (const one of added) if (one instanceof Field) one.parentElement = this;
    super.append(...added);
  }

  /** @param {...(TinyElement | string)} added */
  replaceChildren(...added) {
    for (const one of added) if (one instanceof Field) one.parentElement = this;
    super.replaceChildren(...added);
  }

  /** @param {string} name @param {string} value */
  setAttribute(name, value) {
    super.setAttribute(name, value);
    if (name === "value") this.value = value;
    if (name.startsWith("data-")) this.dataset[name.slice(5)] = value;
  }

  /** @param {string} name */
  removeAttribute(name) {
    this.attributes.delete(name);
  }

  focus() {
    Object.assign(document, { activeElement: this });
  }

  select() {}

  scrollIntoView() {}

  /** @param {string} _name @param {boolean} isOn */
  toggleAttribute(_name, isOn) {
    this.hidden = isOn;
  }

  /** @param {string} wanted [data-ann] */
  closest(wanted) {
    const name = wanted.slice(1, -1);
    /** @type {Field | null} */
    let place = this;
    while (place && place.getAttribute(name) === null) place = place.parentElement;
    return place;
  }

  /** @param {string} wanted names of elements with commas */
  matches(wanted) {
    return wanted.split(", ").includes(this.localName);
  }

  /** @param {string} wanted */
  querySelectorAll(wanted) {
    return this.all(wanted);
  }

  /** @param {string} wanted */
  querySelector(wanted) {
    const found = /^\[data-ann="([^"]*)"\] button$/.exec(wanted);
    if (!found) return super.querySelector(wanted);
    const item = this.all("li").find((one) => one.getAttribute("data-ann") === found[1]);
    return item?.querySelector("button") ?? null;
  }

  /** @param {string} kind @param {Record<string, unknown>} [facts] */
  fire(kind, facts = {}) {
    const event = { target: this, preventDefault: () => {}, stopPropagation: () => {}, ...facts };
    /** @type {(event: unknown) => void} */ for (const act of this.listeners.get(kind) ?? [])
      act(event);
  }
}

/** Makes `document` give fields. */
export function useFields() {
  const toast = new Field("div");
  const page = {
    createElement: (/** @type {string} */ name) => new Field(name),
    createElementNS: (/** @type {string} */ _space, /** @type {string} */ name) => new Field(name),
    querySelector: () => null,
    getElementById: () => toast,
    activeElement: null,
  };
  const window = { setTimeout: () => 1, clearTimeout: () => {} };
  Object.assign(globalThis, { document: page, window });
  Object.assign(globalThis, { HTMLElement: Field, HTMLInputElement: Field });
  return toast;
}

/** A tile of the first track: events from 100 to 150 and from 300 to 340 ns. */
export const EVENTS = [
  { start: 100, duration: 50, row: 0 },
  { start: 300, duration: 40, row: 1 },
];

/** Lets promises that are ready run. */
export const rested = () => new Promise((resolve) => setTimeout(resolve, 3));

/** A viewer of 1000 ns over 1000 px with two rows, the first with events. */
export function makeDesk() {
  const server = new MemoryServer();
  const viewer = makeViewer([{ name: "Tensor" }, { key: "p0/c0/vector", name: "Vector", rows: 0 }]);
  const body = new Field("div");
  const tab = new Field("button");
  const stage = new Field("div");
  Object.assign(viewer, {
    ...{ duration: 1000, marked: null, cursor: null, stage, profile: "p" },
    toolbox: { mode: null },
    ...{ glides: [], source: { run: 3 }, rulerCanvas: new Field("canvas") },
    glideTo: (/** @type {unknown} */ range) => viewer.glides.push(range),
    mark: (/** @type {unknown} */ range) => {
      viewer.marked = range;
    },
    store: makeStore({ "p0-c0/0/0": makeTile(EVENTS) }),
  });
  viewer.host.dataset = { profile: "p" };
  viewer.host.classList = { add: () => {}, remove: () => {} };
  viewer.host.querySelector = (/** @type {string} */ wanted) =>
    wanted.includes("data-live") ? viewer.host.live : tab;
  viewer.tabs = {
    shown: "event",
    show: (/** @type {string} */ name) => {
      viewer.tabs.shown = name;
    },
    tell: (/** @type {string} */ _name, /** @type {number} */ count) => {
      viewer.tabs.count = count;
    },
  };
  return { server, viewer, body, tab, stage };
}

/** @param {any} viewer */
export function sheetOf(viewer) {
  const sheet = Object.assign(new Sheet(), { save: () => {}, restore: () => {} });
  const layer = layerOf(sheet, viewer);
  return { sheet, layer: { ...layer, palette: { ...layer.palette, inks: layer.palette.css } } };
}

/**
 * A point of the rows: at 1000 ns over 1000 px, x is the instant.
 * @param {any} viewer
 * @param {number} x
 * @param {{y?: number, altKey?: boolean, shiftKey?: boolean, hit?: unknown}} [facts]
 */
export function pointOf(viewer, x, { y = 10, altKey = false, shiftKey = false, hit = null } = {}) {
  const row = y < 0 ? null : (viewer.frame.rows[Math.floor(y / 20)] ?? null);
  return /** @type {any} */ ({ x, y, ns: x, row, hit, event: { altKey, shiftKey } });
}
