/** The gutter: a row's name and how busy it is in view, as plain elements. */

import { button, icon, make } from "../kit/dom.js";
import { share, shortId } from "../kit/units.js";
import { keyOfRow } from "./row-choices.js";
import { resizeRows } from "./row-resize.js";
import { groupSubtitle, MOST_LANES, trackName } from "./rows.js";
import { MOST_LEVELS } from "./system-rows.js";

/** @typedef {import("./rows.js").Row} Row */
/** @typedef {import("./rows.js").TimelineDocument} TimelineDocument */
const BUSY =
  "Share of the view with an instruction under way, those that wait for a semaphore included; Summary and Selection leave these out";

/** @typedef {{busy: Map<number, number>, closedBusy: Map<string, number>, clock: Map<number, string>, values?: Map<string, string>}} Shares */
/** @typedef {{element: HTMLElement, bar: HTMLElement, text: HTMLElement, shown: string, isSelected: boolean}} Part */

const PROCESS_HEAD = /^p\/[^/]*\/[^/]+$/;
const ROW_TYPE = "text/x-timeline-row";
const NAMED = new Set(["Tensor", "TensorMatrix", "Vector", "Scalar", "GpSimd"]);

export class Gutter {
  /**
   * @param {HTMLElement} place
   * @param {TimelineDocument} document
   * @param {(group: string) => void} toggle
   */
  constructor(place, document, toggle) {
    this.place = place;
    this.document = document;
    this.toggle = toggle;
    this.shape = "";
    /** @type {ReadonlySet<string>} */
    this.closed = new Set();
    /** @type {((what: "pin" | "hide", key: string) => void) | null} null where rows stay as they are */
    this.act = null;
    /** @type {(key: string, before: string) => void} */
    this.move = () => {};
    /** @type {(key: string, height: number | null) => void} null is the row's own height */
    this.resize = () => {};
    /** @type {Part[]} */
    this.parts = [];
    /** @type {Row[]} */
    this.rows = [];
  }

  /**
   * Makes the elements again only when the rows have changed, then fills in the shares.
   * @param {{rows: Row[], height: number} & Shares} frame
   * @param {{start: number, end: number}} range
   * @param {number | null} selectedTrack
   * @param {ReadonlySet<string>} closed groups
   */
  show(frame, range, selectedTrack, closed) {
    this.closed = closed;
    // Rows of a system run stay the same list for as long as nothing about them changes.
    if (frame.rows !== this.rows) this.reshape(frame, closed);
    const length = Math.max(1, range.end - range.start);
    frame.rows.forEach((row, place) => {
      const part = this.parts[place];
      const isSelected = row.track !== null && row.track.id === selectedTrack;
      if (isSelected !== part.isSelected) {
        part.isSelected = isSelected;
        part.element.classList.toggle("row--selected", isSelected);
      }
      this.fill(part, row, frame, length);
    });
  }

  /**
   * @param {{rows: Row[], height: number}} frame
   * @param {ReadonlySet<string>} closed groups
   */
  reshape(frame, closed) {
    this.rows = frame.rows;
    const shape = frame.rows
      .map(
        ({ kind, track, group, height, lanes, values, isPinned }) =>
          `${values?.[0].id ?? ""}${isPinned ?? ""}${kind}${kind === "head" ? `${group.id}${closed.has(group.id)}` : (track?.id ?? group.id)}:${height}:${lanes}`,
      )
      .join("|");
    if (shape === this.shape) return;
    this.shape = shape;
    this.build(frame);
  }

  /**
   * @param {Part} part
   * @param {Row} row
   * @param {Shares} frame
   * @param {number} length ns in view
   */
  fill(part, { kind, track, group, values }, frame, length) {
    let text = "";
    let value = 0;
    if (kind === "no-clock") text = "no data";
    else if (track?.kind === "clock") text = frame.clock.get(track.id) ?? "–";
    else if (values) text = frame.values?.get(values[0].row ?? values[0].id) ?? "";
    else if (kind === "series" || kind === "device") return;
    else if (track?.kind === "span" && track.attrs?.source !== "neuron_hw") return;
    else if (kind === "closed" || (track && track.kind !== "error")) {
      const busy = track ? frame.busy.get(track.id) : frame.closedBusy.get(group.id);
      if (busy === undefined) return;
      value = Math.min(1, track ? busy / (length * track.capacity) : busy);
      text = share(value);
    }
    if (part.shown === text || kind === "part") return;
    part.shown = text;
    part.text.textContent = text;
    part.bar.style.transform = `scaleX(${value})`;
  }

  /** @param {{rows: Row[], height: number}} frame */
  build(frame) {
    this.place.style.height = `${frame.height}px`;
    this.parts = frame.rows.map((row) => this.part(row));
    this.place.replaceChildren(
      ...frame.rows.map((row, place) => {
        const { element } = this.parts[place];
        element.style.top = `${row.y}px`;
        element.style.height = `${row.height}px`;
        return element;
      }),
    );
  }

  /**
   * @param {Row} row
   * @returns {Part}
   */
  part(row) {
    const bar = make("i");
    const isEngine = row.track?.kind === "engine";
    const text = make("span", { class: "row__busy", title: isEngine ? BUSY : undefined });
    const element = row.kind === "head" ? this.head(row) : this.row(row, bar, text);
    return { element, bar, text, shown: "", isSelected: false };
  }

