/** A profile that cannot be viewed yet, or failed: followed live, with its ways out. */

import "../../vendor/htmx/htmx.js";
import { copy, one } from "../kit/dom.js";
import { initTheme } from "../kit/theme.js";
import { deleteProfile, reprocess } from "../manager/actions.js";

const LIST = "/profiles/";

const page = one("[data-state]");
const { id = "", name = "", goes = "[]" } = page.dataset;

page.addEventListener("click", async (event) => {
  const target = /** @type {HTMLElement} */ (event.target);
  const again = /** @type {HTMLButtonElement | null} */ (target.closest("[data-reprocess]"));
  if (again) {
    again.disabled = true;
    if (await reprocess(id, JSON.parse(again.dataset.reprocess ?? "{}"))) window.location.reload();
    again.disabled = false;
  }
  if (target.closest("[data-report]")) {
    const report = /** @type {HTMLTemplateElement} */ (one("[data-report-text]", page));
    void copy(report.content.textContent ?? "");
  }
  if (target.closest("[data-copy-code]")) void copy(one("[data-code]", page).textContent ?? "");
  if (target.closest("[data-delete]")) {
    if (await deleteProfile({ id, name, goes: JSON.parse(goes) })) window.location.assign(LIST);
  }
});

// Only what is new is put in: a log being read, or a button with the focus, stays as it is.
let shown = "";
page.addEventListener("htmx:beforeSwap", (event) => {
  const detail = /** @type {CustomEvent} */ (event).detail;
  if (detail.serverResponse === shown) detail.shouldSwap = false;
  shown = detail.serverResponse;
});
page.addEventListener("htmx:responseError", (event) => {
  if (/** @type {CustomEvent} */ (event).detail.xhr.status === 404) window.location.assign(LIST);
});

initTheme();
