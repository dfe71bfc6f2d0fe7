/** Every key of the timeline, what it does, and the list that says so. */

import { make } from "../kit/dom.js";

/**
 * @typedef {"zoom-in" | "zoom-out" | "left" | "right" | "far-left" | "far-right" | "fit" | "zoom-selection" | "back" | "forward" | "row-down" | "row-up" | "previous" | "next" | "panel" | "escape" | "table" | "help" | "find" | "next-hit" | "previous-hit"} Action
 */

/** @type {Record<string, Action>} */
const KEYS = {
  w: "zoom-in",
  "+": "zoom-in",
  "=": "zoom-in",
  s: "zoom-out",
  "-": "zoom-out",
  a: "left",
  d: "right",
  A: "far-left",
  D: "far-right",
  f: "fit",
  z: "zoom-selection",
  j: "row-down",
  k: "row-up",
  "[": "previous",
  "]": "next",
  t: "table",
  "?": "help",
  "/": "find",
  n: "next-hit",
  N: "previous-hit",
  Enter: "panel",
  Escape: "escape",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "zoom-in",
  ArrowDown: "zoom-out",
};

const LIST = /** @type {const} */ ([
  ["wheel", "scroll rows"],
  ["Shift wheel", "pan"],
  ["Ctrl wheel", "zoom at the pointer"],
  ["drag", "pan"],
  ["drag on the ruler", "mark a range"],
  ["click", "select; on a cell: zoom in"],
  ["double click", "zoom to the event or range"],
  ["W S, ↑ ↓", "zoom in, out"],
  ["A D, ← →", "pan; Shift: ten times"],
  ["F", "fit all"],
  ["Z", "zoom to the range, else the event"],
  ["Alt ← →", "view history"],
  ["J K", "row down, up"],
  ["[ ]", "previous, next event"],
  ["Enter", "to the panel"],
  ["T", "events in view as a table"],
  ["/", "find: words, field:value, duration>2us"],
  ["N, Shift N", "next, previous hit"],
  ["Esc", "clear the search, the range, then the event"],
  ["?", "these keys"],
]);

/** What the palette offers: the name of an action, and its key. */
const NAMED = /** @type {[Action, string, string][]} */ ([
  ["fit", "Fit all", "F"],
  ["zoom-selection", "Zoom to the range or event", "Z"],
  ["zoom-in", "Zoom in", "W"],
  ["zoom-out", "Zoom out", "S"],
  ["back", "Back in view history", "Alt ←"],
  ["forward", "Forward in view history", "Alt →"],
  ["next", "Next event in the row", "]"],
  ["previous", "Previous event in the row", "["],
  ["panel", "Go to the panel", "Enter"],
  ["table", "Events in view as a table", "T"],
  ["find", "Find", "/"],
  ["help", "All keys", "?"],
]);

/** @returns {{action: Action, name: string, shown: string}[]} */
export function listedKeys() {
  return NAMED.map(([action, name, shown]) => ({ action, name, shown }));
}

/**
 * @param {KeyboardEvent} event
 * @returns {boolean} whether the key is being typed into something
 */
function isTyped({ target }) {
  return (
    target instanceof HTMLElement && target.closest("input, select, textarea, dialog") !== null
  );
}

/**
 * @param {KeyboardEvent} event
 * @returns {boolean} whether Enter already does something there
 */
function isPressed({ target }) {
  return target instanceof HTMLElement && target.closest("a, button, summary") !== null;
}

/**
 * The binding of a tool that a key press means, or null. With Ctrl or Cmd it counts while typing too.
 * @template {{key: string, isCtrl?: boolean}} Bound
 * @param {KeyboardEvent} event
 * @param {Bound[]} bindings
 * @returns {Bound | null}
 */
export function bindingOf(event, bindings) {
  const isCtrl = event.ctrlKey || event.metaKey;
  if (event.altKey || (!isCtrl && isTyped(event))) return null;
  const named = (/** @type {string} */ key) =>
    bindings.find((one) => one.key === key && (one.isCtrl ?? false) === isCtrl);
  return named(event.key) ?? named(event.key.toLowerCase()) ?? null;
}

/**
 * The action of a key press, or null; letters count only where nobody types.
 * @param {KeyboardEvent} event
 * @returns {Action | null}
 */
export function actionOf(event) {
  if (isTyped(event)) return null;
  if (event.altKey && event.key === "ArrowLeft") return "back";
  if (event.altKey && event.key === "ArrowRight") return "forward";
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.key === "Enter" && isPressed(event)) return null;
  if (event.shiftKey && event.key === "ArrowLeft") return "far-left";
  if (event.shiftKey && event.key === "ArrowRight") return "far-right";
  return KEYS[event.key] ?? KEYS[event.key.toLowerCase()] ?? null;
}

/**
 * Fills the list of keys.
 * @param {HTMLElement} list
 * @param {{shown?: string, does?: string}[]} [more] keys of tools
 */
export function fillKeyList(list, more = []) {
  const told = more.flatMap(({ shown, does }) => (shown && does ? [[shown, does]] : []));
  list.replaceChildren(
    ...[...LIST, ...told].flatMap(([key, what]) => [
      make("dt", {}, make("kbd", {}, key)),
      make("dd", {}, what),
    ]),
  );
}
