/** A viewer of one core with four rows and a closed second one: enough for tools that need no picture. */

import { Scale } from "../../static/js/kit/scale.js";
import { Toolbox } from "../../static/js/viewers/tools/toolbox.js";
import { TinyElement } from "./tiny-dom.js";

export const ROW = 20;

const NAMES = ["tensor", "vector", "scalar", "gpsimd"];

/** @returns {any} groups and tracks of two cores */
function makeDocument() {
  const tracks = [0, 1].flatMap((core) =>
    NAMES.map((name, at) => ({
      ...{ id: core * NAMES.length + at, key: `p0/c${core}/${name}`, group: `p0/c${core}` },
      ...{ kind: "engine", name, core, part: 0, rows: 5 },
    })),
  );
  const groups = [0, 1].map((core) => ({
    ...{ id: `p0/c${core}`, slug: `p0-c${core}`, kind: "core", part: 0, core, rows: 20 },
    tracks: tracks.filter((track) => track.core === core).map(({ id }) => id),
  }));
  return { tracks, groups, duration_ns: 1000 };
}

/**
 * One CSS pixel is a nanosecond at the start; rows lie under each other, heads first.
 * @returns {any}
 */
export function makeViewer() {
  const document = makeDocument();
  /** @type {any[]} */
  const rows = [];
  const add = (/** @type {string} */ kind, /** @type {any} */ group, track = null) =>
    rows.push({ kind, group, track, y: rows.length * ROW, height: ROW, lanes: 1 });
  add("head", document.groups[0]);
  for (const id of document.groups[0].tracks) add("track", document.groups[0], document.tracks[id]);
  add("head", document.groups[1]);
  add("closed", document.groups[1]);
  const body = new TinyElement("div");
  const viewer = {
    ...{ document, duration: 1000, range: { start: 0, end: 1000 }, scrollY: 0 },
    ...{ marked: null, selected: null, wanted: null, redrawn: 0, written: 0 },
    frame: { rows },
    plot: { width: 1000, height: 5 * ROW },
    source: { tiles: "/api/v1/profiles/p/runs/1/tiles/" },
    toolbox: new Toolbox(),
    tabs: {
      shown: "event",
      body: () => body,
      show(/** @type {string} */ name) {
        this.shown = name;
      },
      /** @type {Record<string, number>} */
      told: {},
      tell(/** @type {string} */ name, /** @type {number} */ count) {
        this.told[name] = count;
      },
    },
    scale: () => new Scale(viewer.range, 1000),
    mark(/** @type {any} */ range) {
      viewer.marked = range;
    },
    redraw: () => {
      viewer.redrawn++;
    },
    writeAddressSoon: () => {
      viewer.written++;
    },
    glideTo: (/** @type {any} */ range) => {
      viewer.range = range;
    },
  };
  return viewer;
}

/**
 * A point of the stage.
 * @param {any} viewer
 * @param {number} x
 * @param {number} y
 * @returns {any}
 */
export function pointOf(viewer, x, y) {
  return { x, y, ns: viewer.scale().ns(x), row: null, hit: null };
}

/** A context that remembers what was drawn with it. */
export function makeContext() {
  /** @type {any[][]} */
  const calls = [];
  const known = /** @type {any} */ ({ calls });
  for (const name of ["save", "restore", "fillRect", "strokeRect", "setLineDash"]) {
    known[name] = (/** @type {any[]} */ ...given) => calls.push([name, ...given]);
  }
  return known;
}
