/** The rows of a device's timeline: shown, pinned, moved and resized; kept, and said in the link. */

import { button, make, one } from "../../kit/dom.js";
import { readAddress } from "../../timeline/address.js";
import { deviceEntries, standing } from "../../timeline/device-entries.js";
import {
  choicesOf,
  flipped,
  heightsText,
  isStart,
  keyOfRow,
  placedBefore,
  readHeights,
  resized,
  stepped,
  toggled,
} from "../../timeline/row-choices.js";
import { keepRows, readKeptRows } from "../kept-rows.js";
import { rowDialog, rowsText } from "../row-dialog.js";
import { WANTED } from "../selection.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/row-choices.js").RowChoices} RowChoices */
/** @typedef {import("../../timeline/device-entries.js").DeviceEntry} DeviceEntry */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Point} Point */
/** @typedef {import("./toolbox.js").MenuItem} MenuItem */

const KIND = "device";

export class DeviceRows {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {RowChoices} */
    this.choices = choicesOf();
    /** @type {() => void} */
    this.tell = () => {};
  }

  /** @returns {DeviceEntry[]} every row there can be, in its first order */
  entries() {
    const { document, dma, semaphores } = this.viewer;
    return deviceEntries(document, { dma, semaphores });
  }

  /**
   * Takes over choices, without keeping them.
   * @param {RowChoices} choices
   */
  take(choices) {
    this.choices = choices;
    this.viewer.plot.choices = choices;
  }

  /**
   * Chooses anew; what is kept stays for the next profile.
   * @param {Partial<RowChoices>} changes
   */
  choose(changes) {
    this.take({ ...this.choices, ...changes });
    keepRows(KIND, this.choices);
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
    this.tell();
  }

  /** @param {string} key */
  pin(key) {
    this.choose({ pinned: toggled(this.choices.pinned, key) });
  }

  /**
   * @param {string} key
   * @param {boolean} [isHidden]
   */
  hide(key, isHidden) {
    this.choose({ hidden: flipped(this.choices.hidden, key, isHidden) });
  }

  /**
   * The keys of the rows that stand together with one: of its group, or pinned.
   * @param {string} key
   * @returns {string[]}
   */
  beside(key) {
    const { pinned } = this.choices;
    if (pinned.includes(key)) return [...pinned];
    const rows = standing(this.entries(), this.choices);
    const group = rows.find((entry) => entry.key === key)?.group.id;
    return rows
      .filter((entry) => entry.group.id === group && !pinned.includes(entry.key))
      .map((entry) => entry.key);
  }

  /** @param {string[] | null} keys rows that stand together, in their new order */
  order(keys) {
    if (!keys) return;
    const { pinned, order } = this.choices;
    if (pinned.includes(keys[0] ?? "")) this.choose({ pinned: keys });
    else this.choose({ order: [...order.filter((key) => !keys.includes(key)), ...keys] });
  }

  /** @returns {import("../row-dialog.js").RowModel} */
  model() {
    return {
      list: () =>
        standing(this.entries(), this.choices).map(({ key, name, detail }) => ({
          ...{ key, name, above: detail, isShown: !this.choices.hidden.has(key) },
          isPinned: this.choices.pinned.includes(key),
          height: this.choices.heights.get(key) ?? null,
        })),
      show: (keys, isShown) => {
        const hidden = new Set(this.choices.hidden);
        for (const key of keys) isShown ? hidden.delete(key) : hidden.add(key);
        this.choose({ hidden });
      },
      pin: (key) => this.pin(key),
      move: (key, step) => this.order(stepped(this.beside(key), key, step)),
      resize: (key, height) => this.resize(key, height),
      drawn: (key) => this.viewer.frame?.rows.find((row) => keyOfRow(row) === key)?.height ?? 0,
      restore: () => this.choose(choicesOf()),
    };
  }

  /**
   * @param {string} key
   * @param {number | null} height
   */
  resize(key, height) {
    this.choose({ heights: resized(this.choices.heights, key, height) });
  }

  /**
   * What the address says of the rows; what is kept where it says nothing.
   * @param {string} search
   */
  read(search) {
    const { hidden, pinned, order, heights } = readAddress(search);
    if (hidden === null) {
      this.take(readKeptRows(KIND).choices);
      return;
    }
    const entries = this.entries();
    this.take({
      ...{ hidden: new Set(hidden), pinned: pinned ?? [], heights: readHeights(heights ?? null) },
      order: (order ?? []).flatMap((place) => entries[place]?.key ?? []),
    });
  }

  /**
   * The hidden rows stand in every address, so that a link never means the reader's own choice.
   * @param {URLSearchParams} query
   */
  write(query) {
    const { hidden, pinned, order, heights } = this.choices;
    query.set("hide", [...hidden].join(","));
    if (pinned.length > 0) query.set("pin", pinned.join(","));
    if (heights.size > 0) query.set("h", heightsText(heights));
    const places = new Map(this.entries().map(({ key }, place) => [key, place]));
    const moved = order.flatMap((key) => places.get(key) ?? []);
    if (moved.length > 0) query.set("order", moved.join("."));
  }

  /**
   * @param {Point} point
   * @returns {MenuItem[]}
   */
  menu({ row }) {
    const key = row && keyOfRow(row);
    if (!key) return [];
    const isPinned = this.choices.pinned.includes(key);
    return [
      { name: isPinned ? "Unpin this row" : "Pin this row", icon: "pin", run: () => this.pin(key) },
      { name: "Hide this row", icon: "close", run: () => this.hide(key, true) },
    ];
  }
}

/**
 * The button that stands where no row is left.
 * @param {DeviceRows} rows
 * @returns {HTMLElement}
 */
function emptyNote(rows) {
  const text = "No rows are chosen.";
  const restore = button({ text: "Show all rows", act: () => rows.choose(choicesOf()) });
  const note = make("div", { class: "rows-empty" }, make("p", {}, text), restore);
  note.hidden = true;
  return note;
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool | null} null in a system run, which arranges its rows itself
 */
export function deviceRows(viewer) {
  if (viewer.document.kind === "system") return null;
  const { host, gutter } = viewer;
  const rows = new DeviceRows(viewer);
  const model = rows.model();
  const open = rowDialog(host, model);
  const note = emptyNote(rows);
  viewer.scroll.append(note);
  rows.tell = () => {
    one("[data-rows-count]", host).textContent = rowsText(model);
  };
  one("[data-act='rows']", host).addEventListener("click", open);
  gutter.act = (what, key) => (what === "pin" ? rows.pin(key) : rows.hide(key, true));
  gutter.move = (key, before) => rows.order(placedBefore(rows.beside(before), key, before));
  gutter.resize = (key, height) => rows.resize(key, height);
  host.addEventListener(WANTED, (event) => {
    const { key } = /** @type {CustomEvent<{key: string}>} */ (event).detail;
    if (rows.choices.hidden.has(key)) rows.hide(key, false);
  });
  return {
    name: "rows",
    read: () => {
      rows.read(window.location.search);
      rows.tell();
    },
    write: (query) => rows.write(query),
    draw: (_layer, surface) => {
      if (surface !== "rows") return;
      const isEmpty = !viewer.frame?.rows.some(
        ({ kind }) => kind !== "head" && kind !== "part" && kind !== "no-clock",
      );
      note.hidden = !isEmpty;
      rows.tell();
    },
    menu: (point) => rows.menu(point),
    commands: () => [
      { name: "Choose rows", run: open },
      {
        name: "Show all rows as at first",
        isOff: isStart(rows.choices),
        run: () => rows.choose(choicesOf()),
      },
    ],
  };
}
