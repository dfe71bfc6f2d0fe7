/** Markers and regions: put with the pointer or by key, moved by their flags, listed in the panel. */

import { AnnotationBoard } from "../../data/annotation-board.js";
import {
  clashesOf,
  flagAt,
  flagsOf,
  freshName,
  keptTime,
  lineAt,
  measuredRange,
  regionBetween,
} from "../../timeline/annotations.js";
import { dragOf, newRegion } from "./markers/drags.js";
import {
  drawBands,
  drawFlags,
  drawLines,
  drawSnapFlag,
  drawSnapLine,
  FLAG_FONT,
  timesText,
} from "./markers/drawing.js";
import { Edits } from "./markers/edits.js";
import { MarkerPanel } from "./markers/panel.js";
import { snapAt } from "./markers/snapping.js";
import { pointAt } from "./points.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Point} Point */
/** @typedef {import("./toolbox.js").Drag} Drag */
/** @typedef {import("./toolbox.js").Layer} Layer */
/** @typedef {import("./toolbox.js").Surface} Surface */
/** @typedef {import("../../data/annotation-board.js").Annotation} Annotation */
/** @typedef {import("../../data/annotation-board.js").Draft} Draft */

const TAB = "markers";
const MODE = "marker";
const ID = /^[0-9a-f-]{36}$/;
/** Keys of rows that the server keeps; a marker goes without any other. */
const ROW = /^[\w/.|:-]{0,200}$/;
const REGION_VIEW = 0.1;

