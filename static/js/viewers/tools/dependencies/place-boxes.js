/** Where instructions that are known by row and times alone are drawn. */

import { trackOf } from "../../../timeline/dependency-ends.js";
import { boxOf, itemsInView } from "../../../timeline/hit-test.js";
import { innerOf } from "../../../timeline/rows.js";

/** @typedef {import("../../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../../../timeline/rows.js").Row} Row */
/** @typedef {import("../../../timeline/rows.js").Track} Track */
/** @typedef {import("../../../timeline/dependency-ends.js").Place} Place */
/** @typedef {{x0: number, x1: number, y0: number, y1: number}} Box */

export class PlaceBoxes {
  /** @param {TimelineViewer} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    /** @type {import("../../plot.js").Frame | null} */
    this.frame = null;
    /** @type {Map<number, Row>} */
    this.rows = new Map();
    /** @type {Map<number, Map<number, number>>} lanes by track, then by row of its table */
    this.lanes = new Map();
    /** @type {Map<string, Track | null>} */
    this.tracks = new Map();
  }

  /** Looks at the rows again where they were drawn anew. */
  follow() {
    const { frame } = this.viewer;
    if (frame === this.frame) return;
    this.frame = frame;
    this.rows.clear();
    this.lanes.clear();
    for (const row of frame?.rows ?? []) {
      if (row.kind === "track" && row.track) this.rows.set(row.track.id, row);
      else if (row.kind === "closed") for (const id of row.group.tracks) this.rows.set(id, row);
    }
  }

  /**
   * @param {number} part
   * @param {Place} place
   * @returns {Track | null}
   */
  track(part, place) {
    const key = `${part}/${place.core}/${place.track}`;
    const known = this.tracks.get(key);
    if (known !== undefined) return known;
    const found = trackOf(this.viewer.document, part, place);
    this.tracks.set(key, found);
    return found;
  }

  /**
   * Where a place is drawn, pixels of the plot; the row of a closed group stands for what it holds.
   * Null where no row shows it.
   * @param {number} part
   * @param {Place} place
   * @param {import("../../../kit/scale.js").Scale} scale
   * @returns {Box | null}
   */
  box(part, place, scale) {
    this.follow();
    const track = this.track(part, place);
    const row = track && this.rows.get(track.id);
    if (!track || !row) return null;
    const { scrollY } = this.viewer;
    const hit = {
      ...{ track, row: place.row, start: place.start_ns, label: place.opcode, colour: 0 },
      ...{ duration: place.end_ns - place.start_ns, count: 0, busy: 0, cellLength: 0 },
      ...{ lane: this.lane(track, row, place.row), cellStart: place.start_ns },
    };
    const box = boxOf(hit, row, scale, scrollY);
    if (row.kind !== "closed") return box;
    const { top, height } = innerOf(row);
    return { ...box, y0: row.y - scrollY + top, y1: row.y - scrollY + top + height };
  }

  /**
   * The lane of an instruction where its row shows several, which it does of few that are wide.
   * @param {Track} track
   * @param {Row} row
   * @param {number} place row of the table
   * @returns {number}
   */
  lane(track, row, place) {
    if (row.lanes < 2) return 0;
    let lanes = this.lanes.get(track.id);
    if (!lanes) {
      const { document, store, frame, range } = this.viewer;
      const level = frame?.level ?? 0;
      const found = itemsInView({ document, store, group: row.group, track, level, range });
      lanes = new Map(found.map((hit) => [hit.row, hit.lane]));
      this.lanes.set(track.id, lanes);
    }
    return lanes.get(place) ?? 0;
  }
}
