/** Data notices: what is missing or odd in a capture, told apart from what is only good to know. */

import { icon, make } from "../kit/dom.js";
import { count } from "../kit/units.js";

/** @typedef {{code: string, message: string, count: number}} Notice */

/** Codes that say how good the data is where nothing is wrong with it. */
const INFORMATION = new Set(["system.clock_spread"]);

/**
 * Whether every one of these only informs.
 * @param {Notice[]} notices
 * @returns {boolean}
 */
export function onlyInform(notices) {
  return notices.every(({ code }) => INFORMATION.has(code));
}

/**
 * @param {Notice[]} notices
 * @returns {string}
 */
export function noticesTitle({ length }) {
  return `${count(length)} data ${length === 1 ? "notice" : "notices"}`;
}

/**
 * @param {Notice[]} notices
 * @returns {Notice[]} those first that something is wrong with
 */
export function noticesWorstFirst(notices) {
  const rank = (/** @type {Notice} */ { code }) => Number(INFORMATION.has(code));
  return [...notices].sort((a, b) => rank(a) - rank(b));
}

/**
 * Fills the button of the status bar, which is away where there is nothing to say.
 * @param {HTMLElement} place
 * @param {Notice[]} notices
 */
export function showNoticeButton(place, notices) {
  place.hidden = notices.length === 0;
  place.replaceChildren(icon(onlyInform(notices) ? "info" : "warn"), noticesTitle(notices));
}

/**
 * All of them for the panel.
 * @param {Notice[]} notices
 * @returns {HTMLElement}
 */
export function noticeList(notices) {
  const isCalm = onlyInform(notices);
  const items = noticesWorstFirst(notices).map(({ message, count: many }) => {
    const times = many > 1 ? make("span", { class: "quiet" }, ` ${count(many)} ×`) : "";
    return make("li", {}, make("span", {}, message, times));
  });
  const title = make("h3", {}, icon(isCalm ? "info" : "warn"), noticesTitle(notices));
  const kind = `panel__notices${isCalm ? " panel__notices--info" : ""}`;
  return make("section", { class: kind }, title, make("ul", {}, ...items));
}
