/** What buttons, fields and keys do. */

import { one } from "../kit/dom.js";
import { parseRange } from "../kit/units.js";
import { actionOf, fillKeyList } from "../timeline/keys.js";
import { showEventTable } from "./event-table.js";
import { changeRow, walk } from "./selection.js";

/** @typedef {import("./timeline.js").TimelineViewer} TimelineViewer */
/** @typedef {import("../timeline/keys.js").Action} Action */

const KEY_ZOOM = 0.7;
const BUTTON_ZOOM = 0.5;
const STEP = 0.1;

/**
 * @param {TimelineViewer} viewer
 * @param {Action} action
 */
export function act(viewer, action) {
  const actions = /** @type {Record<Action, () => void>} */ ({
    "zoom-in": () => viewer.zoom(KEY_ZOOM),
    "zoom-out": () => viewer.zoom(1 / KEY_ZOOM),
    left: () => viewer.pan(-STEP),
    right: () => viewer.pan(STEP),
    "far-left": () => viewer.pan(-10 * STEP),
    "far-right": () => viewer.pan(10 * STEP),
    fit: () => viewer.fit(),
    "zoom-selection": () => viewer.zoomToSelection(),
    back: () => viewer.travel("back"),
    forward: () => viewer.travel("forward"),
    "row-down": () => changeRow(viewer, 1),
    "row-up": () => changeRow(viewer, -1),
    previous: () => void walk(viewer, -1),
    next: () => void walk(viewer, 1),
    panel: () => focusPanel(viewer),
    escape: () => {
      if (viewer.toolbox.escape()) return;
      if (viewer.marked) viewer.mark(null);
      else viewer.select(null);
    },
    table: () => void showEventTable(viewer),
    help: () => {
      fillKeyList(one(".keys", viewer.host), viewer.toolbox.keys);
      /** @type {HTMLDialogElement} */ (one("[data-keys]", viewer.host)).showModal();
    },
    // Only where there is a field to find by.
    find: () => viewer.find?.focus(),
    "next-hit": () => void viewer.find?.step(1),
    "previous-hit": () => void viewer.find?.step(-1),
  });
  actions[action]();
}

/** @param {TimelineViewer} viewer */
export function listenToKeys(viewer) {
  document.addEventListener("keydown", (event) => {
    if (viewer.toolbox.pressKey(event)) {
      event.preventDefault();
      return;
    }
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    act(viewer, action);
  });
}

/** @param {TimelineViewer} viewer */
function focusPanel(viewer) {
  viewer.host.classList.remove("tl--bare");
  viewer.host.classList.add("tl--open");
  one("[data-event]", viewer.host).focus();
}

/** @param {TimelineViewer} viewer */
export function listenToTools(viewer) {
  const { host } = viewer;
  const actions = /** @type {Record<string, () => void>} */ ({
    back: () => viewer.travel("back"),
    forward: () => viewer.travel("forward"),
    in: () => viewer.glideZoom(BUTTON_ZOOM),
    out: () => viewer.glideZoom(1 / BUTTON_ZOOM),
    fit: () => viewer.fit(),
    table: () => act(viewer, "table"),
    help: () => act(viewer, "help"),
    previous: () => act(viewer, "previous"),
    next: () => act(viewer, "next"),
    retry: () => {
      viewer.store.retry();
      viewer.values?.store.retry();
    },
    notices: () => {
      viewer.select(null);
      focusPanel(viewer);
    },
    close: () => host.classList.add("tl--bare"),
    fold: () => {
      host.classList.toggle("tl--open");
      viewer.tabs.show("event");
    },
  });
  host.addEventListener("click", (event) => {
    const button = /** @type {HTMLElement} */ (event.target).closest("[data-act]");
    const name = button instanceof HTMLElement ? button.dataset.act : undefined;
    if (name) actions[name]?.();
  });
  listenToRange(viewer);
  const dma = /** @type {HTMLSelectElement | null} */ (host.querySelector("[data-dma]"));
  if (dma) {
    dma.value = viewer.dma;
    dma.addEventListener("change", () =>
      viewer.setDma(dma.value === "engine" ? "engine" : "queue"),
    );
  }
}

/** @param {TimelineViewer} viewer */
function listenToRange(viewer) {
  const field = /** @type {HTMLInputElement} */ (one("[data-range]", viewer.host));
  const problem = one("[data-range-error]", viewer.host);
  const say = (/** @type {boolean} */ isWrong) => {
    field.setAttribute("aria-invalid", String(isWrong));
    problem.hidden = !isWrong;
  };
  field.addEventListener("focus", () => field.select());
  field.addEventListener("blur", () => {
    say(false);
    viewer.redraw();
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    field.blur();
    viewer.stage.focus();
  });
  one("[data-range-form]", viewer.host).addEventListener("submit", (event) => {
    event.preventDefault();
    const range = parseRange(field.value);
    say(range === null);
    if (!range) return;
    viewer.stage.focus();
    viewer.glideTo({ start: range[0], end: range[1] });
  });
}
