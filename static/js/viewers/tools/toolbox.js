/** What a tool of the timeline may take part in; each tool is a module of its own, listed in `index.js`. */

import { bindingOf } from "../../timeline/keys.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../../timeline/rows.js").Row} Row */
/** Keys as `KeyboardEvent.key` gives them; `shown` and `does` stand in the list of keys. @typedef {{key: string, isCtrl?: boolean, shown?: string, does?: string, run: () => void}} Binding */
/** Something to do, found by name in the palette; `shown` is its key. @typedef {{name: string, shown?: string, isOff?: boolean, run: () => void}} Command */
/** A choice in the Show menu; `set` redraws and writes the address itself. @typedef {{name: string, isOn: () => boolean, set: (isOn: boolean) => void}} Toggle */
/** A point of the stage: CSS pixels from its top left (x also of ruler and overview), the instant, and what lies there. @typedef {{x: number, y: number, ns: number, row: Row | null, hit: Hit | null, event: PointerEvent | MouseEvent}} Point */
/** A drag under way; `cancel` puts back what was. @typedef {{move: (point: Point) => void, end: (point: Point) => void, cancel?: () => void}} Drag */
/** What the pointer does on the rows while the mode is on. @typedef {{name: string, key: string, icon: string, title: string, cursor?: string, begin: (point: Point) => Drag | null, click?: (point: Point) => void}} Mode */
/** A page of the side panel; `show` is called when it comes to the front, `body` is its own. @typedef {{name: string, title: string, show?: (body: HTMLElement) => void}} Tab */
/** @typedef {{name: string, icon?: string, isOff?: boolean, run: () => void}} MenuItem */
/** A surface to draw on, in CSS pixels; on `rows` y runs from the stage's top (`viewer.scrollY` is scrolled away). @typedef {{context: CanvasRenderingContext2D, scale: import("../../kit/scale.js").Scale, palette: import("../../render/palette.js").Palette, width: number, height: number}} Layer */
/** @typedef {"rows" | "ruler" | "overview"} Surface */
/**
 * A tool. Everything but its name may be left out.
 *
 * `read` takes what the address says, once at the start; `write` puts the tool's part into it.
 * `draw` is called after the marks of a surface, `grab` before anything else a pointer press would
 * do there. `escape` gives way to the next one with false. `selected` hears of every selection.
 * @typedef {object} Tool
 * @property {string} name
 * @property {(query: URLSearchParams) => void} [read]
 * @property {(query: URLSearchParams) => void} [write]
 * @property {(layer: Layer, surface: Surface) => void} [draw]
 * @property {(point: Point, surface: Surface) => Drag | null} [grab]
 * @property {() => boolean} [escape]
 * @property {(hit: Hit | null) => void} [selected]
 * @property {(hit: Hit | null) => void} [hovered]
 * @property {Binding[]} [keys]
 * @property {Command[] | (() => Command[])} [commands]
 * @property {Toggle[]} [toggles]
 * @property {Mode} [mode]
 * @property {Tab} [tab]
 * @property {(point: Point) => MenuItem[]} [menu]
 */

export class Toolbox {
  constructor() {
    /** @type {Tool[]} */
    this.tools = [];
    /** The mode of the pointer; null is to select and pan. @type {Mode | null} */
    this.mode = null;
  }

  /** @param {Tool} tool */
  add(tool) {
    this.tools.push(tool);
    tool.read?.(new URLSearchParams(window.location.search));
  }

  /** @param {URLSearchParams} query */
  write(query) {
    for (const tool of this.tools) tool.write?.(query);
  }

  /**
   * @param {Layer} layer
   * @param {Surface} surface
   */
  draw(layer, surface) {
    for (const tool of this.tools) tool.draw?.(layer, surface);
  }

  /**
   * The drag that a press begins: of something that lies under the pointer, else of the mode.
   * @param {Point} point
   * @param {Surface} surface
   * @returns {Drag | null}
   */
  press(point, surface) {
    for (const tool of this.tools) {
      const drag = tool.grab?.(point, surface);
      if (drag) return drag;
    }
    return surface === "rows" ? (this.mode?.begin(point) ?? null) : null;
  }

  /** @returns {boolean} whether a tool had something to clear */
  escape() {
    return this.tools.some((tool) => tool.escape?.() ?? false);
  }

  /** @param {Hit | null} hit */
  selected(hit) {
    for (const tool of this.tools) tool.selected?.(hit);
  }

  /** @param {Hit | null} hit */
  hovered(hit) {
    for (const tool of this.tools) tool.hovered?.(hit);
  }

  /** @returns {Binding[]} */
  get keys() {
    return this.tools.flatMap(({ keys = [] }) => keys);
  }

  /** @returns {Command[]} */
  get commands() {
    return this.tools.flatMap(({ commands = [] }) =>
      typeof commands === "function" ? commands() : commands,
    );
  }

  /** @returns {Toggle[]} */
  get toggles() {
    return this.tools.flatMap(({ toggles = [] }) => toggles);
  }

  /** @returns {Mode[]} */
  get modes() {
    return this.tools.flatMap(({ mode }) => (mode ? [mode] : []));
  }

  /**
   * @param {Point} point
   * @returns {MenuItem[]}
   */
  menu(point) {
    return this.tools.flatMap((tool) => tool.menu?.(point) ?? []);
  }

  /**
   * Does what a key means for a tool.
   * @param {KeyboardEvent} event
   * @returns {boolean} whether it meant something
   */
  pressKey(event) {
    const binding = bindingOf(event, this.keys);
    binding?.run();
    return binding !== null;
  }
}