export class Markers {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    const profile = viewer.host.dataset.profile ?? "";
    this.profile = profile;
    this.board = new AnnotationBoard(`/api/v1/profiles/${profile}/annotations/`, clashesOf);
    /** @type {string | null} */
    this.chosen = null;
    /** The one it is compared with. @type {string | null} */
    this.other = null;
    this.isAwaited = false;
    /** Times while one is being drawn or moved. @type {Annotation | null} */
    this.preview = null;
    /** @type {import("./markers/drawing.js").Snap | null} */
    this.snap = null;
    /** @type {import("../../timeline/annotations.js").Flag[]} */
    this.flags = [];
    this.edits = new Edits(this.board, {
      changed: () => this.changed(),
      choose: (id) => this.choose(id),
      say: (text) => this.say(text),
    });
    this.panel = new MarkerPanel(this);
    this.board.onChange(() => this.changed());
  }

  /** Begins to read the board and to follow the pointer. */
  start() {
    const { stage, rulerCanvas } = this.viewer;
    stage.addEventListener("pointermove", (event) => {
      this.snap = this.isOn ? snapAt(this.viewer, pointAt(this.viewer, event)) : null;
    });
    stage.addEventListener("pointerleave", () => {
      this.snap = null;
    });
    rulerCanvas.addEventListener("pointermove", (event) => {
      const flag = flagAt(this.flags, pointAt(this.viewer, event).x);
      rulerCanvas.style.cursor = flag ? "pointer" : "";
      rulerCanvas.title = flag ? nameAndNote(flag.annotation) : "";
    });
    this.board.follow(document);
  }

  get isOn() {
    return this.viewer.toolbox.mode?.name === MODE;
  }

  /** What is drawn: those of the board, the one that is moved in its new place. */
  get shown() {
    const { preview } = this;
    if (!preview) return this.board.annotations;
    return [...this.board.annotations.filter(({ id }) => id !== preview.id), preview];
  }

  changed() {
    this.showAwaited();
    this.viewer.tabs.tell(TAB, this.board.annotations.length);
    this.panel.update();
    this.viewer.redraw();
  }

  /** @param {string} text */
  say(text) {
    const live = this.viewer.host.querySelector("[data-live]");
    if (live) live.textContent = text;
  }

  /** @param {string | null} id */
  choose(id) {
    this.chosen = id;
    if (!id || this.other === id) this.other = null;
    this.changed();
    this.viewer.writeAddressSoon();
  }

  /** @param {string | null} id */
  compareWith(id) {
    this.other = id === this.chosen ? null : id;
    this.changed();
    this.viewer.writeAddressSoon();
  }

  /** @returns {{start: number, end: number} | null} what is measured: a region, or between two */
  measuredRange() {
    const chosen = this.chosen ? this.board.find(this.chosen) : null;
    return chosen && measuredRange(chosen, this.other ? this.board.find(this.other) : null);
  }

  /** Brings the list of markers to the front. */
  open() {
    this.viewer.tabs.show(TAB);
  }

  /**
   * Brings a marker or region, or what lies between two, into view.
   * @param {{start: number, end: number}} range
   */
  goTo({ start, end }) {
    const { viewer } = this;
    if (end > start) {
      const room = (end - start) * REGION_VIEW;
      viewer.glideTo({ start: start - room, end: end + room });
      return;
    }
    const half = (viewer.range.end - viewer.range.start) / 2;
    if (start < viewer.range.start || start > viewer.range.end)
      viewer.glideTo({ start: start - half, end: start + half });
  }

  /**
   * @param {Partial<Draft> & {start_ns: number}} times
   * @returns {Promise<Annotation | null>}
   */
  async put(times) {
    const kind = times.end_ns == null ? "marker" : "region";
    const row = ROW.test(times.row ?? "") ? times.row : "";
    const made = await this.edits.put({
      name: freshName(this.board.annotations, kind),
      colour: kind === "marker" ? "green" : "blue",
      ...{ ...times, row },
    });
    if (made) this.open();
    return made;
  }

  /** Puts a marker without a pointer's click, and lets its name be written. */
  async putByKey() {
    const { cursor, selected, range, duration } = this.viewer;
    const middle = (range.start + range.end) / 2;
    const ns = this.snap?.ns ?? cursor ?? selected?.start ?? middle;
    if (await this.put({ start_ns: keptTime(ns, duration) })) this.panel.focusName();
  }

  /** Keeps the range that is marked, else the view, as a region. */
  async putRegion() {
    const { marked, range, duration } = this.viewer;
    const { start, end } = marked ?? range;
    if (await this.put(regionBetween(start, end, duration))) this.panel.focusName();
  }

  endPreview() {
    this.preview = null;
    this.viewer.redraw();
  }

  /**
   * @param {Point} point
   * @param {Surface} surface
   * @returns {Drag | null}
   */
  grab(point, surface) {
    const { viewer, board } = this;
    if (surface === "ruler") {
      const flag = flagAt(this.flags, point.x);
      const choose = () => {
        if (!flag) return;
        this.choose(flag.annotation.id);
        this.open();
      };
      return flag && dragOf(this, flag.annotation, flag.edge, choose);
    }
    if (surface !== "rows" || !this.isOn) return null;
    const line = lineAt(board.annotations, viewer.scale(), point.x);
    return line && dragOf(this, line.annotation, line.edge);
  }

  /**
   * @param {Layer} layer
   * @param {Surface} surface
   */
  draw(layer, surface) {
    const chosen = new Set([this.chosen, this.other].filter((id) => id !== null));
    const { shown, snap } = this;
    if (surface === "overview") drawBands(layer, shown);
    else if (surface === "ruler") {
      layer.context.font = FLAG_FONT;
      const measure = (/** @type {string} */ text) => layer.context.measureText(text).width;
      this.flags = flagsOf(shown, layer.scale, measure);
      drawFlags(layer, this.flags, chosen);
      if (snap) drawSnapFlag(layer, snap);
    } else {
      drawLines(layer, shown, chosen);
      if (snap) drawSnapLine(layer, snap);
    }
  }

  /** @returns {boolean} */
  escape() {
    if (this.other) this.compareWith(null);
    else if (this.chosen) this.choose(null);
    else return false;
    return true;
  }

  /**
   * @param {Point} point
   * @returns {import("./toolbox.js").MenuItem[]}
   */
  menu(point) {
    const { hit, row } = point;
    const { duration, marked } = this.viewer;
    const { ns } = snapAt(this.viewer, point);
    const key = row?.track?.key ?? "";
    const items = [
      { name: "Marker here", icon: "marker", run: () => void this.put({ start_ns: ns, row: key }) },
    ];
    if (hit && hit.count <= 1) {
      const times = regionBetween(hit.start, hit.start + hit.duration, duration);
      const name = hit.label.slice(0, 80) || "Event";
      const run = () => void this.put({ ...times, name, row: hit.track.key });
      items.push({ name: "Region of this event", icon: "marker", run });
    }
    if (marked)
      items.push({
        name: "Save the range as a region",
        icon: "marker",
        run: () => void this.putRegion(),
      });
    return items;
  }

  /** @returns {import("./toolbox.js").Command[]} */
  commands() {
    const own = [
      { name: "Put a marker", shown: "Shift M", run: () => void this.putByKey() },
      { name: "Save the range as a region", run: () => void this.putRegion() },
      { name: "List the markers", run: () => this.open() },
      { name: "Undo the last change of markers", shown: "Ctrl Z", run: () => this.edits.undo() },
    ];
    const there = this.board.annotations.map((one) => ({
      name: `Go to ${one.kind} ${one.name}`,
      run: () => {
        this.choose(one.id);
        this.goTo({ start: one.start_ns, end: one.end_ns ?? one.start_ns });
      },
    }));
    return [...own, ...there];
  }

  /** @returns {import("./toolbox.js").Binding[]} */
  keys() {
    const put = { key: "M", shown: "Shift M", does: "put a marker at the pointer, else the event" };
    const undo = { key: "z", isCtrl: true, shown: "Ctrl Z", does: "undo a change of markers" };
    const bindings = [{ ...put, run: () => void this.putByKey() }];
    // In a field Ctrl Z is the field's own.
    const isTyping = document.activeElement?.matches("input, textarea, select") ?? false;
    return isTyping ? bindings : [...bindings, { ...undo, run: () => void this.edits.undo() }];
  }

  /** @param {URLSearchParams} query */
  read(query) {
    const ids = (query.get("ann") ?? "").split(",").filter((id) => ID.test(id));
    this.chosen = ids[0] ?? null;
    this.other = ids[1] ?? null;
    // An address that says which marker but not which range leads to it, once it is known.
    this.isAwaited = this.chosen !== null && !query.has("t");
  }

  /** Goes to the one the address names, once it is known. */
  showAwaited() {
    if (!this.isAwaited || !this.board.isLoaded) return;
    this.isAwaited = false;
    const found = this.chosen ? this.board.find(this.chosen) : null;
    if (found) this.goTo({ start: found.start_ns, end: found.end_ns ?? found.start_ns });
  }

  /** @param {URLSearchParams} query */
  write(query) {
    if (this.chosen) query.set("ann", [this.chosen, this.other].filter(Boolean).join(","));
  }
}

/**
 * @param {Annotation} annotation
 * @returns {string}
 */
function nameAndNote(annotation) {
  const { name, note } = annotation;
  return [`${name}: ${timesText(annotation)}`, note].filter(Boolean).join("\n");
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool}
 */
export function markers(viewer) {
  const tool = new Markers(viewer);
  tool.start();
  return {
    name: "markers",
    read: (query) => tool.read(query),
    write: (query) => tool.write(query),
    draw: (layer, surface) => tool.draw(layer, surface),
    grab: (point, surface) => tool.grab(point, surface),
    escape: () => tool.escape(),
    menu: (point) => tool.menu(point),
    commands: () => tool.commands(),
    get keys() {
      return tool.keys();
    },
    mode: {
      ...{ name: MODE, key: "m", icon: "marker", title: "Marker", cursor: "crosshair" },
      begin: (point) => newRegion(tool, point),
      click: (point) => {
        const { ns } = snapAt(viewer, point);
        void tool.put({ start_ns: ns, row: point.row?.track?.key ?? "" });
      },
    },
    tab: { name: TAB, title: "Markers", show: (body) => tool.panel.show(body) },
  };
}