  /**
   * @param {Row} row
   * @returns {HTMLElement}
   */
  head({ group }) {
    const depth = group.depth ? " row--inner" : "";
    const isOpen = !this.isClosed(group.id);
    const head = make("button", {
      type: "button",
      class: `row row--head${depth}`,
      "aria-expanded": String(isOpen),
      title: `${group.title} ${groupSubtitle(this.document, group)}`.trim(),
    });
    const more = make(
      "span",
      { class: "row__more row__name" },
      groupSubtitle(this.document, group),
    );
    // Beside a process there is room for the two ends of an instance's id only.
    const title = PROCESS_HEAD.test(group.id) ? shortId(group.title) : group.title;
    head.append(icon("down"), make("span", { class: "row__title" }, title), more);
    head.addEventListener("click", () => this.toggle(group.id));
    return head;
  }

  /** @param {string} group */
  isClosed(group) {
    return this.closed.has(group);
  }

  /**
   * What stands at the right of a system run's row, and what can be done to it.
   * @param {Row} row
   * @param {HTMLElement} element
   * @param {HTMLElement} text
   * @returns {HTMLElement}
   */
  systemRow(row, element, text) {
    const { kind, track, detail = "" } = row;
    element.classList.add("row--system");
    const isHardware = track?.attrs?.source === "neuron_hw" && kind === "track";
    if (isHardware) element.append(make("span", { class: "row__more" }, "busy"));
    text.textContent = isHardware ? "" : detail;
    text.title = isHardware ? "" : detail;
    element.append(text);
    return element;
  }

  /**
   * What can be done to a row that can be chosen.
   * @param {Row} row
   * @param {HTMLElement} element
   * @param {string} name
   */
  choosable(row, element, name) {
    const key = this.act && keyOfRow(row);
    if (!key) return;
    element.setAttribute("data-row", key);
    element.classList.add("row--chosen");
    element.append(this.tools(key, name, row.isPinned ?? false));
    this.makeMovable(element, key);
    resizeRows(element, row.height, (height) => this.resize(key, height));
  }

  /**
   * Lets a row be dragged before another one.
   * @param {HTMLElement} element
   * @param {string} key
   */
  makeMovable(element, key) {
    element.draggable = true;
    element.addEventListener("dragstart", (event) => event.dataTransfer?.setData(ROW_TYPE, key));
    element.addEventListener("dragend", () => element.classList.remove("row--over"));
    element.addEventListener("dragleave", () => element.classList.remove("row--over"));
    element.addEventListener("dragover", (event) => {
      if (!event.dataTransfer?.types.includes(ROW_TYPE)) return;
      event.preventDefault();
      element.classList.add("row--over");
    });
    element.addEventListener("drop", (event) => {
      const moved = event.dataTransfer?.getData(ROW_TYPE);
      if (!moved || moved === key) return;
      event.preventDefault();
      this.move(moved, key);
    });
  }

  /**
   * @param {string} key
   * @param {string} name
   * @param {boolean} isPinned
   * @returns {HTMLElement}
   */
  tools(key, name, isPinned) {
    const pin = isPinned ? "Unpin" : "Pin";
    const does = (/** @type {"pin" | "hide"} */ what, /** @type {string} */ sign) =>
      button({
        ...{ icon: sign, label: `${what === "pin" ? pin : "Hide"} ${name}` },
        class: "button--quiet button--icon",
        act: () => this.act?.(what, key),
      });
    return make("span", { class: "row__tools" }, does("pin", "pin"), does("hide", "close"));
  }

  /**
   * @param {Row} row
   * @param {HTMLElement} bar
   * @param {HTMLElement} text
   * @returns {HTMLElement}
   */
  row(row, bar, text) {
    const { kind, track, group } = row;
    const small = row.height < 18 ? " row--small" : "";
    const element = make("div", { class: `row row--${edgeOf(row)}${small}` });
    const name = rowName(this.document, row);
    const isQuiet = kind === "closed" ? " quiet" : "";
    const label = make("span", { class: `row__name${isQuiet}`, title: name }, name);
    const most = track?.kind === "span" ? MOST_LEVELS : MOST_LANES;
    const deeper =
      kind === "track" && track?.capacity === 1 && row.lanes === most ? track.deepest - most : 0;
    if (deeper > 0) label.append(make("span", { class: "row__deeper" }, `+${deeper} deeper`));
    element.append(label);
    if (row.detail !== undefined && kind !== "closed") {
      this.systemRow(row, element, text);
      if (kind !== "device") this.choosable(row, element, name);
      return element;
    }
    const hasBar = kind === "closed" || (track && track.kind !== "clock" && track.kind !== "error");
    if (hasBar) element.append(make("span", { class: "row__bar" }, bar));
    if (kind === "part") {
      text.textContent = `${group.part + 1} of ${this.document.parts.length}`;
    }
    element.append(text);
    this.choosable(row, element, name);
    return element;
  }
}

/**
 * @param {Row} row
 * @returns {string} which colour the row's edge has
 */
function edgeOf({ kind, track, series, group, values }) {
  if (values) return `values-${values[0].table}`;
  if (kind === "part") return "part";
  if (kind === "no-clock") return "clock";
  if (series) return series.group === "host" ? "host" : "memory";
  if (kind === "device") return "device";
  if (!track) return "closed";
  if (group.kind === "transfers") return "transfers";
  if (track.kind === "span") return track.attrs?.source ?? "span";
  if (track.kind.startsWith("dma")) return "dma";
  return track.kind === "engine" && NAMED.has(track.name) ? track.name : track.kind;
}

/**
 * @param {TimelineDocument} document
 * @param {Row} row
 * @returns {string}
 */
export function rowName(document, { kind, track, group, name, values }) {
  if (name !== undefined) return name;
  if (values) return values[0].title;
  if (kind === "part") return document.parts.find(({ part }) => part === group.part)?.name ?? "";
  if (kind === "no-clock") return "Clock limit";
  if (kind === "closed") return `${group.tracks.length} rows closed`;
  return track ? trackName(document, track) : "";
}
