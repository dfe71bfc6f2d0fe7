/** The card beside the pointer: what lies there, in a few lines. */

import { make } from "../kit/dom.js";
import { tileSpan } from "../kit/scale.js";
import { count, duration, exact, share } from "../kit/units.js";
import { clockShare } from "../render/clock.js";
import { UNKNOWN } from "../render/palette.js";
import { itemsInView } from "../timeline/hit-test.js";
import { className, placeName } from "./details.js";

/** @typedef {import("../timeline/hit-test.js").Hit} Hit */

const AWAY_PX = 12;

/**
 * @param {number} colour
 * @returns {HTMLElement}
 */
export function swatch(colour) {
  return make("span", { class: `swatch swatch--${colour === UNKNOWN ? "unknown" : colour & 15}` });
}

/**
 * @param {[string, Node | string][]} facts
 * @returns {HTMLElement}
 */
function facts(facts) {
  const list = make("dl", { class: "card-hover__facts" });
  for (const [name, value] of facts) list.append(make("dt", {}, name), make("dd", {}, value));
  return list;
}

/**
 * The longest piece first, then what it is and where.
 * @param {Hit} hit
 * @param {string | null} clock label of the clock record in force, such as "4/8 activity_1"
 * @returns {Node[]}
 */
export function cardContent(hit, clock) {
  const place = placeName(hit.track);
  const slow = clockShare(clock ?? "");
  /** @type {[string, Node | string][]} */
  const about = [];
  const warning = make("span", { class: "warn" }, `${share(slow ?? 1)} here`);
  if (slow !== null && slow < 1) about.push(["Clock", warning]);
  if (hit.count > 1) return cellContent(hit, place, about);
  const head = make(
    "div",
    { class: "card-hover__head" },
    swatch(hit.colour),
    make("code", { class: "card-hover__title" }, hit.label || hit.track.name),
    make("span", { class: "quiet" }, place),
  );
  const times = `${exact(hit.start)} – ${exact(hit.start + hit.duration)}`;
  const own = facts([
    ["Duration", exact(hit.duration)],
    ["Class", className(hit.colour, hit.track.kind)],
    ...about,
  ]);
  return [head, make("div", { class: "card-hover__times" }, times), own];
}

/**
 * @param {Hit} hit
 * @param {string} place
 * @param {[string, Node | string][]} about
 * @returns {Node[]}
 */
function cellContent(hit, place, about) {
  const what = hit.track.kind === "engine" ? "instructions" : "events";
  const head = make(
    "div",
    { class: "card-hover__head" },
    swatch(hit.colour),
    make("span", { class: "card-hover__title" }, place),
    make("span", { class: "badge" }, `${count(hit.count)} ${what}`),
  );
  const end = hit.cellStart + hit.cellLength;
  const busy = Math.min(1, hit.busy / (hit.cellLength * hit.track.capacity));
  const length = hit.duration > 0 ? ` ${duration(hit.duration, 3)}` : "";
  const longest = make("span", {}, make("code", {}, hit.label), length);
  const own = facts([
    ["Busy", `${share(busy)} of this cell`],
    ["Longest", longest],
    ["Mostly", className(hit.colour, hit.track.kind)],
    ...about,
  ]);
  const hint = `Click to zoom until the ${count(hit.count)} are drawn apart`;
  return [
    head,
    make(
      "div",
      { class: "card-hover__times" },
      `${exact(Math.round(hit.cellStart))} – ${exact(Math.round(end))}`,
    ),
    own,
    make("div", { class: "quiet card-hover__hint" }, hint),
  ];
}

/**
 * The tile of a cell of which only what is drawn is here.
 * @param {import("./timeline.js").TimelineViewer} viewer
 * @param {Hit} hit
 * @param {number} level
 * @returns {string | null}
 */
export function bareTile({ document, store }, hit, level) {
  if (hit.count <= 1) return null;
  const group = document.groups.find(({ id }) => id === hit.track.group);
  const index = Math.floor((hit.cellStart + hit.cellLength / 2) / tileSpan(document, level));
  const key = `${group?.slug}/${level}/${index}`;
  return store.peek(key)?.isBare ? key : null;
}

/**
 * The clock record in force when an event of that core begins.
 * @param {import("./timeline.js").TimelineViewer} viewer
 * @param {Hit} hit
 * @returns {string | null} its label
 */
export function clockAt({ document, store, frame }, { track, start, cellStart, count }) {
  if (track.kind === "clock" || !frame) return null;
  const row = frame.rows.find(
    (one) =>
      one.track?.kind === "clock" && one.track.part === track.part && one.track.core === track.core,
  );
  if (!row?.track) return null;
  const at = count > 1 ? cellStart : start;
  const query = { document, store, group: row.group, track: row.track, level: frame.level };
  const found = itemsInView({ ...query, range: { start: at, end: at } });
  return found.find((one) => one.start <= at && at < one.start + one.duration)?.label ?? null;
}

/**
 * Puts the card beside a point, on the side where there is room and the selection is not.
 * @param {HTMLElement} card
 * @param {{x: number, y: number}} point
 * @param {{x0: number, x1: number, y0: number, y1: number} | null} avoid
 */
export function placeCard(card, { x, y }, avoid) {
  const { offsetWidth: w, offsetHeight: h } = card;
  const fits = (/** @type {number} */ left, /** @type {number} */ top) => {
    if (left < 4 || top < 4 || left + w > innerWidth - 4 || top + h > innerHeight - 4) return false;
    const isOver =
      avoid && left < avoid.x1 && left + w > avoid.x0 && top < avoid.y1 && top + h > avoid.y0;
    return !isOver;
  };
  const lefts = [x + AWAY_PX, x - AWAY_PX - w];
  const tops = [y + AWAY_PX, y - AWAY_PX - h];
  const places = tops.flatMap((top) => lefts.map((left) => ({ left, top })));
  const found = places.find(({ left, top }) => fits(left, top)) ?? places[0];
  const within = (/** @type {number} */ value, /** @type {number} */ most) =>
    `${Math.max(4, Math.min(value, most))}px`;
  card.style.left = within(found.left, innerWidth - w - 4);
  card.style.top = within(found.top, innerHeight - h - 4);
}
