/** A viewer for tests of the timeline's tools: rows of 20 px, a canvas that writes down what it draws. */

import { Scale } from "../../static/js/kit/scale.js";
import { makeDocument, makeStore } from "./make-tile.js";
import { TinyElement } from "./tiny-dom.js";

const HUES = ["blue", "sky", "green", "yellow", "orange", "pink", "violet", "red", "grey"];
export const PALETTE = /** @type {any} */ ({
  ...{ css: HUES, wellCss: "#ffffff", accent: "accent", quiet: "quiet", select: "select" },
});
export const ROW_HEIGHT = 20;

/** A context that remembers outlines, lines, fills and words. */
export class Sheet {
  constructor() {
    /** @type {string[]} colours of what was stroked, in order */
    this.strokes = [];
    /** @type {[number, number, number, number][]} */
    this.rects = [];
    /** @type {string[]} */
    this.words = [];
    /** @type {number[][]} */
    this.curves = [];
    Object.assign(this, { strokeStyle: "", fillStyle: "", lineWidth: 1, globalAlpha: 1 });
    for (const name of ["beginPath", "moveTo", "lineTo", "arc", "fill", "roundRect", "setLineDash"])
      Object.assign(this, { [name]: () => {} });
  }

  stroke() {
    const { strokeStyle } = /** @type {any} */ (this);
    this.strokes.push(strokeStyle);
  }

  /** @param {...number} points */
  bezierCurveTo(...points) {
    this.curves.push(points);
  }

  /** @type {(x: number, y: number, width: number, height: number) => void} */
  fillRect(x, y, width, height) {
    this.rects.push([x, y, width, height]);
  }

  /** @param {string} text */
  measureText(text) {
    return { width: text.length * 6 };
  }

  /** @param {string} text */
  fillText(text) {
    this.words.push(text);
  }
}

/** @param {Sheet} sheet @param {any} viewer */
export function layerOf(sheet, viewer) {
  const scale = viewer.scale();
  return /** @type {any} */ ({ context: sheet, scale, palette: PALETTE, width: 1000, height: 400 });
}

/**
 * @param {Record<string, unknown>[]} tracks
 * @param {{start: number, end: number}} [range]
 */
export function makeViewer(tracks, range = { start: 0, end: 1000 }) {
  const document = makeDocument(tracks);
  const rows = document.tracks.map((track, place) => ({
    ...{ kind: "track", track, y: place * ROW_HEIGHT, height: ROW_HEIGHT, lanes: 1 },
    group: document.groups.find(({ id }) => id === track.group),
  }));
  const host = Object.assign(new EventTarget(), {
    live: new TinyElement("div"),
    querySelector: (/** @type {string} */ wanted) =>
      wanted === "[data-live]" || wanted === "[data-path]" ? host.live : null,
  });
  const viewer = {
    ...{ document, host, range, scrollY: 0, duration: document.duration_ns, store: makeStore({}) },
    frame: { rows, level: 0 },
    selected: /** @type {any} */ (null),
    values: { base: "/run/" },
    ...{ drawn: 0, written: 0 },
    scale: () => new Scale(viewer.range, 1000),
    box: (/** @type {any} */ hit) => {
      const row = rows.find(({ track }) => track.id === hit.track.id);
      const scale = viewer.scale();
      const [x0, x1] = [scale.x(hit.start), scale.x(hit.start + hit.duration)];
      return row ? { x0, x1, y0: row.y, y1: row.y + row.height } : null;
    },
    redraw: () => {
      viewer.drawn++;
    },
    writeAddressSoon: () => {
      viewer.written++;
    },
  };
  return /** @type {any} */ (viewer);
}
