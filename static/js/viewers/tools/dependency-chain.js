/** A whole chain of dependencies, back or forward: its events outlined, its arrows, its list. */

import { request } from "../../kit/http.js";
import { dashOf, dependencyCurve, drawArrows, nearView, outlineBox } from "../../render/arrows.js";
import { wayColours } from "../../render/palette.js";
import { chainName, drawnEdges, MOST_DRAWN, readChain } from "../../timeline/dependency-chain.js";
import { SHOWN } from "../dependencies.js";
import { goTo } from "../selection.js";
import { chainSection } from "./dependencies/chain-panel.js";
import { PlaceBoxes } from "./dependencies/place-boxes.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../timeline/hit-test.js").Hit} Hit */
/** @typedef {import("../../timeline/dependency-chain.js").Asked} Asked */
/** @typedef {import("../../timeline/dependency-chain.js").Way} Way */
/** @typedef {import("../../timeline/dependency-chain.js").Chain} Chain */
/** @typedef {import("../../timeline/dependency-ends.js").Place} Place */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Layer} Layer */

const QUERY = "chain";
const TABLES = ["Instruction", "DmaPacket"];

export class DependencyChain {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.boxes = new PlaceBoxes(viewer);
    /** @type {Asked | null} */
    this.asked = null;
    /** @type {Chain | null} */
    this.chain = null;
    this.error = "";
    /** @type {AbortController | null} */
    this.request = null;
    /** @type {{hit: Hit, place: HTMLElement} | null} */
    this.shown = null;
    viewer.host.addEventListener(SHOWN, (event) => {
      const { hit, place } = /** @type {CustomEvent<import("../dependencies.js").Shown>} */ (event)
        .detail;
      this.shown = { hit, place };
      if (this.asked && !this.chain && !this.request) void this.load();
      this.show();
    });
  }

  /**
   * Follows the selected event to a depth.
   * @param {Way} way
   * @param {number} depth
   */
  follow(way, depth) {
    const { selected } = this.viewer;
    if (!selected || !TABLES.includes(selected.track.table)) return;
    const table = selected.track.table === "Instruction" ? "Instruction" : "DmaPacket";
    this.asked = { part: selected.track.part, table, row: selected.row, way, depth };
    this.chain = null;
    void this.load();
    this.viewer.writeAddressSoon();
  }

  async load() {
    const { viewer, asked } = this;
    const base = viewer.values?.base;
    if (!asked || !base) return;
    this.request?.abort();
    const own = new AbortController();
    this.request = own;
    this.error = "";
    this.show();
    const { row, table, way, depth, part } = asked;
    const query = `row=${row}&table=${table}&way=${way}&depth=${depth}&part=${part}`;
    try {
      this.chain = await request(`${base}dependencies/chain/?${query}`, { signal: own.signal });
    } catch (error) {
      if (own.signal.aborted) return;
      this.error = error instanceof Error ? error.message : String(error);
    }
    if (this.request === own) this.request = null;
    this.show();
    viewer.redraw();
  }

  /** @returns {boolean} whether there was a chain */
  clear() {
    if (!this.asked) return false;
    this.request?.abort();
    Object.assign(this, { asked: null, chain: null, request: null, error: "" });
    this.show();
    this.viewer.redraw();
    this.viewer.writeAddressSoon();
    return true;
  }

  /** Puts the section about chains into the panel of the event that is shown. */
  show() {
    if (!this.shown || this.shown.hit !== this.viewer.selected) return;
    const { hit, place } = this.shown;
    if (!TABLES.includes(hit.track.table)) return;
    const made = chainSection(this, hit);
    const before = place.querySelector("[data-chain]");
    const others = place.querySelectorAll("[data-edges]");
    if (before) before.replaceWith(made);
    else if (others.length > 0) others[others.length - 1].after(made);
    else place.querySelector(".panel__section")?.before(made);
  }

  /** @param {Place} place */
  go(place) {
    const part = this.asked?.part ?? 0;
    const key = this.boxes.track(part, place)?.key ?? null;
    void goTo(this.viewer, key, place.row, place.start_ns);
  }

  /** @param {Layer} layer */
  draw({ context, scale, palette, width, height }) {
    const { chain, asked } = this;
    if (!chain || !asked) return;
    const { incoming, outgoing } = wayColours(palette);
    const colour = asked.way === "back" ? incoming : outgoing;
    const places = chain.events.map((place) => this.boxes.box(asked.part, place, scale));
    const isInView = (/** @type {number} */ at) => {
      const box = places[at];
      return box && box.x1 > 0 && box.x0 < width && box.y1 > 0 && box.y0 < height;
    };
    const own = this.viewer.selected?.row;
    for (let at = 0; at < places.length; at++) {
      const box = places[at];
      if (box && isInView(at) && chain.events[at].row !== own) outlineBox(context, box, colour);
    }
    const arrows = [];
    for (const { before, after, kind } of drawnEdges(chain)) {
      const [from, to] = [places[before], places[after]];
      if (!from || !to || !isInView(before) || !isInView(after)) continue;
      const curve = dependencyCurve(nearView(from, width), nearView(to, width));
      arrows.push({ curve, colour, dash: dashOf(kind) });
      if (arrows.length === MOST_DRAWN) break;
    }
    drawArrows(context, arrows, palette.wellCss);
  }
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool | null} null in a system run
 */
export function dependencyChain(viewer) {
  if (viewer.document.kind === "system") return null;
  const chain = new DependencyChain(viewer);
  const follow = (/** @type {Way} */ way) => chain.follow(way, chain.asked?.depth ?? 5);
  const isOff = () => !viewer.selected || !TABLES.includes(viewer.selected.track.table);
  return {
    name: "dependency-chain",
    read: (query) => {
      chain.asked = readChain(query.get(QUERY));
    },
    write: (query) => {
      if (chain.asked) query.set(QUERY, chainName(chain.asked));
    },
    draw: (layer, surface) => {
      if (chain.asked && !chain.chain && !chain.request && !chain.error) void chain.load();
      if (surface === "rows") chain.draw(layer);
    },
    escape: () => chain.clear(),
    commands: () => [
      { name: "Whole chain of dependencies, back", isOff: isOff(), run: () => follow("back") },
      {
        name: "Whole chain of dependencies, forward",
        isOff: isOff(),
        run: () => follow("forward"),
      },
      { name: "Clear the chain", isOff: !chain.asked, run: () => void chain.clear() },
    ],
  };
}
