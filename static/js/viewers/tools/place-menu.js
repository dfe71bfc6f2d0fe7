/** The menu of a place on the rows: by the right button, or by the menu key for the selected event. */

import { copy, icon, make, one } from "../../kit/dom.js";
import { exact } from "../../kit/units.js";
import { pointAt } from "./points.js";

/** @typedef {import("../timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("./toolbox.js").Tool} Tool */
/** @typedef {import("./toolbox.js").Point} Point */
/** @typedef {import("./toolbox.js").MenuItem} MenuItem */

const EDGE_PX = 8;

/**
 * What can be done with any place, whatever tools there are.
 * @param {TimelineViewer} viewer
 * @param {Point} point
 * @returns {MenuItem[]}
 */
function ownItems(viewer, { hit, ns }) {
  const instant = exact(Math.round(ns));
  /** @type {MenuItem[]} */
  const items = [];
  if (hit && hit.count > 1) {
    items.push({ name: "Zoom until events separate", run: () => viewer.choose(hit) });
  } else if (hit) {
    items.push(
      { name: "Select", run: () => viewer.select(hit) },
      {
        name: "Zoom to it",
        run: () => {
          viewer.select(hit);
          viewer.zoomToSelection({ isEvent: true });
        },
      },
      { name: `Copy ${hit.label}`, icon: "copy", run: () => void copy(hit.label) },
      {
        name: "Copy start and duration",
        icon: "copy",
        run: () => void copy(`${exact(hit.start)}\t${exact(hit.duration)}`),
      },
    );
  }
  items.push({ name: `Copy instant ${instant}`, icon: "copy", run: () => void copy(instant) });
  return items;
}

/**
 * @param {HTMLElement} menu
 * @param {MenuItem[]} items
 * @param {() => void} done
 */
function fill(menu, items, done) {
  menu.replaceChildren(
    ...items.map(({ name, icon: sign, isOff, run }) => {
      const item = /** @type {HTMLButtonElement} */ (
        make("button", { type: "button", role: "menuitem" })
      );
      if (sign) item.append(icon(sign));
      item.append(name);
      item.disabled = isOff ?? false;
      item.addEventListener("click", () => {
        menu.hidePopover();
        done();
        run();
      });
      return item;
    }),
  );
}

/**
 * @param {TimelineViewer} viewer
 * @returns {Tool}
 */
export function placeMenu(viewer) {
  const menu = one("#place-menu", viewer.host);
  const open = (/** @type {Point} */ point, /** @type {{x: number, y: number}} */ at) => {
    const items = [...ownItems(viewer, point), ...viewer.toolbox.menu(point)];
    fill(menu, items, () => viewer.stage.focus());
    menu.showPopover();
    const left = Math.min(at.x, window.innerWidth - menu.offsetWidth - EDGE_PX);
    const top = Math.min(at.y, window.innerHeight - menu.offsetHeight - EDGE_PX);
    menu.style.left = `${Math.max(EDGE_PX, left)}px`;
    menu.style.top = `${Math.max(EDGE_PX, top)}px`;
    /** @type {HTMLElement | null} */ (menu.firstElementChild)?.focus();
  };
  viewer.stage.addEventListener("contextmenu", (event) => {
    event.preventDefault();
    const { selected, stage } = viewer;
    const rect = stage.getBoundingClientRect();
    const box = selected && viewer.box(selected, viewer.scale());
    // The menu key and Shift F10 come without a place; they mean the selected event.
    const isByKey = event.button !== 2 && event.detail === 0;
    if (!isByKey || !box) {
      open(pointAt(viewer, event), { x: event.clientX, y: event.clientY });
      return;
    }
    const [x, y] = [Math.max(0, (box.x0 + box.x1) / 2), (box.y0 + box.y1) / 2];
    const at = { x: rect.left + Math.min(x, rect.width), y: rect.top + y };
    const ns = selected.start;
    open({ ...pointAt(viewer, event), x, y, ns, hit: selected }, at);
  });
  return { name: "place-menu" };
}
