/** How high rows of nested spans are: as deep as what is in view, without jumping under one's hands. */

import { levelsOf } from "../../timeline/system-rows.js";

/** @typedef {import("./timeline.js").SystemTimeline} SystemTimeline */
/** @typedef {import("../../timeline/rows.js").Row} Row */

const REST_MS = 160;

/**
 * Levels of the rows that were drawn, with those of other rows as they were.
 * @param {Row[]} rows
 * @param {ReadonlyMap<string, number>} seen levels in view, by track's key
 * @param {ReadonlyMap<string, number>} before
 * @param {boolean} isAtRest while the view moves a row may only become deeper
 * @returns {Map<string, number> | null} null where nothing changes
 */
export function levelsInView(rows, seen, before, isAtRest) {
  /** @type {Map<string, number>} */
  const found = new Map(before);
  let isChanged = false;
  for (const { kind, track, lanes } of rows) {
    if (kind !== "track" || !track || track.kind !== "span" || !seen.has(track.key)) continue;
    const wanted = Math.min(Math.max(1, seen.get(track.key) ?? 1), levelsOf(track));
    if (wanted === lanes || (wanted < lanes && !isAtRest)) continue;
    found.set(track.key, wanted);
    isChanged = true;
  }
  return isChanged ? found : null;
}

/** @param {Row} row */
const nameOf = ({ kind, track, series, group }) =>
  `${kind} ${track?.key ?? series?.id ?? group.id}`;

/**
 * How far to scroll so that what one looks at stays where it is: the selected event's row if it can be
 * seen, else the first row of the screen.
 * @param {Row[]} before
 * @param {Row[]} after
 * @param {{scrollY: number, height: number, selected: string | null}} view `selected` a track's key
 * @returns {number}
 */
export function anchored(before, after, { scrollY, height, selected }) {
  const isSeen = (/** @type {Row} */ row) =>
    row.y + row.height > scrollY && row.y < scrollY + height;
  const inView = before.filter(isSeen);
  const held =
    inView.find(({ track }) => selected !== null && track?.key === selected) ?? inView[0];
  const again = held && after.find((row) => nameOf(row) === nameOf(held));
  return again ? Math.max(0, scrollY + again.y - held.y) : scrollY;
}

export class Levels {
  /** @param {SystemTimeline} viewer */
  constructor(viewer) {
    this.viewer = viewer;
    this.timer = 0;
  }

  /** Looks at the frame that was drawn; rows lose levels only once the view rests. */
  follow() {
    this.fit(false);
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      if (!this.viewer.frame?.isLoading) this.fit(true);
    }, REST_MS);
  }

  /** @param {boolean} isAtRest */
  fit(isAtRest) {
    const { frame, arrangement, plot, scrollY, selected } = this.viewer;
    if (!frame) return;
    const levels = levelsInView(frame.rows, frame.levels, arrangement.levels, isAtRest);
    if (!levels) return;
    this.viewer.arrangement = { ...arrangement, levels };
    const { rows, height } = plot.laidOut(this.viewer.arrangement);
    const view = { scrollY, height: plot.height, selected: selected?.track.key ?? null };
    const to = anchored(frame.rows, rows, view);
    this.viewer.gutter.place.style.height = `${height}px`;
    if (to !== scrollY) this.viewer.scroll.scrollTop = to;
    this.viewer.redraw();
  }
}
