/** The Profile Manager: rows kept up to date, uploads, what can be done to a row. */

import { copy, one, showKeptToast } from "../kit/dom.js";
import { initTheme } from "../kit/theme.js";
import { deleteProfile, openSample, reprocess } from "../manager/actions.js";
import { Filters } from "../manager/filters.js";
import { initTabs } from "../manager/first-run.js";
import { LiveRows } from "../manager/live.js";
import { initMenus } from "../manager/menus.js";
import { renameInRow } from "../manager/rename.js";
import { showSending } from "../manager/sending.js";
import { drawActivity, redrawActivity } from "../render/activity.js";
import { UploadPanel } from "../upload/panel.js";
import { UploadQueue } from "../upload/queue.js";

const place = document.getElementById("rows");
const queue = new UploadQueue();
const panel = new UploadPanel(queue, { isListShown: place !== null });

/** @typedef {Record<string, (row: HTMLElement) => void>} RowActs */

/** @param {HTMLElement} table */
function initList(table) {
  const live = new LiveRows((rows) => drawActivity(rows));
  const filters = new Filters(() => live.refresh());
  showSending(table, queue);
  queue.addEventListener("change", (event) => {
    if (/** @type {CustomEvent} */ (event).detail.state === "received") live.hurry();
  });
  drawActivity([table]);
  document.addEventListener("themechange", redrawActivity);
  const acts = rowActs(live);
  table.addEventListener("click", (event) => {
    const target = /** @type {HTMLElement} */ (event.target);
    const act = /** @type {HTMLElement | null} */ (target.closest("[data-act]"));
    const row = /** @type {HTMLElement | null} */ (target.closest("[data-id]"));
    if (act && row) {
      /** @type {HTMLElement | null} */ (act.closest("[popover]"))?.hidePopover();
      acts[act.dataset.act ?? ""]?.(row);
    }
    const sort = /** @type {HTMLElement | null} */ (target.closest("[data-ordering]"));
    if (sort) {
      event.preventDefault();
      filters.order(sort.dataset.ordering ?? "");
    }
    const fold = /** @type {HTMLElement | null} */ (target.closest("[data-fold]"));
    if (fold) {
      event.preventDefault();
      filters.fold(fold.dataset.fold ?? "");
    }
    const page = /** @type {HTMLElement | null} */ (target.closest("[data-page]"));
    if (page) filters.turn(page.dataset.page ?? "1");
    if (target.closest("[data-drop-filter]")) filters.dropLast();
  });
  document.addEventListener("keydown", (event) => {
    const isTyping = /** @type {HTMLElement} */ (event.target).closest(
      "input, select, textarea, dialog",
    );
    if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      filters.field("search").focus();
    }
  });
}

/**
 * @param {LiveRows} live
 * @returns {RowActs}
 */
function rowActs(live) {
  return {
    rename: (row) => renameInRow(row, () => live.refresh()),
    reprocess: async (row) => {
      if (await reprocess(row.dataset.id ?? "")) live.hurry();
    },
    delete: async (row) => {
      const { id = "", name = "", goes = "[]" } = row.dataset;
      if (!(await deleteProfile({ id, name, goes: JSON.parse(goes) }))) return;
      const isLast = place?.querySelectorAll("[data-kept] [data-id]").length === 1;
      if (isLast && !window.location.search) window.location.reload();
      else live.refresh();
    },
  };
}

document.addEventListener("click", (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  if (target.closest("[data-upload]")) panel.open();
  const sample = target.closest("[data-sample]")?.getAttribute("data-sample");
  if (sample) void openSample(sample);
  if (target.closest(".first [data-directory]")) panel.chooseDirectory();
  const code = target.closest("[data-copy]")?.parentElement?.querySelector("pre");
  if (code) void copy(code.textContent ?? "");
});

initTheme();
initMenus();
initTabs();
showKeptToast();
if (place) initList(one("#rows"));
if (new URLSearchParams(window.location.search).has("upload")) panel.open();
