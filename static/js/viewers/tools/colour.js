/** By what the rows are coloured, the legend that says so, and the filter that lets the rest stand back. */

import { ColourStore } from "../../data/colour-store.js";
import { icon, make, one } from "../../kit/dom.js";
import { tileSpan } from "../../kit/scale.js";
import { colouredTile, isAsked, MODES, NO_NAME, namesInView } from "../../render/colouring.js";
import { CLASSES, SYSTEM_CLASSES } from "../../render/palette.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/items.js").Placed} Placed */
/** @typedef {import("../../data/arrow.js").Tile} Tile */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {{name: string, hue: number}} Entry */

const MOST_IN_LEGEND = 8;
const LEGEND_MS = 250;
const OF_SYSTEM = new Set(["class", "duration"]);

export class ColourTool {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.isSystem = viewer.document.kind === "system";
    this.modes = MODES.filter(({ id }) => !this.isSystem || OF_SYSTEM.has(id));
    this.mode = "class";
    /** @type {Set<string>} */
    this.chosen = new Set();
    const base = viewer.source.tiles.replace(/tiles\/$/, "colours/");
    this.store = new ColourStore(base, () => this.changed());
    /** Coloured tiles by tile, of one look. @type {WeakMap<Tile, {of: unknown, tile: Tile}>} */
    this.coloured = new WeakMap();
    /** @type {Map<string, Placed[]>} */
    this.placed = new Map();
    this.timer = 0;
    this.shown = "";
    viewer.plot.recolour = (placed) => this.recolour(placed);
  }

  /** @returns {import("../../render/colouring.js").Look} */
  look() {
    const { mode, chosen, isSystem } = this;
    return { mode, chosen, isSystem, names: this.store.names ?? [] };
  }

  changed() {
    this.coloured = new WeakMap();
    this.viewer.redraw();
  }

  /** @param {string} mode */
  choose(mode) {
    this.mode = this.modes.some(({ id }) => id === mode) ? mode : "class";
    this.chosen = new Set();
    if (this.select) this.select.value = this.mode;
    void this.store.choose(isAsked(this.mode) ? this.mode : "");
    this.changed();
    this.viewer.writeAddressSoon();
  }

  /**
   * Adds a name to the filter or takes it out.
   * @param {string} name
   */
  toggle(name) {
    if (!this.chosen.delete(name)) this.chosen.add(name);
    this.changed();
    this.viewer.writeAddressSoon();
  }

  /**
   * @param {Placed} one
   * @param {string} slug of its group
   */
  codesOf({ level, start }, slug) {
    if (!isAsked(this.mode) || !this.store.names) return null;
    const index = Math.round(start / tileSpan(this.viewer.document, level));
    return this.store.get(`${slug}/${level}/${index}`);
  }

  /**
   * @param {Map<string, Placed[]>} placed by group
   * @returns {Map<string, Placed[]>}
   */
  recolour(placed) {
    this.placed = placed;
    this.legendSoon();
    if (this.mode === "class" && this.chosen.size === 0) return placed;
    const { groups, tracks } = this.viewer.document;
    const slugs = new Map(groups.map(({ id, slug }) => [id, slug]));
    const look = this.look();
    return new Map(
      [...placed].map(([group, own]) => [
        group,
        own.map((one) => {
          const codes = this.codesOf(one, slugs.get(group) ?? "");
          const kept = this.coloured.get(one.tile);
          // A tile is coloured once, and again when its codes have come.
          if (kept && kept.of === codes) return { ...one, tile: kept.tile };
          const tile = colouredTile(one.tile, codes, look, tracks);
          this.coloured.set(one.tile, { of: codes, tile });
          return { ...one, tile };
        }),
      ]),
    );
  }

  legendSoon() {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.showLegend(), LEGEND_MS);
  }

  /** @returns {{entries: Entry[], others: number, isPartial: boolean}} */
  inView() {
    const { viewer } = this;
    if (this.mode === "class") {
      const names = this.isSystem ? SYSTEM_CLASSES : CLASSES;
      return { entries: names.map((name, hue) => ({ name, hue })), others: 0, isPartial: false };
    }
    const { groups, levels, tracks } = viewer.document;
    const slugs = new Map(groups.map(({ id, slug }) => [id, slug]));
    let isPartial = false;
    const placed = [...this.placed].flatMap(([group, own]) =>
      own.map((one) => {
        const codes = this.codesOf(one, slugs.get(group) ?? "");
        if (codes && !codes.isComplete) isPartial = true;
        const bucketNs = levels[Math.max(one.level, 0)].bucket_ns;
        return { tile: one.tile, codes, start: one.start, bucketNs };
      }),
    );
    const found = namesInView(placed, viewer.range, this.look(), tracks);
    const entries = found.slice(0, MOST_IN_LEGEND);
    // What a filter names stays in the legend, or it could not be taken back.
    for (const name of this.chosen) {
      if (!entries.some((entry) => entry.name === name)) {
        entries.push(found.find((entry) => entry.name === name) ?? { name, hue: 8, ns: 0 });
      }
    }
    return { entries, others: Math.max(0, found.length - MOST_IN_LEGEND), isPartial };
  }

  showLegend() {
    const { entries, others, isPartial } = this.inView();
    const text = JSON.stringify([entries.map(({ name, hue }) => [name, hue]), others, isPartial]);
    const state = `${text}${[...this.chosen].join()}${this.store.hasFailed}`;
    if (state === this.shown) return;
    this.shown = state;
    const items = entries.map(({ name, hue }) => this.entry(name, hue));
    if (others > 0) items.push(make("span", { class: "quiet" }, `and ${others} other`));
    if (isPartial) {
      const why = "Cells of very many events are not coloured by this; zoom in.";
      items.push(make("span", { class: "quiet", title: why }, "grey cells: zoom in"));
    }
    if (this.store.hasFailed) {
      items.push(make("span", { class: "quiet" }, "colours cannot be read"));
    }
    if (this.isSystem) items.push(make("span", {}, "▾ sync point"));
    one("[data-legend]", this.viewer.host).replaceChildren(...items);
  }

  /**
   * @param {string} name
   * @param {number} hue
   * @returns {HTMLElement}
   */
  entry(name, hue) {
    const shown = name === NO_NAME ? `no ${this.title()}` : name;
    const button = make("button", {
      class: "legend__one",
      type: "button",
      "aria-pressed": String(this.chosen.has(name)),
      title: `${shown}: show it, let the rest stand back`,
    });
    button.append(make("span", { class: `swatch swatch--${hue}` }));
    button.append(make("span", { class: "legend__name" }, shown));
    button.addEventListener("click", () => this.toggle(name));
    return button;
  }

  /** @returns {string} */
  title() {
    return this.modes.find(({ id }) => id === this.mode)?.title ?? "";
  }

  /** The menu of modes in the toolbar. */
  addMenu() {
    const select = /** @type {HTMLSelectElement} */ (
      make("select", { class: "tl__select", "aria-label": "Colour by" })
    );
    select.append(
      ...this.modes.map(({ id, title }) =>
        make("option", { value: id }, this.isSystem && id === "class" ? "kind" : title),
      ),
    );
    select.value = this.mode;
    select.addEventListener("change", () => this.choose(select.value));
    this.select = select;
    const label = make("label", { class: "tl__dma" }, make("span", {}, "Colour:"), " ", select);
    label.append(icon("down"));
    one("[data-tools]", this.viewer.host).after(label);
  }

  /** @param {URLSearchParams} query */
  read(query) {
    const mode = query.get("colour") ?? "class";
    if (mode !== "class") this.choose(mode);
    this.chosen = new Set(query.getAll("dim").filter(Boolean));
  }

  /** @param {URLSearchParams} query */
  write(query) {
    if (this.mode !== "class") query.set("colour", this.mode);
    for (const name of this.chosen) query.append("dim", name);
  }
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool}
 */
export function colourTool(viewer) {
  const tool = new ColourTool(viewer);
  tool.addMenu();
  return {
    name: "colour",
    read: (query) => tool.read(query),
    write: (query) => tool.write(query),
    commands: () => [
      ...tool.modes.map(({ id, title }) => ({
        name: `Colour by ${title}`,
        isOff: tool.mode === id,
        run: () => tool.choose(id),
      })),
      {
        name: "Show all colours alike",
        isOff: tool.chosen.size === 0,
        run: () => {
          tool.chosen = new Set();
          tool.changed();
          viewer.writeAddressSoon();
        },
      },
    ],
  };
}
